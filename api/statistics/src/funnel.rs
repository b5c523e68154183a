//! Funnel plot limits for proportions.
//!
//! Source of all formulas: Spiegelhalter 2005 (Stat Med 24:1185; Qual Saf Health Care 14:347), in
//! the form of the R package FunnelPlotR: arcsine transform, z-scores winsorised, additive
//! over-dispersion.

use std::f64::consts::FRAC_PI_2;

use statrs::distribution::{Binomial, Discrete};

use super::interval::{Z_95, Z_998};

/// Share of z-scores winsorised at each end.
const WINSORISED: f64 = 0.1;

/// The mean of the squared z-scores of units that differ by chance alone, once a tenth of them is drawn in at each end: `(1 - 2q) - 2
/// z f(z) + 2 q z²` with q = 0.1, f being the normal density and z its 90th centile.
const BY_CHANCE: f64 = 0.678_7;

/// The same for a number of units: centiles of few z-scores lie further out. Fitted to simulations of 3 to 500
/// units (1 to 8 million z-scores each), right to 2 %.
fn by_chance(units: f64) -> f64 {
    BY_CHANCE + if units < 10.0 { 0.3 } else { 0.45 } / units
}

/// The largest n for which exact limits are worked out.
const LARGEST_EXACT: u64 = 1_000_000;

/// One unit on the plot: `events` of `n`; neither need be whole (effective sample sizes are not).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FunnelUnit {
    /// How many of n had the event, from 0 to n.
    pub events: f64,
    /// The denominator, above 0.
    pub n: f64,
}

impl FunnelUnit {
    /// The unit's share, from 0 to 1. `None` when n is not above 0, or events lie outside 0 to n.
    #[must_use]
    pub fn proportion(&self) -> Option<f64> {
        let share = self.events / self.n;
        (self.n.is_finite() && self.n > 0.0 && (0.0..=1.0).contains(&share)).then_some(share)
    }
}

/// Whether limits allow for units differing by more than chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverDispersion {
    /// Limits of chance alone.
    Ignored,
    /// The variance between units is added to that of chance.
    Additive,
}

/// Control limits at one n, as shares from 0 to 1, in rising order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FunnelLimits {
    /// Lower 99.8 % limit.
    pub low_998: f64,
    /// Lower 95 % limit.
    pub low_95: f64,
    /// Upper 95 % limit.
    pub high_95: f64,
    /// Upper 99.8 % limit.
    pub high_998: f64,
}

/// Where a unit lies against its limits; on a limit counts as inside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FunnelPosition {
    /// Within the 95 % limits.
    Inside,
    /// Outside the 95 % limits, within those of 99.8 %.
    Outside95,
    /// Outside the 99.8 % limits.
    Outside998,
}

impl FunnelLimits {
    /// The place of a share (0 to 1) against these limits.
    #[must_use]
    pub fn position(&self, proportion: f64) -> FunnelPosition {
        if proportion < self.low_998 || proportion > self.high_998 {
            FunnelPosition::Outside998
        } else if proportion < self.low_95 || proportion > self.high_95 {
            FunnelPosition::Outside95
        } else {
            FunnelPosition::Inside
        }
    }
}

/// A funnel fitted to units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Funnel {
    /// The target θ0: all events over all n, from 0 to 1.
    pub target: f64,
    /// How many units were used.
    pub units: usize,
    /// The 10th and 90th centile of the z-scores (R's type 7), to which more extreme ones were
    /// drawn in.
    pub winsorised_at: (f64, f64),
    /// φ, the mean of the squared winsorised z-scores over what it is for units that differ by chance alone: 1 then, on average.
    pub phi: f64,
    /// τ², the variance between units on the arcsine scale, in squared radians; 0 without
    /// over-dispersion.
    pub tau_squared: f64,
    /// φ as FunnelPlotR gives it: the mean of the squared winsorised z-scores, which is about .7 for units that differ by chance
    /// alone. It makes τ² too small, and the adjusted limits too narrow.
    pub phi_uncorrected: f64,
    /// τ² from that.
    pub tau_squared_uncorrected: f64,
}

