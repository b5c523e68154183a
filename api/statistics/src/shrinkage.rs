//! Estimates of many units (classes, teachers, schools) together.

use statrs::distribution::{Continuous as _, ContinuousCDF as _, Normal};

use super::interval::Estimate;

/// The fewest units from which a deviation between units is estimated.
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
    /// The mean of the units' true values: the middle of its posterior, with a 95 % interval.
    pub mean: Estimate,
    /// The standard deviation of true values between units: the middle of its posterior, with a 95 % interval.
    pub tau: Estimate,
    /// For each unit given, in order: the middle of its posterior, with a 95 % interval.
    /// `None` for a unit whose variance is not above 0 or is not finite; show its raw estimate
    /// alone.
    pub units: Vec<Option<Estimate>>,
}

/// A normal part of a posterior.
#[derive(Clone, Copy)]
struct Part {
    weight: f64,
    mean: f64,
    deviation: f64,
}

/// Steps of the grid over the deviation between units.
const STEPS: usize = 120;
/// Points of the grid that weigh less than this say nothing.
const NO_WEIGHT: f64 = 1e-7;
/// How far the grid goes, in deviations of the raw estimates. The posterior for three units falls off as slowly as the square of τ: 0.2 to 0.3 %
/// of it lie beyond (by integration), and next to nothing for more units.
const REACH: f64 = 400.0;

/// Shrinks each unit's estimate towards the mean of all, the more so the less is known of the unit.
///
/// Normal-normal model: `y_i ~ N(θ_i, v_i)`, `θ_i ~ N(μ, τ²)`, with flat priors on μ and on τ. Given τ, the posteriors of μ and of each
/// θ_i are normal; the posterior of τ is worked out on a grid, and each figure is read off the mixture: its median, and the points at
/// 2.5 and 97.5 %. So the intervals carry what is not known of τ. An estimate of τ² by moments is 0 in half of all answers where the
/// units differ little; every unit would then have one and the same value, and far too narrow an interval.
///
/// `None` when fewer than three units have a usable variance: the deviation between units cannot
/// then be told (its posterior is no distribution), so the raw estimates must stand alone. A unit without a usable variance takes no
/// part.
///
/// Sources: Rubin 1981 (J Educ Stat 6:377); Gelman and others, Bayesian Data Analysis (3rd ed., 2013), 5.4; Gelman 2006 (Bayesian
/// Analysis 1:515) for the flat prior on τ; Morris 1983 (JASA 78:47) for why.
#[must_use]
pub fn shrink(units: &[UnitEstimate]) -> Option<Shrinkage> {
    let usable: Vec<UnitEstimate> = units.iter().copied().filter(is_usable).collect();
    if usable.len() < FEWEST_UNITS {
        return None;
    }
    let grid = grid(&usable)?;
    let of_mean: Vec<Part> =
        grid.iter().map(|at| Part { weight: at.weight, mean: at.mu, deviation: at.precision.recip().sqrt() }).collect();
    let of_unit = |unit: &UnitEstimate| -> Option<Estimate> {
        if !is_usable(unit) {
            return None;
        }
        let part = |at: &At| {
            let factor = unit.variance / (unit.variance + at.tau * at.tau);
            let variance = (1.0 - factor) * unit.variance + factor * factor / at.precision;
            Part {
                weight: at.weight,
                mean: factor * at.mu + (1.0 - factor) * unit.estimate,
                deviation: variance.sqrt(),
            }
        };
        read_off(&grid.iter().map(part).collect::<Vec<_>>())
    };
    Some(Shrinkage { mean: read_off(&of_mean)?, tau: tau(&grid)?, units: units.iter().map(of_unit).collect() })
}

/// A point of the grid: a deviation between units, how likely it is, and what it makes of the mean.
struct At {
    tau: f64,
    weight: f64,
    mu: f64,
    precision: f64,
}

