//! Estimates from stratified moderation samples, for any domain of the population.
//!
//! A stratum of N judgements had n of them moderated, so each moderated one stands for N / n. A
//! domain (a school, a class, a pupil group) may take a part of many strata. The moderated
//! judgements of a stratum that lie outside the domain still count in its variance, for how many
//! fell into the domain is itself chance.
//!
//! Two readings of uncertainty. `variance` is that of the SAMPLE: with the finite population
//! correction it is 0 for a full census. An interval answers another question, how far the figure
//! speaks for the teachers' judging, a random process that even a census shows only once. So the
//! effective sample size is capped at the number of judgements in the domain: an interval is never
//! narrower than that of as many independent judgements, it is still there for a census, and it has
//! no jump where the sample grows into a census.

use std::collections::BTreeMap;

use super::interval::{Estimate, Figure, share_interval, t_interval, wilson};
use super::moderators::ModeratorEffect;

/// Below this a variance (and below this part of another one) is a rounding error.
const NO_VARIATION: f64 = 1e-12;

/// Fewer judgements than these that are all alike tell nothing of how far others may differ: with two, the interval held the truth in
/// 79 % of cases where half of all work is moved.
const FEWEST_ALIKE: f64 = 3.0;

/// How much is counted, in judgements, that moved by one: few that moved say little of how many others would.
const MOVED_BESIDE: f64 = 0.5;

/// For how many degrees of freedom the variance of the rest counts in that of a row: as much as that of thirteen judgements. Where rows' variances are
/// drawn from a scaled inverse chi-square, they then differ by half of their mean.
const AS_THE_REST: f64 = 12.0;

/// One stratum of a moderation sample, seen from one domain.
#[derive(Clone, Debug, PartialEq)]
pub struct StratumSample {
    /// Judgements in the stratum, N (all of it, not only the domain).
    pub population: f64,
    /// Judgements of the stratum that were moderated, n (again, all).
    pub sampled: f64,
    /// Moderated judgements that lie in the domain: each value y (1 or 0 for a share; grades for a
    /// shift) with how many judgements had it. The counts sum to `sampled` at most.
    pub values: Vec<(f64, f64)>,
}

/// A design-weighted mean of a domain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WeightedMean {
    /// Hájek's mean, in the unit of y.
    pub mean: f64,
    /// Sampling variance of the mean with finite population correction, in squared units of y; 0
    /// for a census, and 0 when no stratum shows variation.
    pub variance: f64,
    /// The same with the variance of each stratum steadied by that of all, in squared units of y: with one or two judgements a
    /// stratum tells little of its own. For intervals; see [`WeightedMean::process_variance`].
    steadied: f64,
    /// Of how many independent judgements the mean tells as a share at the most: see [`WeightedMean::as_share`].
    share_n: f64,
    /// Kish's `(Σ w)² / Σ w²`: of how many judgements of equal weight the mean would be as sure if strata did not differ.
    kish: f64,
    /// Weighted variance of y among the judgements of the domain, with n / (n - 1), in squared
    /// units of y.
    /// `None` for a single judgement.
    pub element_variance: Option<f64>,
    /// Moderated judgements in the domain.
    pub n: f64,
    /// Strata that have moderated judgements in the domain.
    pub strata: f64,
    /// The number of independent judgements that would be as informative; above 0, never above `n`.
    pub effective_n: f64,
    /// Sum of the weights: how many judgements of the population the domain is estimated to hold.
    pub weight_sum: f64,
    /// By what variances are multiplied: [`WeightedMean::with_added_variance`], [`WeightedMean::judged_by`].
    added: f64,
    /// How much of `added` is that of moderators, and from how many differences between them it is known.
    of_moderators: Option<(f64, f64)>,
}

impl WeightedMean {
    /// The same mean with more variance: `share` of that of the sample, which disclosure control has added. Every
    /// interval of the figure is then wider by the square root of `1 + share`.
    #[must_use]
    pub fn with_added_variance(self, share: f64) -> Self {
        let by = 1.0 + share.max(0.0);
        let effective_n = self.effective_n / by;
        Self { variance: self.variance * by, effective_n, added: self.added * by, ..self }
    }

