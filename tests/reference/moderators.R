# How far moderators differ, by Henderson's method 3, and by REML for comparison. Run with
#   Rscript tests/reference/moderators.R > tests/reference/moderators.txt
# The values are in api/statistics/src/tests/moderators.rs. R 4 and lme4 from Debian.
works <- data.frame(
  unit = rep(c("a", "a", "a", "b", "b", "b", "c", "c", "d"), c(5, 3, 4, 6, 2, 3, 4, 5, 3)),
  moderator = rep(c("1", "2", "3", "1", "3", "4", "2", "4", "5"), c(5, 3, 4, 6, 2, 3, 4, 5, 3)),
  step = c(0, 0, 1, 0, -1,  1, 0, 1,  -1, -1, 0, -2,  0, 1, 0, 0, 0, -1,  -1, 0,  0, 1, 1,  0, 0, 1, 0,  1, 0, 2, 1, 1,  0, -1, 0)
)
units <- lm(step ~ unit, works)
both <- lm(step ~ unit + moderator, works)
explained <- deviance(units) - deviance(both)
degrees <- df.residual(units) - df.residual(both)
element <- deviance(both) / df.residual(both)
# tr(Z' M Z), M taking out the units.
Z <- model.matrix(~ moderator - 1, works)
U <- model.matrix(~ unit - 1, works)
M <- diag(nrow(works)) - U %*% solve(t(U) %*% U) %*% t(U)
trace <- sum(diag(t(Z) %*% M %*% Z))
between <- (explained - degrees * element) / trace
cat(sprintf("explained %.10f degrees %d element %.10f trace %.10f\n", explained, degrees, element, trace))
cat(sprintf("Henderson 3: between %.10f ratio %.10f correlation %.10f\n", between, between / element, between / (between + element)))
reml <- lme4::lmer(step ~ unit + (1 | moderator), works)
v <- as.data.frame(lme4::VarCorr(reml))$vcov
cat(sprintf("REML: between %.10f element %.10f ratio %.10f\n", v[1], v[2], v[1] / v[2]))
