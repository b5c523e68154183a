//! Gwet's AC1 and AC2 for two judgements of the same work.

use super::interval::{Estimate, t_interval};
use super::matrix::AgreementMatrix;
use super::weights::AgreementWeights;

/// Below this the numerator of a variance is a rounding error and counts as nothing.
const NO_ERROR: f64 = 1e-12;

/// Gwet's coefficient with what it was computed from. All values are pure numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GwetAgreement {
    /// AC1 (identity weights) or AC2 (other weights); 1 is full agreement.
    pub coefficient: f64,
    /// Weighted observed agreement, from 0 to 1.
    pub observed: f64,
    /// Agreement expected by chance in Gwet's sense, from 0 to 1.
    pub expected: f64,
    /// The number of judgements, actual or effective, that the error rests on.
    pub n: f64,
    /// Standard error over judgements. `None` where the formula gives no error at all (full
    /// agreement, a full census): that is an artefact and not certainty.
    pub standard_error: Option<f64>,
    /// The coefficient with its 95 % interval by t(n - 1), cut to -1 and 1. `None` without a
    /// standard error and for n below 2.
    pub interval: Option<Estimate>,
}

/// Gwet's AC1 / AC2 over the declared scale; keeps its sense where nearly all work is of one grade.
///
/// The matrix may hold counts or design weights, only its proportions are used; `n` is the actual
/// number of judgements for counts, and the effective number for weights. `sampling_fraction` is `f
/// = n / N` of the finite population, from 0 to 1: 0 when agreement is read as a process that goes
/// on, or when `n` is an effective number that already carries the correction. `None` when the
/// matrix is empty or its scale has fewer than two grades, n is not above 0, or f lies outside 0 to
/// 1.
///
/// Source: Gwet 2008 (BJMSP 61:29), Gwet 2014 (Handbook of Inter-Rater Reliability, 4th ed.), in
/// the form for a two-way table, as `gwet.ac1.table` of the R package irrCAC: the variance is
/// divided by n. Its form for raw ratings divides by n - 1, and so gives an error larger by `sqrt(n
/// / (n - 1))`.
#[must_use]
pub fn gwet_agreement(
    matrix: &AgreementMatrix,
    weights: AgreementWeights,
    n: f64,
    sampling_fraction: f64,
) -> Option<GwetAgreement> {
    let k = matrix.categories();
    if k < 2 || !(n.is_finite() && n > 0.0) || !(0.0..=1.0).contains(&sampling_fraction) {
        return None;
    }
    let weight = |first: usize, second: usize| weights.weight(first, second, k);
    let (rows, columns) = matrix.margins()?;
    let prevalence: Vec<f64> = rows.iter().zip(&columns).map(|(r, c)| f64::midpoint(*r, *c)).collect();
    let weight_total: f64 = (0..k).flat_map(|i| (0..k).map(move |j| weight(i, j))).sum();
    let scale = weight_total / (k as f64 * (k as f64 - 1.0));

    let observed: f64 = matrix.proportions()?.map(|(i, j, p)| p * weight(i, j)).sum();
    let expected = scale * prevalence.iter().map(|share| share * (1.0 - share)).sum::<f64>();
    let room = 1.0 - expected;
    if room.is_nan() || room < 1e-12 {
        return None;
    }
    let coefficient = (observed - expected) / room;

    let mut squares = 0.0;
    for (i, j, p) in matrix.proportions()? {
        let (Some(first), Some(second)) = (prevalence.get(i), prevalence.get(j)) else {
            continue;
        };
        let chance = scale * (1.0 - f64::midpoint(*first, *second));
        squares += p * (weight(i, j) - 2.0 * (1.0 - coefficient) * chance).powi(2);
    }
    let centre = observed - 2.0 * (1.0 - coefficient) * expected;
    let numerator = (1.0 - sampling_fraction) * (squares - centre * centre);
    let standard_error = (numerator > NO_ERROR).then(|| (numerator / (n * room * room)).sqrt());
    let interval = standard_error.and_then(|error| t_interval(coefficient, error, n - 1.0));
    Some(GwetAgreement {
        coefficient,
        observed,
        expected,
        n,
        standard_error,
        interval: interval.map(|estimate| estimate.cut_to(-1.0, 1.0)),
    })
}
