//! Cohen's weighted kappa for two judgements of the same work.

use super::interval::{Estimate, normal_interval};
use super::matrix::AgreementMatrix;
use super::weights::AgreementWeights;

/// Below this, one minus the agreement by chance counts as nothing.
const NO_VARIATION: f64 = 1e-12;

/// Below this the numerator of a variance is a rounding error and counts as nothing.
const NO_ERROR: f64 = 1e-12;

/// Weighted kappa with what it was computed from. All values are pure numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WeightedKappa {
    /// `(observed - expected) / (1 - expected)`; 1 is full agreement, 0 what chance alone would
    /// give.
    pub kappa: f64,
    /// Weighted observed agreement, from 0 to 1.
    pub observed: f64,
    /// Weighted agreement expected by chance from the two margins, from 0 to 1.
    pub expected: f64,
    /// The number of judgements, actual or effective, that the errors rest on.
    pub n: f64,
    /// Large-sample standard error, for an interval. `None` where the formula gives no error at all
    /// (full agreement, for one), for that is an artefact and not certainty.
    pub standard_error: Option<f64>,
    /// Standard error if kappa were 0, only for testing that: `z = kappa / null_standard_error`.
    /// `None` as above.
    pub null_standard_error: Option<f64>,
    /// Kappa with its 95 % normal-theory interval, cut to -1 and 1. `None` without a standard
    /// error.
    pub interval: Option<Estimate>,
}

/// Weighted kappa over the declared scale.
///
/// The matrix may hold counts or design weights, only its proportions are used; `n` is the actual
/// number of judgements for counts, and the effective number for weights. `None` when the matrix is
/// empty, when n is not above 0, or when chance alone would give full agreement (all work of one
/// grade): kappa is then undefined, and not 0.
///
/// Source: Cohen 1968 (Psychol Bull 70:213); errors by Fleiss, Cohen & Everitt 1969 (Psychol Bull
/// 72:323).
#[must_use]
pub fn weighted_kappa(matrix: &AgreementMatrix, weights: AgreementWeights, n: f64) -> Option<WeightedKappa> {
    let k = matrix.categories();
    kappa_by(matrix, n, |first, second| weights.weight(first, second, k))
}

/// The same with any symmetric similarity weights, 1 on the diagonal.
pub(super) fn kappa_by(
    matrix: &AgreementMatrix,
    n: f64,
    weight: impl Fn(usize, usize) -> f64,
) -> Option<WeightedKappa> {
    if !(n.is_finite() && n > 0.0) {
        return None;
    }
    let (rows, columns) = matrix.margins()?;
    // Mean weight of each first grade against the second margin, and the other way round.
    let mean_weight = |grade: usize, margin: &[f64], first: bool| -> f64 {
        let terms = margin
            .iter()
            .enumerate()
            .map(|(other, share)| share * if first { weight(grade, other) } else { weight(other, grade) });
        terms.sum()
    };
    let of_first: Vec<f64> = (0..rows.len()).map(|i| mean_weight(i, &columns, true)).collect();
    let of_second: Vec<f64> = (0..columns.len()).map(|j| mean_weight(j, &rows, false)).collect();

    let expected: f64 = rows.iter().zip(&of_first).map(|(share, mean)| share * mean).sum();
    let observed: f64 = matrix.proportions()?.map(|(i, j, p)| p * weight(i, j)).sum();
    let room = 1.0 - expected;
    if room.is_nan() || room < NO_VARIATION {
        return None;
    }
    let kappa = (observed - expected) / room;

    let (mut about_kappa, mut about_zero) = (0.0, 0.0);
    for (i, j, p) in matrix.proportions()? {
        let (Some(row), Some(column)) = (rows.get(i), columns.get(j)) else {
            continue;
        };
        let (Some(first), Some(second)) = (of_first.get(i), of_second.get(j)) else {
            continue;
        };
        about_kappa += p * (weight(i, j) - (first + second) * (1.0 - kappa)).powi(2);
        about_zero += row * column * (weight(i, j) - (first + second)).powi(2);
    }
    let scale = n * room * room;
    let root = |numerator: f64| (numerator > NO_ERROR).then(|| (numerator / scale).sqrt());
    let standard_error = root(about_kappa - (kappa - expected * (1.0 - kappa)).powi(2));
    let interval = standard_error.and_then(|error| normal_interval(kappa, error));
    Some(WeightedKappa {
        kappa,
        observed,
        expected,
        n,
        standard_error,
        null_standard_error: root(about_zero - expected * expected),
        interval: interval.map(|estimate| estimate.cut_to(-1.0, 1.0)),
    })
}
