# Reference values for weighted means of stratified samples, from R's package survey and its own data.
#
#   Rscript tests/reference/survey.R > tests/reference/survey.txt
#
# On Debian: r-base-core and r-cran-survey. The tests need no R: they hold what is printed
# (api/statistics/src/tests/reference.rs).
suppressPackageStartupMessages(library(survey))
cat("R", as.character(getRversion()), "survey", as.character(packageVersion("survey")), "\n")
data(api)
design <- svydesign(id = ~1, strata = ~stype, weights = ~pw, data = apistrat, fpc = ~fpc)

show <- function(name, value, error) cat(sprintf("%s %.7f %.7f\n", name, value, error))
all <- svymean(~api00, design)
show("mean", coef(all), SE(all))
by <- svyby(~api00, ~sch.wide, design, svymean, covmat = TRUE)
for (row in seq_len(nrow(by))) show(paste("mean where sch.wide is", by$sch.wide[row]), by$api00[row], by$se[row])
met <- svymean(~I(sch.wide == "Yes"), design)
show("share where sch.wide is Yes", coef(met)[2], SE(met)[2])
# With what the sample says of both domains at once. The service takes the two for independent.
difference <- svycontrast(by, c(-1, 1))
show("difference of the domains", coef(difference), SE(difference))

# The data, as the tests hold them: stratum, its size, and each school as api00 and sch.wide (1 for Yes).
for (stratum in levels(apistrat$stype)) {
  rows <- apistrat[apistrat$stype == stratum, ]
  cat("stratum", stratum, rows$fpc[1], nrow(rows), "\n")
  cat(paste(rows$api00, as.integer(rows$sch.wide == "Yes"), sep = ":"), fill = 118)
}