    /// The same mean with what it owes to whoever happened to judge it. `alike` is the probability that two of its judgements are the
    /// same moderator's, from 0 to 1: with 1, one moderator judged all of them, and more of them tell no more of the moderator.
    ///
    /// Source: the design effect of interviewers, Kish 1962 (JASA 57:92).
    #[must_use]
    pub fn judged_by(self, alike: f64, effect: ModeratorEffect) -> Self {
        let independent = self.effective_n * self.added;
        // The variance of judgements in the row holds what moderators add between each other.
        let share = effect.ratio / (1.0 + effect.ratio * (1.0 - alike));
        let more = independent * alike.clamp(0.0, 1.0) * share;
        let added = self.added + more;
        Self {
            variance: self.variance * added / self.added,
            effective_n: independent / added,
            added,
            of_moderators: Some((more, effect.degrees)),
            ..self
        }
    }

    /// The mean as a share (y being 1 or 0), from 0 to 1, with its 95 % interval ([`share_interval`]) on the effective sample
    /// size. `None` where it is no share.
    ///
    /// Where weights are unequal, the few that differ from the others may have the largest of them. So the size is never more than what makes
    /// of their effective number (Kish's, of them alone) the share that was seen; and where none differs, than what lies between all weights
    /// being alike and each being the largest.
    ///
    /// Source: the two weights of Fay & Feuer 1997 (Stat Med 16:791) and Tiwari, Clegg & Zou 2006 (Stat Methods Med Res 15:547).
    #[must_use]
    pub fn as_share(&self) -> Option<Figure> {
        let n = self.effective_n.min(self.share_n / self.added);
        let share = wilson(self.mean * n, n)?.estimate;
        Some(Figure::new(share, share_interval(self.mean * n, n)))
    }

    /// The mean as a shift, in the unit of y, with its 95 % interval ([`WeightedMean::with_interval`]), half a judgement more being counted that
    /// moved by one. If no judgement differs from another, there is no variance from which
    /// to estimate the error: then as if at most so many differed by one as the upper end of the interval of a share of 0 says.
    #[must_use]
    pub fn as_shift(&self) -> Figure {
        let alike = || {
            if self.n < FEWEST_ALIKE || self.process_variance().is_some() {
                return None;
            }
            Estimate::around(self.mean, share_interval(0.0, self.effective_n)?.high)
        };
        let one_more = |known: Estimate| {
            let more = MOVED_BESIDE * self.added / (self.kish * self.kish) / self.process_variance()?;
            Estimate::around(self.mean, (known.high - self.mean) * (1.0 + more).sqrt())
        };
        Figure::new(self.mean, self.with_interval().and_then(one_more).or_else(alike))
    }

    /// The shift less that of the rest, which does not depend on it, with its 95 % interval. Is a row apart from the others? The question supposes that
    /// its judgements vary as those of the others do; and few judgements say little of their own variance. So the variance of its judgements is the
    /// mean of theirs and of the rest's, the rest's counting as `AS_THE_REST` degrees of freedom. It is known where both shifts' are.
    ///
    /// Source: the moderated t, Smyth 2004 (Stat Appl Genet Mol Biol 3:3); for the difference see [`Figure::less`].
    #[must_use]
    pub fn apart_from(&self, rest: &Self) -> Figure {
        let others = rest.as_shift();
        let moderated = || {
            let (own, of_rest) = (self.element_variance?, rest.element_variance.filter(|of| *of > NO_VARIATION)?);
            let (degrees, borrowed) = (self.kish - 1.0, AS_THE_REST.min(rest.kish - 1.0));
            let element = (degrees * own + borrowed * of_rest) / (degrees + borrowed);
            let error = (element / self.effective_n).sqrt();
            self.by_t(error, degrees + borrowed)
        };
        let own = self.as_shift();
        let own = own.interval.ok().and_then(|_| moderated()).map_or(own, |known| Figure::new(self.mean, Some(known)));
        own.less(&others)
    }

    /// The mean with its 95 % interval by t on the process variance, in the unit of y; degrees of freedom are Kish's number less one. `None` where
    /// there are no more judgements than strata, or when all values are the same: its interval is then not known.
    #[must_use]
    pub fn with_interval(&self) -> Option<Estimate> {
        let error = self.process_variance()?.sqrt();
        if self.n > self.strata { self.by_t(error, self.kish - 1.0) } else { None }
    }

    /// The interval with such an error, `own` being the degrees of freedom of the judgements. Of moderators there are fewer: each part of the variance
    /// has the quantile of its own, and the widths are added by their squares. By Satterthwaite's degrees of freedom intervals held 91 % where three
    /// moderators differ much, for where the little that is known of them is too small by chance, it seems to be better known.
    ///
    /// Sources: Cochran & Cox 1957 (Experimental Designs), 4.14; Zou & Donner 2008 (Stat Med 27:1693).
    fn by_t(&self, error: f64, own: f64) -> Option<Estimate> {
        let of = |degrees: f64| Some(t_interval(0.0, 1.0, degrees)?.high.powi(2));
        let quantile = match self.of_moderators {
            Some((more, known)) if more > 0.0 => {
                ((of(own)? * (self.added - more) + of(known.max(1.0))? * more) / self.added).sqrt()
            }
            _ => of(own)?.sqrt(),
        };
        Estimate::around(self.mean, quantile * error)
    }

