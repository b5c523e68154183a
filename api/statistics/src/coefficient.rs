//! Intervals of weighted kappa and of AC2 that keep their promise for few judgements and for near full agreement.
//!
//! Both coefficients are `1 - q / e`: the mean disagreement q over what chance would give. The usual errors (Fleiss, Cohen & Everitt
//! 1969; Gwet 2008) come from the matrix as it was seen. With six judgements that all agree it shows no variation at all, and a
//! normal interval round a coefficient near 1 reaches beyond 1: at 90 % agreement such intervals cover 45 % for six judgements and 88 %
//! for thirty. And a disagreement of two steps counts four times as much as one of one step: a sample in which none happens to be looks
//! precise, and is only lucky. Disagreement is a sum of few and unequal parts, as a standardised rate is, and its interval is made as
//! for those:
//!
//! 1. one judgement is added to the matrix, spread over it as judgements usually lie: 70 % on the diagonal, 25 % one step off, 5 % two;
//! 2. the variance of `q / e` is linearised on that matrix, in both of its parts, and multiplied by how much wider t is than normal,
//!    its degrees of freedom being the fewer the heavier the heaviest judgement is;
//! 3. each end is a quantile of the beta distribution over the range of `q / e` that has its mean and variance, half an event more being
//!    counted: for the lower end of disagreement half of a usual one, for the upper end half of one of two steps, which may have been
//!    missed.
//!
//! What it covers stands in `docs/statistics.md`, by simulation.

use super::interval::{UPPER_95, Z_95, beta_quantile, t_interval};
use super::matrix::AgreementMatrix;
use super::weights::AgreementWeights;

/// Fewer judgements than these tell nothing of agreement beyond chance.
pub const FEWEST_FOR_COEFFICIENTS: f64 = 5.0;
/// How much is added, in judgements.
const ADDED: f64 = 1.0;
/// Where it lies, by steps from the diagonal; the shares of both sides together.
const BY_STEPS: [f64; 3] = [0.70, 0.25, 0.05];

/// How much of an event is counted beyond what was seen: with 1 at the upper and 0 at the lower end the interval would be exact for
/// counts, and wider than it need be; a half is mid-P.
const BEYOND_THE_SEEN: f64 = 0.5;
/// By how many steps it is off, at the upper end.
const STEPS_MISSED: usize = 2;
/// Disagreement over what chance gives runs from 0, all agree, to 2, the coefficient being -1.
const MOST_OVER_CHANCE: f64 = 2.0;

/// By what disagreement is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chance {
    /// What the two margins would give: Cohen's kappa.
    Margins,
    /// What Gwet's prevalence would give: AC1 and AC2.
    Prevalence,
}