impl Funnel {
    /// Fits target and over-dispersion. Units without a share (n of 0, events outside 0 to n) are
    /// left out; `None` when no unit is left.
    #[must_use]
    pub fn fit(units: &[FunnelUnit]) -> Option<Self> {
        let used: Vec<(f64, FunnelUnit)> = units.iter().filter_map(|unit| Some((unit.proportion()?, *unit))).collect();
        let n: f64 = used.iter().map(|(_, unit)| unit.n).sum();
        let events: f64 = used.iter().map(|(_, unit)| unit.events).sum();
        let target = events / n;
        if !(0.0..=1.0).contains(&target) {
            return None;
        }
        let mut scores: Vec<f64> = used.iter().map(|(share, unit)| z_score(*share, unit.n, target)).collect();
        scores.sort_by(f64::total_cmp);
        let low = quantile_type_7(&scores, WINSORISED)?;
        let high = quantile_type_7(&scores, 1.0 - WINSORISED)?;

        let count = used.len() as f64;
        let phi_uncorrected = scores.iter().map(|z| z.clamp(low, high.max(low)).powi(2)).sum::<f64>() / count;
        let phi = phi_uncorrected / by_chance(count);
        // On the arcsine scale the variance of chance is 1 / 4n, so the weights are 4n.
        let weights: f64 = 4.0 * n;
        let squares: f64 = used.iter().map(|(_, unit)| (4.0 * unit.n).powi(2)).sum();
        let tau_squared = |phi: f64| {
            let excess = (count * phi - (count - 1.0)) / (weights - squares / weights);
            if used.len() > 1 && excess.is_finite() { excess.max(0.0) } else { 0.0 }
        };
        Some(Self {
            target,
            units: used.len(),
            winsorised_at: (low, high),
            phi,
            tau_squared: tau_squared(phi),
            phi_uncorrected,
            tau_squared_uncorrected: tau_squared(phi_uncorrected),
        })
    }

    /// Limits at a denominator n by the arcsine transform, with or without the over-dispersion.
    /// `None` when n is not above 0.
    #[must_use]
    pub fn limits(&self, n: f64, over_dispersion: OverDispersion) -> Option<FunnelLimits> {
        if !(n.is_finite() && n > 0.0) {
            return None;
        }
        let between = match over_dispersion {
            OverDispersion::Ignored => 0.0,
            OverDispersion::Additive => self.tau_squared,
        };
        let spread = (1.0 / (4.0 * n) + between).sqrt();
        let centre = self.target.sqrt().asin();
        let limit = |z: f64| (centre + z * spread).clamp(0.0, FRAC_PI_2).sin().powi(2);
        Some(FunnelLimits {
            low_998: limit(-Z_998),
            low_95: limit(-Z_95),
            high_95: limit(Z_95),
            high_998: limit(Z_998),
        })
    }

    /// Exact binomial limits at a denominator n, interpolated between counts; chance alone.
    /// `None` when n is 0 or above a million, or the target is 0 or 1 (no variation).
    /// Source: Spiegelhalter 2005 (Stat Med), appendix.
    #[must_use]
    pub fn exact_limits(&self, n: u64) -> Option<FunnelLimits> {
        if n == 0 || n > LARGEST_EXACT || self.target <= 0.0 || self.target >= 1.0 {
            return None;
        }
        Some(FunnelLimits {
            low_998: exact_limit(self.target, n, 0.001)?,
            low_95: exact_limit(self.target, n, 0.025)?,
            high_95: exact_limit(self.target, n, 0.975)?,
            high_998: exact_limit(self.target, n, 0.999)?,
        })
    }

    /// Where a unit lies by the limits of its own n. `None` when the unit has no share.
    #[must_use]
    pub fn position(&self, unit: &FunnelUnit, over_dispersion: OverDispersion) -> Option<FunnelPosition> {
        let share = unit.proportion()?;
        Some(self.limits(unit.n, over_dispersion)?.position(share))
    }
}

/// Distance from the target in standard errors of the arcsine scale.
fn z_score(share: f64, n: f64, target: f64) -> f64 {
    (share.sqrt().asin() - target.sqrt().asin()) * 2.0 * n.sqrt()
}

/// Sample quantile of sorted values by R's type 7 (Hyndman & Fan 1996). `None` when there are none.
fn quantile_type_7(sorted: &[f64], probability: f64) -> Option<f64> {
    let place = sorted.len().checked_sub(1)? as f64 * probability;
    let below = place.floor();
    let low = *sorted.get(below as usize)?;
    let high = sorted.get(below as usize + 1).copied().unwrap_or(low);
    Some(low + (place - below) * (high - low))
}

/// `(r - α) / n`, r the least count with `P(R <= r) >= p`, `α = (P(R <= r) - p) / P(R = r)`; cut to
/// 0 and 1.
fn exact_limit(target: f64, n: u64, probability: f64) -> Option<f64> {
    let binomial = Binomial::new(target, n).ok()?;
    let size = n as f64;
    // Below this lies less than any rounding error of the sum.
    let margin = 12.0 * (size * target * (1.0 - target)).sqrt() + 30.0;
    let start = (size * target - margin).max(0.0) as u64;
    let mut cumulated = 0.0;
    for count in start..=n {
        let mass = binomial.ln_pmf(count).exp();
        cumulated += mass;
        if cumulated >= probability && mass > 0.0 {
            let over = (cumulated - probability) / mass;
            return Some(((count as f64 - over) / size).clamp(0.0, 1.0));
        }
    }
    None
}