    /// Variance of the mean as a reading of the judging process, in squared units of y: `V + s² / Σw`, V being the sampling variance with finite
    /// population correction. What a sample does not show of its population comes on top of what the population shows of the process. In V the
    /// variance of each stratum is steadied: that of all judgements counts in it as one degree of freedom, for many strata have one or two.
    /// `None` when n is 1 or all values are the same: nothing then tells how far they vary.
    ///
    /// Sources: Cochran 1977, 12.2 (double sampling): a sample of a population that is itself a sample; variances of small groups drawn towards
    /// the common one, Smyth 2004 (Stat Appl Genet Mol Biol 3:3).
    #[must_use]
    pub fn process_variance(&self) -> Option<f64> {
        let element = self.element_variance?;
        let variance = (self.steadied + element / self.weight_sum) * self.added;
        (variance.is_finite() && variance > NO_VARIATION).then_some(variance)
    }
}

/// Checked figures of one stratum.
struct Part<'a> {
    weight: f64,
    sampled: f64,
    fraction: f64,
    values: &'a [(f64, f64)],
}

/// `None` for figures that cannot come from a sample: negative or not finite, more moderated than
/// there are, more in the domain than were moderated.
fn check(stratum: &StratumSample) -> Option<Part<'_>> {
    const SLACK: f64 = 1.0 + 1e-9;
    let StratumSample { population, sampled, values } = stratum;
    let sound = values.iter().all(|(y, count)| y.is_finite() && count.is_finite() && *count >= 0.0);
    let inside: f64 = values.iter().map(|(_, count)| count).sum();
    let ordered = inside <= sampled * SLACK && *sampled <= population * SLACK;
    (sound && population.is_finite() && *sampled >= 0.0 && ordered).then(|| Part {
        weight: population / sampled,
        sampled: *sampled,
        fraction: (sampled / population).min(1.0),
        values,
    })
}

/// Weighted mean of y in a domain.
///
/// Hájek's ratio estimator with weights N / n, and its linearised variance by strata with finite
/// population correction `1 - n / N`. A stratum with a single moderated judgement has no variance
/// of its own; its deviation is taken from the overall mean instead of its stratum's (the rule "adjust" of R's
/// survey package). A stratum that was not sampled says
/// nothing and is left out.
///
/// The effective sample size is n over the design effect, the design effect being the variance over
/// that of a simple random sample of n with replacement: for a share `n / (n - 1) · p (1 - p) /
/// variance`. It is capped at n (see the module), and it falls back on Kish's `(Σ w)² / Σ w²` where
/// the variance is 0 or undefined.
///
/// `None` when the domain holds no moderated judgement, or a stratum's figures cannot come from a
/// sample.
///
/// Sources: Hájek 1971; Särndal, Swensson & Wretman 1992, ch. 5 (ratios, domains); Lumley 2010
/// (lone units); Korn & Graubard 1998 (Survey Methodology 24:193, effective n); Kish 1965, 1992.
#[must_use]
pub fn mean(strata: &[StratumSample]) -> Option<WeightedMean> {
    let parts: Vec<Part<'_>> = strata.iter().map(check).collect::<Option<_>>()?;
    let parts: Vec<Part<'_>> = parts.into_iter().filter(|part| part.sampled > 0.0).collect();
    let over_all = |term: &dyn Fn(f64, f64) -> f64| -> f64 {
        let of_part = |part: &Part<'_>| {
            let terms = part.values.iter().map(|(y, count)| count * term(part.weight, *y));
            terms.sum::<f64>()
        };
        parts.iter().map(of_part).sum()
    };
    let n = over_all(&|_, _| 1.0);
    let weight_sum = over_all(&|weight, _| weight);
    if !(n > 0.0 && weight_sum.is_finite() && weight_sum > 0.0) {
        return None;
    }
    let mean = over_all(&|weight, y| weight * y) / weight_sum;
    let spread = over_all(&|weight, y| weight * (y - mean).powi(2)) / weight_sum;
    let variance = parts.iter().map(|part| stratum_variance(part, mean)).sum::<f64>() / weight_sum.powi(2);
    let element = spread * over_single(n);
    let steadied = parts.iter().map(|part| steadied_variance(part, mean, element)).sum::<f64>() / weight_sum.powi(2);
    let counts = |part: &&Part<'_>| part.values.iter().any(|(_, count)| *count > 0.0);
    let strata = parts.iter().filter(counts).count() as f64;
    let squared_weights = over_all(&|weight, _| weight * weight);
    let told = Parts { mean, spread, variance, steadied, n, strata, weight_sum, squared_weights }.told()?;
    // Of those with y 1, and of those with 0: the effective number over the share.
    let one_side = |of: &dyn Fn(f64) -> f64| {
        let (sum, squares) = (over_all(&|weight, y| weight * of(y)), over_all(&|weight, y| weight * weight * of(y)));
        (squares > 0.0).then(|| sum * weight_sum / squares)
    };
    let heaviest = parts.iter().filter(counts).map(|part| part.weight).fold(0.0, f64::max);
    let share_n = match (one_side(&|y| y), one_side(&|y| 1.0 - y)) {
        (Some(ones), Some(noughts)) => ones.min(noughts),
        _ => 2.0 / (squared_weights / weight_sum.powi(2) + heaviest / weight_sum),
    };
    Some(WeightedMean { share_n, ..told })
}