/// The ends of the 95 % interval of a coefficient, from -1 to 1. `squares` holds the sums of the squared weights whose sums `matrix`
/// holds: judgements of which each stands for many say less of the error. `added_variance` is what disclosure control has added to the
/// variance, as a share of it.
///
/// `None` for an empty matrix, for fewer than [`FEWEST_FOR_COEFFICIENTS`] judgements, and where the coefficient is not defined.
///
/// Sources: gamma intervals of weighted sums of counts (Fay & Feuer 1997, Stat Med 16:791), the weight of the event that may have been
/// missed being less than the largest (Tiwari, Clegg & Zou 2006, Stat Methods Med Res 15:547), mid-P (Fay & Kim 2017, Biometrical
/// Journal 59:1091); beta for gamma where the sum is bounded (Korn & Graubard 1998); smoothing towards a prior (Bishop, Fienberg &
/// Holland 1975, chapter 12).
#[must_use]
pub fn coefficient_interval(
    matrix: &AgreementMatrix,
    weights: AgreementWeights,
    chance: Chance,
    squares: &AgreementMatrix,
    added_variance: f64,
) -> Option<(f64, f64)> {
    let k = matrix.categories();
    // Kish's effective number of judgements, which disclosure control has made fewer.
    let n = matrix.total().powi(2) / squares.total() / (1.0 + added_variance);
    if k < 2 || squares.categories() != k || !(n.is_finite() && n >= FEWEST_FOR_COEFFICIENTS) {
        return None;
    }
    let cells = smoothed(matrix, n)?;
    let at = |i: usize, j: usize| cells.get(i * k + j).copied().unwrap_or(0.0);
    let apart = |i: usize, j: usize| 1.0 - weights.weight(i, j, k);
    let all = || (0..k).flat_map(|i| (0..k).map(move |j| (i, j)));
    let rows: Vec<f64> = (0..k).map(|i| (0..k).map(|j| at(i, j)).sum()).collect();
    let columns: Vec<f64> = (0..k).map(|j| (0..k).map(|i| at(i, j)).sum()).collect();
    let share = |of: &[f64], grade: usize| of.get(grade).copied().unwrap_or(0.0);

    let observed: f64 = all().map(|(i, j)| at(i, j) * apart(i, j)).sum();
    // What chance gives, and how it moves with one more judgement in a cell.
    let (expected, moves): (f64, Vec<f64>) = match chance {
        Chance::Margins => {
            let of_first: Vec<f64> = (0..k).map(|i| (0..k).map(|j| apart(i, j) * share(&columns, j)).sum()).collect();
            let of_second: Vec<f64> = (0..k).map(|j| (0..k).map(|i| apart(i, j) * share(&rows, i)).sum()).collect();
            let expected: f64 = (0..k).map(|i| share(&rows, i) * share(&of_first, i)).sum();
            let moves = all().map(|(i, j)| share(&of_first, i) + share(&of_second, j) - 2.0 * expected).collect();
            (expected, moves)
        }
        Chance::Prevalence => {
            let total: f64 = all().map(|(i, j)| weights.weight(i, j, k)).sum();
            let scale = total / (k as f64 * (k as f64 - 1.0));
            let prevalence: Vec<f64> = (0..k).map(|i| f64::midpoint(share(&rows, i), share(&columns, i))).collect();
            let agreed = scale * prevalence.iter().map(|share| share * (1.0 - share)).sum::<f64>();
            let slope = |grade: usize| scale * (0.5 - share(&prevalence, grade));
            let mean: f64 = all().map(|(i, j)| at(i, j) * (slope(i) + slope(j))).sum();
            (1.0 - agreed, all().map(|(i, j)| mean - slope(i) - slope(j)).collect())
        }
    };
    if !(observed > 0.0 && expected > 1e-12) {
        return None;
    }
    let over_chance = observed / expected;
    // How much one judgement of a cell moves it, squared.
    let moved: Vec<f64> = all()
        .zip(&moves)
        .map(|((i, j), moved)| ((apart(i, j) - observed - over_chance * moved) / expected).powi(2))
        .collect();
    let total = matrix.total();
    let over = |share: &dyn Fn(usize, usize) -> f64| -> f64 {
        all().zip(&moved).map(|((i, j), moved)| share(i, j) * moved).sum()
    };
    // Judgements of which each stands for many say less, and no more where those happen to agree.
    let by_weight = over(&|i, j| squares.get(i, j) / (total * total) * (1.0 + added_variance) * n * n);
    let alike = over(&|i, j| matrix.get(i, j) / total * n);
    let of_prior: f64 = prior(matrix)?.into_iter().zip(&moved).map(|(share, moved)| ADDED * share * moved).sum();
    // The heaviest judgement's share of all weight; what may have been missed weighs between the usual and that.
    let weights_of_cells = all().filter(|(i, j)| matrix.get(*i, *j) > 0.0);
    let heaviest = weights_of_cells
        .map(|(i, j)| squares.get(i, j) / matrix.get(i, j) / total * (1.0 + added_variance))
        .fold(0.0, f64::max);
    let between = f64::midpoint(1.0 / n, heaviest.max(1.0 / n));
    let wider = t_interval(0.0, 1.0, (1.0 / between - 1.0).max(1.0))?.high / Z_95;
    let variance = (by_weight.max(alike) + of_prior) / (n + ADDED).powi(2) * wider * wider;
    let usual = variance / over_chance;
    let missed = apart(0, STEPS_MISSED.min(k - 1)) / expected * between * n / (n + ADDED);
    let end = |event: f64, probability: f64| {
        let (mean, variance) = (over_chance + BEYOND_THE_SEEN * event, variance + BEYOND_THE_SEEN * event * event);
        let most = MOST_OVER_CHANCE;
        beta_quantile(mean / most, variance / (most * most), probability).map(|share| 1.0 - most * share)
    };
    let (low, high) = (end(missed, UPPER_95)?, end(usual, 1.0 - UPPER_95)?);
    (low <= high).then_some((low, high))
}

/// The proportions of a matrix with one judgement more.
fn smoothed(matrix: &AgreementMatrix, n: f64) -> Option<Vec<f64>> {
    let k = matrix.categories();
    let mut cells: Vec<f64> = prior(matrix)?.into_iter().map(|share| ADDED * share / (n + ADDED)).collect();
    for (i, j, share) in matrix.proportions()? {
        if let Some(cell) = cells.get_mut(i * k + j) {
            *cell += n * share / (n + ADDED);
        }
    }
    Some(cells)
}

/// Where the judgement lies that is added, as proportions: with the grades as they were given, half of it with all grades alike.
fn prior(matrix: &AgreementMatrix) -> Option<Vec<f64>> {
    let k = matrix.categories();
    let (rows, columns) = matrix.margins()?;
    let mut prior = vec![0.0; k * k];
    for (i, (row, column)) in rows.iter().zip(&columns).enumerate() {
        let given = f64::midpoint(f64::midpoint(*row, *column), 1.0 / k as f64);
        for (steps, weight) in BY_STEPS.into_iter().enumerate() {
            let (below, above) = (i.checked_sub(steps), Some(i + steps).filter(|j| *j < k));
            for j in [below, above].into_iter().flatten() {
                if let Some(cell) = prior.get_mut(i * k + j) {
                    *cell += given * weight / 2.0;
                }
            }
        }
    }
    let total: f64 = prior.iter().sum();
    Some(prior.into_iter().map(|share| share / total).collect())
}
