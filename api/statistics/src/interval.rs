//! Estimates with their 95 % intervals.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// The standard normal quantile of a two-sided 95 % interval (probability 0.975).
pub const Z_95: f64 = 1.959_963_984_540_054;

/// The standard normal quantile of a two-sided 99.8 % limit (probability 0.999).
pub const Z_998: f64 = 3.090_232_306_167_813_5;

/// Probability below the upper end of a two-sided 95 % interval.
const UPPER_95: f64 = 0.975;

/// A figure with its two-sided 95 % interval, all three in the figure's own unit
/// (a share from 0 to 1, a number of grades, a coefficient). Always `low <= estimate <= high`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The figure itself.
    pub estimate: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end of the 95 % interval.
    pub high: f64,
}

impl Estimate {
    /// `estimate` less and plus `half_width`. `None` when either is not finite or the width is
    /// negative.
    pub(super) fn around(estimate: f64, half_width: f64) -> Option<Self> {
        let (low, high) = (estimate - half_width, estimate + half_width);
        let sound = low.is_finite() && high.is_finite() && half_width >= 0.0;
        sound.then_some(Self { estimate, low, high })
    }

    /// The same estimate with its interval cut to the range that the figure can take.
    pub(super) fn cut_to(self, least: f64, greatest: f64) -> Self {
        Self {
            estimate: self.estimate,
            low: self.low.max(least).min(self.estimate),
            high: self.high.min(greatest).max(self.estimate),
        }
    }
}

/// Normal-theory 95 % interval: `estimate ± 1.96 · standard_error`, in the unit of the estimate.
///
/// `None` when either value is not finite, or the standard error is negative.
/// Source: any text, e.g. Altman et al., Statistics with Confidence (2nd ed., 2000), ch. 3.
#[must_use]
pub fn normal_interval(estimate: f64, standard_error: f64) -> Option<Estimate> {
    Estimate::around(estimate, Z_95 * standard_error)
}

/// 95 % interval by Student's t: `estimate ± t(0.975; df) · standard_error`, in the unit of the
/// estimate.
///
/// `degrees_of_freedom` need not be whole (effective sample sizes are not). `None` when it is below
/// 1, when a value is not finite, or when the standard error is negative.
/// Source: Student 1908; used for agreement coefficients by Gwet 2014 and the R package irrCAC.
#[must_use]
pub fn t_interval(estimate: f64, standard_error: f64, degrees_of_freedom: f64) -> Option<Estimate> {
    Estimate::around(estimate, t_95(degrees_of_freedom)? * standard_error)
}

/// Wilson's score interval for a proportion, as shares from 0 to 1.
///
/// `successes` and `n` need not be whole: with a design-weighted share p and an effective sample
/// size n, give `p * n` and `n`. `None` when n is 0, negative or not finite, or successes lie
/// outside 0 to n.
/// Source: Wilson 1927 (JASA 22:209); Newcombe 1998 (Stat Med 17:857), method 3, no continuity
/// correction.
#[must_use]
pub fn wilson(successes: f64, n: f64) -> Option<Estimate> {
    if !(n.is_finite() && n > 0.0 && successes.is_finite()) {
        return None;
    }
    let share = successes / n;
    if !(-1e-9..=1.0 + 1e-9).contains(&share) {
        return None;
    }
    let share = share.clamp(0.0, 1.0);
    let z2 = Z_95 * Z_95;
    let denominator = 1.0 + z2 / n;
    let centre = (share + z2 / (2.0 * n)) / denominator;
    let half = Z_95 * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt() / denominator;
    let sound = centre.is_finite() && half.is_finite();
    sound.then(|| Estimate {
        estimate: share,
        low: (centre - half).clamp(0.0, share),
        high: (centre + half).clamp(share, 1.0),
    })
}

/// The 0.975 quantile of Student's t. `None` below one degree of freedom, where it runs off to
/// infinity.
///
/// Bisection on the distribution function; above 1,000 degrees of freedom the expansion round the
/// normal quantile (Abramowitz & Stegun 1964, 26.7.5), right there to eight decimals.
fn t_95(degrees_of_freedom: f64) -> Option<f64> {
    let df = degrees_of_freedom;
    if df.is_nan() || df < 1.0 {
        return None;
    }
    if df > 1000.0 {
        let z = Z_95;
        let first = (z.powi(3) + z) / (4.0 * df);
        let second = (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / (96.0 * df * df);
        return Some(z + first + second);
    }
    let student = StudentsT::new(0.0, 1.0, df).ok()?;
    let (mut low, mut high) = (Z_95, 13.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if student.cdf(middle) < UPPER_95 {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some(f64::midpoint(low, high))
}