/// All judgements that are compared, as sums from which those of any part can be taken away: what is left once a row is taken out costs
/// as much to work out as the row is large, and not as much as the whole.
#[derive(Clone, Debug, Default)]
pub struct Whole {
    strata: BTreeMap<usize, Stratum>,
    sums: Sums,
}

/// A stratum and what was counted of it: how many judgements, their sum and the sum of their squares.
#[derive(Clone, Copy, Debug)]
struct Stratum {
    population: f64,
    sampled: f64,
    counted: [f64; 3],
}

/// Sums over strata, all of them additive.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    strata: f64,
    n: f64,
    weights: f64,
    squared_weights: f64,
    values: f64,
    squared_values: f64,
    /// The variance of the weighted sum of deviations from m is `a + b m + c m²`.
    variance: [f64; 3],
    /// The same for the steadied variance, and how much it owes to the spread of all.
    steadied: [f64; 3],
    owed: f64,
}

impl Stratum {
    /// What the stratum adds, `sign` being 1, or takes away, `sign` being -1.
    fn add_to(&self, sums: &mut Sums, sign: f64) {
        let Self { population, sampled, counted: [n, values, squared_values] } = *self;
        if n <= 0.0 {
            return;
        }
        let weight = population / sampled;
        sums.strata += sign;
        sums.n += sign * n;
        sums.weights += sign * weight * n;
        sums.squared_weights += sign * weight * weight * n;
        sums.values += sign * weight * values;
        sums.squared_values += sign * weight * squared_values;
        let by = sign * weight * weight * (1.0 - (sampled / population).min(1.0));
        // As in `stratum_variance`: a lone judgement deviates from the overall mean.
        let (by, within) = if sampled > 1.0 { (by * sampled / (sampled - 1.0), 1.0 / sampled) } else { (by, 0.0) };
        let [constant, linear, square] = &mut sums.variance;
        *constant += by * (squared_values - values * values * within);
        *linear += by * (2.0 * n * values * within - 2.0 * values);
        *square += by * (n - n * n * within);
        let (own, owed) = steady(weight, sampled, population, n);
        let [constant, linear, square] = &mut sums.steadied;
        *constant += sign * own * (squared_values - values * values / sampled);
        *linear += sign * own * (2.0 * n * values / sampled - 2.0 * values);
        *square += sign * own * (n - n * n / sampled);
        sums.owed += sign * owed;
    }
}

impl Whole {
    /// Counts judgements of a stratum, which is named by its number; its `population` and `sampled` are those of the whole stratum.
    /// A stratum whose figures cannot come from a sample is left out.
    pub fn add(&mut self, number: usize, sample: &StratumSample) {
        let Some(part) = check(sample).filter(|part| part.sampled > 0.0) else { return };
        let empty = Stratum { population: sample.population, sampled: sample.sampled, counted: [0.0; 3] };
        let stratum = self.strata.entry(number).or_insert(empty);
        stratum.add_to(&mut self.sums, -1.0);
        for (sum, more) in stratum.counted.iter_mut().zip(counted(part.values)) {
            *sum += more;
        }
        stratum.add_to(&mut self.sums, 1.0);
    }

