//! Empirical Bayes estimates of many units (classes, teachers, schools) together.

use super::interval::{Estimate, Z_95, normal_interval};

/// The fewest units from which a variance between units is estimated.
const FEWEST_UNITS: usize = 3;

/// A unit's own estimate and what is known of its error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UnitEstimate {
    /// The unit's own (raw) estimate, e.g. its shift in grades.
    pub estimate: f64,
    /// The variance of that estimate, in squared units of it. A value of 0 (a unit whose few
    /// judgements all came out the same) is not certainty; see [`pooled_variance`] for what to give
    /// instead.
    pub variance: f64,
}

/// What the units together say.
#[derive(Clone, Debug, PartialEq)]
pub struct Shrinkage {
    /// The mean of the units' true values, with its 95 % interval.
    pub mean: Estimate,
    /// The variance of true values between units (DerSimonian and Laird), in squared units; 0 when
    /// the raw estimates vary no more than their errors explain.
    pub tau_squared: f64,
    /// For each unit given, in order: the shrunken estimate with its 95 % posterior interval.
    /// `None` for a unit whose variance is not above 0 or is not finite; show its raw estimate
    /// alone.
    pub units: Vec<Option<Estimate>>,
}

/// Shrinks each unit's estimate towards the mean of all, the more so the less is known of the unit.
///
/// Normal-normal model: `y_i ~ N(θ_i, v_i)`, `θ_i ~ N(μ, τ²)`, with τ² by moments and μ weighted by
/// `1 / (v_i + τ²)`. With `B_i = v_i / (v_i + τ²)` the estimate is `B_i μ + (1 - B_i) y_i`, and its
/// variance `(1 - B_i) v_i + B_i² Var(μ)`. That counts the error of μ but not that of τ²: with few
/// units the intervals are somewhat too narrow.
///
/// `None` when fewer than three units have a usable variance: the variance between units cannot
/// then be told, so the raw estimates must stand alone. A unit without a usable variance takes no
/// part.
///
/// Sources: DerSimonian & Laird 1986 (Control Clin Trials 7:177) for τ²; Efron & Morris 1975 (JASA
/// 70:311), Morris 1983 (JASA 78:47) for the shrinkage.
#[must_use]
pub fn shrink(units: &[UnitEstimate]) -> Option<Shrinkage> {
    let usable: Vec<UnitEstimate> = units.iter().copied().filter(is_usable).collect();
    if usable.len() < FEWEST_UNITS {
        return None;
    }
    let tau_squared = between_variance(&usable)?;
    let (mu, weight) = weighted_mean(&usable, tau_squared)?;
    let shrunken = |unit: &UnitEstimate| -> Option<Estimate> {
        if !is_usable(unit) {
            return None;
        }
        let factor = unit.variance / (unit.variance + tau_squared);
        let estimate = factor * mu + (1.0 - factor) * unit.estimate;
        let variance = (1.0 - factor) * unit.variance + factor * factor / weight;
        Estimate::around(estimate, Z_95 * variance.sqrt())
    };
    Some(Shrinkage {
        mean: normal_interval(mu, (1.0 / weight).sqrt())?,
        tau_squared,
        units: units.iter().map(shrunken).collect(),
    })
}

fn is_usable(unit: &UnitEstimate) -> bool {
    unit.estimate.is_finite() && unit.variance.is_finite() && unit.variance > 0.0
}

/// Mean weighted by `1 / (v + between)`, and the sum of those weights. `None` when out of range.
fn weighted_mean(units: &[UnitEstimate], between: f64) -> Option<(f64, f64)> {
    let weight = |unit: &UnitEstimate| 1.0 / (unit.variance + between);
    let total: f64 = units.iter().map(weight).sum();
    let sum: f64 = units.iter().map(|unit| weight(unit) * unit.estimate).sum();
    let mean = sum / total;
    (mean.is_finite() && total.is_finite() && total > 0.0).then_some((mean, total))
}

/// DerSimonian and Laird: `max(0, (Q - (k - 1)) / (Σw - Σw² / Σw))`, `Q = Σ w (y - ȳ)²`, `w = 1 /
/// v`.
fn between_variance(units: &[UnitEstimate]) -> Option<f64> {
    let (mean, total) = weighted_mean(units, 0.0)?;
    let q: f64 = units.iter().map(|unit| (unit.estimate - mean).powi(2) / unit.variance).sum();
    let squares: f64 = units.iter().map(|unit| unit.variance.recip().powi(2)).sum();
    let divisor = total - squares / total;
    let tau_squared = (q - (units.len() as f64 - 1.0)) / divisor;
    (divisor > 0.0 && tau_squared.is_finite()).then(|| tau_squared.max(0.0))
}

/// The variance of single judgements within units, pooled over all: `Σ (n_i - 1) s_i² / Σ (n_i -
/// 1)`, in squared units of y.
///
/// Takes `(n_i, s_i²)` of each unit. Divided by a unit's effective n it is the variance to give to
/// [`shrink`]: a unit's own variance is unsure when n is small, and 0 when its judgements happen to
/// agree. Units with n of 1 or less, or figures that are negative or not finite, add nothing.
/// `None` when no unit has two judgements, or nothing varies anywhere.
/// Source: the within-group mean square of one-way analysis of variance (Fisher 1925).
#[must_use]
pub fn pooled_variance(units: &[(f64, f64)]) -> Option<f64> {
    let counted = |(n, variance): &&(f64, f64)| n.is_finite() && *n > 1.0 && variance.is_finite() && *variance >= 0.0;
    let (mut sum, mut freedom) = (0.0, 0.0);
    for (n, variance) in units.iter().filter(counted) {
        sum += (n - 1.0) * variance;
        freedom += n - 1.0;
    }
    let pooled = sum / freedom;
    (pooled.is_finite() && pooled > 0.0).then_some(pooled)
}
