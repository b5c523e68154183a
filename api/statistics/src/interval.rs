//! Estimates with their 95 % intervals.

use statrs::distribution::{Continuous as _, ContinuousCDF as _, StudentsT};
use statrs::function::{beta::checked_beta_reg, gamma::ln_gamma};

/// The standard normal quantile of a two-sided 95 % interval (probability 0.975).
pub const Z_95: f64 = 1.959_963_984_540_054;

/// The standard normal quantile of a two-sided 99.8 % limit (probability 0.999).
pub const Z_998: f64 = 3.090_232_306_167_813_5;

/// Probability below the upper end of a two-sided 95 % interval.
pub(super) const UPPER_95: f64 = 0.975;

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

/// A figure, and its 95 % interval where one is known; both in the figure's own unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    /// The figure itself.
    pub estimate: f64,
    /// The lower and the upper end of its interval, or why there is none. Always `low <= estimate <= high`.
    pub interval: Result<(f64, f64), NoInterval>,
}

/// Why a figure has no interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoInterval {
    /// There are too few judgements to tell how far the figure may be off.
    TooFew,
}

impl Figure {
    /// A figure whose interval may be unknown: then because there are too few judgements.
    #[must_use]
    pub fn new(estimate: f64, interval: Option<Estimate>) -> Self {
        Self { estimate, interval: interval.map(|known| (known.low, known.high)).ok_or(NoInterval::TooFew) }
    }

    /// The figure less another one that does not depend on it. The interval is made of both intervals: each end is as far off as the
    /// root of the sum of squares of how far the ends of the two are. It is known if both are.
    ///
    /// Source: "square and add", Newcombe 1998 (Stat Med 17:873), method 10, for shares; MOVER, Zou & Donner 2008 (Stat Med 27:1693),
    /// for any figures.
    #[must_use]
    pub fn less(&self, other: &Self) -> Self {
        let difference = self.estimate - other.estimate;
        let ends = |(low, high): (f64, f64), (other_low, other_high): (f64, f64)| {
            let below = (self.estimate - low).hypot(other_high - other.estimate);
            let above = (high - self.estimate).hypot(other.estimate - other_low);
            (difference - below, difference + above)
        };
        let interval = self.interval.and_then(|own| other.interval.map(|others| ends(own, others)));
        Self { estimate: difference, interval }
    }

    /// The same with its interval cut to the range that the figure can take.
    #[must_use]
    pub fn within(self, least: f64, greatest: f64) -> Self {
        let cut = |(low, high): (f64, f64)| (low.max(least).min(self.estimate), high.min(greatest).max(self.estimate));
        Self { interval: self.interval.map(cut), ..self }
    }

    /// The figure with its interval, if that is known.
    #[must_use]
    pub fn known(&self) -> Option<Estimate> {
        self.interval.ok().map(|(low, high)| Estimate { estimate: self.estimate, low, high })
    }
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

/// How much of the probability of the count that was seen belongs to the tail. With 1 the interval is that of Clopper and
/// Pearson, which covers 95 % at least; with 1/2 it is the mid-P interval, which covers 91 % at least for 1 to 100 judgements and
/// shares of .5 to .98. With 3/4 it covers 93.7 % at least there (computed exactly: test `a_share_is_covered_exactly`).
const OF_THE_SEEN: f64 = 0.75;

/// Interval of a share by its tails, as shares from 0 to 1; it keeps its promise where there are few judgements or nearly all agree, and
/// Wilson's does not (79.5 % at worst).
///
/// Each end is the share at which the tail beyond what was seen, with three quarters of what was seen, has probability 0.025. The
/// binomial tails are written as incomplete beta functions, so that `successes` and `n` need not be whole. `None` as for
/// [`wilson`], and below one judgement.
///
/// Source: Clopper & Pearson 1934 (Biometrika 26:404); mid-P by Lancaster 1961 (JASA 56:223); Korn & Graubard 1998 for weighted
/// shares.
#[must_use]
pub fn share_interval(successes: f64, n: f64) -> Option<Estimate> {
    let share = wilson(successes, n)?.estimate;
    if n < 1.0 {
        return None;
    }
    let seen = share * n;
    let tail = Tail::of(seen, n)?;
    let (low, high) = wilson(successes, n).map_or((0.0, 1.0), |rough| (rough.low, rough.high));
    // Both tails rise with the share.
    let low = if seen < 1e-9 { 0.0 } else { where_it_is_0(|p| tail.beyond(p, OF_THE_SEEN, 0.025), low, (0.0, 1.0))? };
    let high = if n - seen < 1e-9 {
        1.0
    } else {
        where_it_is_0(|p| tail.beyond(p, 1.0 - OF_THE_SEEN, 0.975), high, (0.0, 1.0))?
    };
    Some(Estimate { estimate: share, low: low.min(share), high: high.max(share) })
}

/// The upper tail of a binomial count, as a function of the chance p of each.
struct Tail {
    seen: f64,
    n: f64,
    /// The logarithm of how many ways there are to see as many.
    ways: f64,
}

impl Tail {
    fn of(seen: f64, n: f64) -> Option<Self> {
        let ways = ln_gamma(n + 1.0) - ln_gamma(seen + 1.0) - ln_gamma(n - seen + 1.0);
        ways.is_finite().then_some(Self { seen, n, ways })
    }

