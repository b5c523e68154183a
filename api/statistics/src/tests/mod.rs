//! Published and recomputed reference values, and properties.

mod agreement;
mod agreement_properties;
mod funnel;
mod funnel_data;
mod intervals;
mod moderators;
mod reference;
mod shrinkage;
mod survey;
mod survey_simulation;

use super::{Estimate, StratumSample, mean};

/// What a test returns, so that an undefined figure fails it.
type Checked = Result<(), &'static str>;

/// Message for a figure that should have been defined.
const DEFINED: &str = "the figure should be defined";

/// Fails unless the two agree to within `tolerance`.
fn close(actual: f64, expected: f64, tolerance: f64) {
    assert!((actual - expected).abs() <= tolerance, "{actual} is not within {tolerance} of {expected}");
}

/// A share with its interval.
fn proportion(strata: &[StratumSample]) -> Option<Estimate> {
    mean(strata)?.as_share()?.known()
}

/// A mean with its interval by t.
fn mean_interval(strata: &[StratumSample]) -> Option<Estimate> {
    mean(strata)?.with_interval()
}

/// Deterministic pseudo-random numbers (Knuth's MMIX congruential generator), for simulations.
struct Lcg(u64);

impl Lcg {
    /// The next number, uniform from 0 up to 1.
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// The next number of a standard normal distribution (Box and Muller 1958).
    fn normal(&mut self) -> f64 {
        let (radius, angle) = ((-2.0 * (1.0 - self.uniform()).ln()).sqrt(), std::f64::consts::TAU * self.uniform());
        radius * angle.cos()
    }
}