/// The posterior of τ, at points that lie closer together towards 0; weights sum to 1.
fn grid(units: &[UnitEstimate]) -> Option<Vec<At>> {
    let count = units.len() as f64;
    let centre = units.iter().map(|unit| unit.estimate).sum::<f64>() / count;
    let spread = units.iter().map(|unit| (unit.estimate - centre).powi(2) + unit.variance).sum::<f64>() / count;
    let reach = REACH * spread.sqrt();
    let mut grid = Vec::with_capacity(STEPS);
    let mut logs = Vec::with_capacity(STEPS);
    for step in 0..STEPS {
        let place = (step as f64 + 0.5) / STEPS as f64;
        // τ = reach · place⁵, and the points stand for 5 · place⁴ as much of the line.
        let tau = reach * place.powi(5);
        let (mu, precision) = weighted_mean(units, tau * tau)?;
        let fit = |unit: &UnitEstimate| {
            let variance = unit.variance + tau * tau;
            variance.ln() + (unit.estimate - mu).powi(2) / variance
        };
        let misfit: f64 = units.iter().map(fit).sum();
        logs.push(-0.5 * (precision.ln() + misfit) + 4.0 * place.ln());
        grid.push(At { tau, weight: 0.0, mu, precision });
    }
    let most = logs.iter().copied().fold(f64::MIN, f64::max);
    let total: f64 = logs.iter().map(|log| (log - most).exp()).sum();
    for (at, log) in grid.iter_mut().zip(logs) {
        at.weight = (log - most).exp() / total;
    }
    grid.retain(|at| at.weight > NO_WEIGHT);
    (total.is_finite() && total > 0.0).then_some(grid)
}

/// The middle of the posterior of τ and its interval, between the points of the grid.
fn tau(grid: &[At]) -> Option<Estimate> {
    let point = |probability: f64| {
        let mut below = 0.0;
        let mut last = 0.0;
        for at in grid {
            if below + at.weight >= probability {
                return last + (at.tau - last) * (probability - below) / at.weight;
            }
            below += at.weight;
            last = at.tau;
        }
        last
    };
    let (low, estimate, high) = (point(0.025), point(0.5), point(0.975));
    estimate.is_finite().then_some(Estimate { estimate, low, high })
}

/// The middle of a mixture of normal distributions, and the points at 2.5 and 97.5 %.
fn read_off(parts: &[Part]) -> Option<Estimate> {
    let normal = Normal::standard();
    let below = |value: f64| -> f64 {
        parts.iter().map(|part| part.weight * normal.cdf((value - part.mean) / part.deviation)).sum()
    };
    let density = |value: f64| -> f64 {
        parts.iter().map(|part| part.weight * normal.pdf((value - part.mean) / part.deviation) / part.deviation).sum()
    };
    let least = parts.iter().map(|part| part.mean - 9.0 * part.deviation).fold(f64::MAX, f64::min);
    let most = parts.iter().map(|part| part.mean + 9.0 * part.deviation).fold(f64::MIN, f64::max);
    if !(least.is_finite() && most.is_finite()) {
        return None;
    }
    let mean: f64 = parts.iter().map(|part| part.weight * part.mean).sum();
    let squares = parts.iter().map(|part| part.weight * ((part.mean - mean).powi(2) + part.deviation.powi(2)));
    let deviation = squares.sum::<f64>().sqrt();
    // Newton's steps from where one normal distribution would have it, and halves where one would leave what is known.
    let point = |probability: f64| {
        let (mut low, mut high) = (least, most);
        let mut value = (mean + normal.inverse_cdf(probability) * deviation).clamp(low, high);
        for _ in 0..60 {
            let over = below(value) - probability;
            if over < 0.0 {
                low = value
            } else {
                high = value
            }
            let step = value - over / density(value);
            let next = if step > low && step < high { step } else { f64::midpoint(low, high) };
            let moved = (next - value).abs();
            value = next;
            if moved < (most - least) * 1e-9 {
                break;
            }
        }
        value
    };
    Some(Estimate { estimate: point(0.5), low: point(0.025), high: point(0.975) })
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