    /// The mean of all that is left when these judgements, which were counted before, are taken out: what [`mean`] gives for the rest.
    /// `None` when nothing is left.
    #[must_use]
    pub fn without(&self, row: &[(usize, StratumSample)]) -> Option<WeightedMean> {
        let mut sums = self.sums;
        for (number, sample) in row {
            let whole = self.strata.get(number)?;
            whole.add_to(&mut sums, -1.0);
            let mut left = *whole;
            for (sum, less) in left.counted.iter_mut().zip(counted(&sample.values)) {
                *sum -= less;
            }
            left.add_to(&mut sums, 1.0);
        }
        let Sums { strata, n, weights, squared_weights, values, squared_values, variance, steadied, owed } = sums;
        if !(n > 0.5 && weights.is_finite() && weights > 0.0) {
            return None;
        }
        let mean = values / weights;
        let spread = (squared_values / weights - mean * mean).max(0.0);
        let at_mean = |[constant, linear, square]: [f64; 3]| constant + linear * mean + square * mean * mean;
        let variance = (at_mean(variance) / weights.powi(2)).max(0.0);
        let steadied = ((at_mean(steadied) + owed * spread * over_single(n)) / weights.powi(2)).max(0.0);
        let parts = Parts { mean, spread, variance, steadied, n, strata, weight_sum: weights, squared_weights };
        parts.told()
    }
}

/// How many judgements, their sum and the sum of their squares.
fn counted(values: &[(f64, f64)]) -> [f64; 3] {
    [0, 1, 2].map(|power| values.iter().map(|(y, count)| count * y.powi(power)).sum())
}

/// `n / (n - 1)`, and 0 for a single judgement, whose variance is not known.
fn over_single(n: f64) -> f64 {
    if n > 1.0 { n / (n - 1.0) } else { 0.0 }
}

/// What a [`WeightedMean`] is made of.
struct Parts {
    mean: f64,
    /// Weighted variance of y, without n / (n - 1).
    spread: f64,
    variance: f64,
    steadied: f64,
    n: f64,
    strata: f64,
    weight_sum: f64,
    squared_weights: f64,
}

impl Parts {
    fn told(self) -> Option<WeightedMean> {
        let Self { mean, spread, variance, steadied, n, strata, weight_sum, squared_weights } = self;
        if !(mean.is_finite() && spread.is_finite() && variance.is_finite() && steadied.is_finite()) {
            return None;
        }
        let element_variance = (n > 1.0).then(|| spread * over_single(n));
        let kish = weight_sum.powi(2) / squared_weights;
        let effective_n = match element_variance {
            Some(element) if element > NO_VARIATION => element / (steadied + element / weight_sum),
            _ => kish,
        };
        Some(WeightedMean {
            mean,
            variance,
            steadied,
            share_n: kish,
            kish,
            element_variance,
            n,
            strata,
            effective_n: if effective_n.is_finite() { effective_n.min(n) } else { n },
            weight_sum,
            added: 1.0,
            of_moderators: None,
        })
    }
}

/// For how many degrees of freedom the variance of all judgements of the domain counts in that of a stratum.
const STEADYING: f64 = 1.0;

/// The steadied variance of a stratum's weighted sum of deviations is `own (Σ d² - (Σ d)² / n) + owed s²`, s² being the variance of all judgements of
/// the domain: `own` and `owed`. Of those of the stratum `inside` are in the domain.
fn steady(weight: f64, sampled: f64, population: f64, inside: f64) -> (f64, f64) {
    let by = weight * weight * (1.0 - (sampled / population).min(1.0)) * sampled;
    let own = by / (sampled - 1.0 + STEADYING);
    (own, own * STEADYING * inside / sampled)
}

/// The same for the deviations from `mean`, in which the variance of all judgements is `element`.
fn steadied_variance(part: &Part<'_>, mean: f64, element: f64) -> f64 {
    let sum = |power: i32| -> f64 { part.values.iter().map(|(y, count)| count * (y - mean).powi(power)).sum() };
    let (own, owed) = steady(part.weight, part.sampled, part.weight * part.sampled, sum(0));
    own * (sum(2) - sum(1).powi(2) / part.sampled).max(0.0) + owed * element
}

/// Variance of the weighted sum of deviations from `mean` within one stratum.
fn stratum_variance(part: &Part<'_>, mean: f64) -> f64 {
    let sum = |power: i32| -> f64 { part.values.iter().map(|(y, count)| count * (y - mean).powi(power)).sum() };
    let scatter = if part.sampled > 1.0 {
        // Moderated judgements outside the domain enter with a deviation of 0.
        let within = (sum(2) - sum(1).powi(2) / part.sampled).max(0.0);
        within * part.sampled / (part.sampled - 1.0)
    } else {
        sum(2)
    };
    part.weight.powi(2) * (1.0 - part.fraction) * scatter
}