    /// `P(X > seen) + part · P(X = seen) - probability` at p, and its slope.
    fn beyond(&self, p: f64, part: f64, probability: f64) -> Option<(f64, f64)> {
        let (seen, unseen) = (self.seen, self.n - self.seen);
        let above = if unseen < 1e-9 { 0.0 } else { checked_beta_reg(seen + 1.0, unseen, p).ok()? };
        let at = (self.ways + seen * p.ln() + unseen * (-p).ln_1p()).exp();
        // d/dp P(X > seen) = (n - seen) P(X = seen) / (1 - p), and the count has (seen / p - (n - seen) / (1 - p)) times its
        // probability as slope.
        let (falls, rises) = (unseen / (1.0 - p), seen / p);
        Some((above + part * at - probability, at * (falls + part * (rises - falls))))
    }
}

/// The quantile of the beta distribution with this mean and variance, from 0 to 1. Where no beta distribution has them, because the
/// variance is that of values at 0 and 1 alone or more, it is the end of the range.
///
/// `None` where a value is not finite or the variance is not above 0.
/// Source: the method of moments, e.g. Johnson, Kotz & Balakrishnan 1995 (Continuous Univariate Distributions 2), chapter 25.
pub(super) fn beta_quantile(mean: f64, variance: f64, probability: f64) -> Option<f64> {
    if !(mean.is_finite() && variance.is_finite() && variance > 0.0 && mean > 0.0) {
        return None;
    }
    let n = mean * (1.0 - mean) / variance - 1.0;
    if n <= 0.0 {
        return Some(if probability < 0.5 { 0.0 } else { 1.0 });
    }
    let (a, b) = (mean * n, (1.0 - mean) * n);
    let ways = ln_gamma(n) - ln_gamma(a) - ln_gamma(b);
    let distribution = |p: f64| {
        let density = (ways + (a - 1.0) * p.ln() + (b - 1.0) * (-p).ln_1p()).exp();
        Some((checked_beta_reg(a, b, p).ok()? - probability, density))
    };
    // Where to begin: near 0 the distribution function is a power; elsewhere about where the end of a gamma distribution's 95 % would be (Wilson &
    // Hilferty 1931).
    let power = ((probability.ln() + a.ln() - ways) / a).exp();
    let spread = variance / (9.0 * mean * mean);
    let z = if probability < 0.5 { -Z_95 } else { Z_95 };
    let cube = 1.0 - spread + z * spread.sqrt();
    let guess = if cube > 0.3 { mean * cube.powi(3) } else { power };
    where_it_is_0(distribution, guess, (0.0, 1.0))
}

/// Where a rising function is 0, from a first guess and between two ends: within 1e-14. By Newton's steps, and by halves where one
/// would leave what is known. The function gives its value and its slope; `None` where it is none.
fn where_it_is_0(
    function: impl Fn(f64) -> Option<(f64, f64)>,
    guess: f64,
    (mut low, mut high): (f64, f64),
) -> Option<f64> {
    let mut at = if guess > low && guess < high { guess } else { f64::midpoint(low, high) };
    for _ in 0..200 {
        let (value, slope) = function(at)?;
        if value == 0.0 {
            return Some(at);
        }
        if value < 0.0 {
            low = at
        } else {
            high = at
        }
        let step = at - value / slope;
        let next = if step > low && step < high { step } else { f64::midpoint(low, high) };
        let moved = (next - at).abs();
        at = next;
        if moved <= 1e-14 * at.abs().max(1e-3) {
            break;
        }
    }
    Some(at)
}

/// The 0.975 quantile of Student's t. `None` below one degree of freedom, where it runs off to
/// infinity.
///
/// The expansion round the normal quantile (Abramowitz & Stegun 1964, 26.7.5), and from there Newton's steps on the distribution
/// function; above 1,000 degrees of freedom the expansion alone is right to eight decimals.
fn t_95(degrees_of_freedom: f64) -> Option<f64> {
    let df = degrees_of_freedom;
    if df.is_nan() || df < 1.0 {
        return None;
    }
    let z = Z_95;
    let terms = [
        (z.powi(3) + z) / 4.0,
        (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / 96.0,
        (3.0 * z.powi(7) + 19.0 * z.powi(5) + 17.0 * z.powi(3) - 15.0 * z) / 384.0,
        (79.0 * z.powi(9) + 776.0 * z.powi(7) + 1482.0 * z.powi(5) - 1920.0 * z.powi(3) - 945.0 * z) / 92_160.0,
    ];
    let near = terms.iter().rev().fold(0.0, |sum, term| (sum + term) / df) + z;
    if df > 1000.0 {
        return Some(near);
    }
    let student = StudentsT::new(0.0, 1.0, df).ok()?;
    where_it_is_0(|t| Some((student.cdf(t) - UPPER_95, student.pdf(t))), near, (z, 13.0))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::where_it_is_0;

    #[test]
    fn it_is_found_in_few_steps_however_flat_the_function_is_beside_it() {
        for (at, steepness, guess) in
            [(0.5, 1.0, 0.4), (0.001, 40.0, 0.01), (0.999_9, 200.0, 0.99), (0.3, 3_000.0, 0.9)]
        {
            let asked = Cell::new(0);
            let function = |p: f64| {
                asked.set(asked.get() + 1);
                let value = (steepness * (p - at)).tanh();
                Some((value, steepness * (1.0 - value * value)))
            };
            let found = where_it_is_0(function, guess, (0.0, 1.0)).expect("it is there");
            assert!((found - at).abs() < 1e-12, "{found} and not {at}");
            assert!(asked.get() < 30, "{at}, {steepness}: asked {} times", asked.get());
        }
        assert_eq!(where_it_is_0(|_| None, 0.5, (0.0, 1.0)), None);
    }
}
