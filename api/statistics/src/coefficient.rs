//! Intervals of weighted kappa and of AC2 that keep their promise for few judgements and for near full agreement.
//!
//! Both coefficients are `1 - q / e`: the mean disagreement q over what chance would give. The usual errors (Fleiss, Cohen & Everitt
//! 1969; Gwet 2008) come from the matrix as it was seen. With six judgements that all agree it shows no variation at all, and a
//! normal interval round a coefficient near 1 reaches beyond 1: at 90 % agreement such intervals cover 45 % for six judgements and 88 %
//! for thirty. Here:
//!
//! 1. one judgement is added to the matrix, spread over it as judgements usually lie: 70 % on the diagonal, 25 % one step off, 5 % two;
//! 2. the error of `log(q / e)` is linearised on that matrix, in both of its parts;
//! 3. the interval is by t(n - 1) on the logarithm, and so never reaches beyond 1.
//!
//! What it covers stands in `docs/statistics.md`, by simulation.

use super::interval::t_interval;
use super::matrix::AgreementMatrix;
use super::weights::AgreementWeights;

/// Fewer judgements than these tell nothing of agreement beyond chance.
pub const FEWEST_FOR_COEFFICIENTS: f64 = 5.0;
/// How much is added, in judgements.
const ADDED: f64 = 1.0;
/// Where it lies, by steps from the diagonal; the shares of both sides together.
const BY_STEPS: [f64; 3] = [0.70, 0.25, 0.05];

/// By what disagreement is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chance {
    /// What the two margins would give: Cohen's kappa.
    Margins,
    /// What Gwet's prevalence would give: AC1 and AC2.
    Prevalence,
}

/// The ends of the 95 % interval of a coefficient, cut to -1 and 1. `squares` holds the sums of the squared weights whose sums `matrix`
/// holds: judgements of which each stands for many say less of the error. `added_variance` is what disclosure control has added to the
/// variance, as a share of it.
///
/// `None` for an empty matrix, for fewer than [`FEWEST_FOR_COEFFICIENTS`] judgements, and where the coefficient is not defined.
///
/// Sources: the delta method on the logarithm (Agresti 2013, Categorical Data Analysis, 3.1); smoothing towards a prior (Bishop, Fienberg
/// & Holland 1975, chapter 12).
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
    let total = matrix.total();
    let prior = prior(matrix)?;
    // How much one judgement of a cell moves the logarithm, squared, by how much of all the weight it has.
    let moved = all().zip(&moves).zip(prior).map(|(((i, j), moved), prior)| {
        let of_judgements = squares.get(i, j) / (total * total) * (1.0 + added_variance) * n * n;
        let moved = (apart(i, j) - observed) / observed - moved / expected;
        (of_judgements + ADDED * prior) * moved * moved
    });
    let error = moved.sum::<f64>().sqrt() / (n + ADDED);
    let log = t_interval((observed / expected).ln(), error, n - 1.0)?;
    Some(((1.0 - log.high.exp()).max(-1.0), (1.0 - log.low.exp()).min(1.0)))
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
