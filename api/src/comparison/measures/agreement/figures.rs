//! From counts to figures: pure. A row is a domain of the sample; its strata carry the weights.

use std::collections::{BTreeMap, BTreeSet};

use plumbline_entity::agreement_cell::AgreementBasis;
use plumbline_statistics::{
    AgreementMatrix, AgreementWeights, Chance, Estimate, Figure, ModeratorEffect, StratumSample, UnitEstimate,
    WeightedMean, Whole, coefficient_interval, gwet_agreement, mean, pooled_variance, shrink, weighted_kappa,
};
use uuid::Uuid;

use super::{
    moderators::Moderators,
    sample::{Count, Strata, Stratum},
    values::Value,
};
use crate::comparison::cube::{Dimensions, Measure, NoFigure, RowKey, Rules};

/// Agreement, as a measure.
#[derive(Clone)]
pub struct AgreementMeasure {
    /// How many grades the scale has, all that are declared.
    pub ranks: usize,
    /// What the strata of counts stand for.
    pub strata: Strata,
    /// With what the first grade is compared.
    pub bases: Bases,
    /// How far moderators differ.
    pub moderators: Moderators,
    /// How it is known how often two works of a row were the same moderator's.
    pub alike: Alike,
    /// What disclosure control has added to the variance, as a share of it; 0 for true counts.
    pub added_variance: f64,
    /// Which rows have figures.
    pub rules: Rules,
}

/// With what the first grade is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Bases {
    /// By those figures that say how reliable judging is: exact, within one, kappa, AC2.
    pub reliability: AgreementBasis,
    /// By those that say in which direction first grades err: shift, generosity, the matrix.
    pub direction: AgreementBasis,
}

impl Bases {
    /// Whether anything is compared by it.
    pub fn are_by(self, basis: AgreementBasis) -> bool {
        self.reliability == basis || self.direction == basis
    }

    /// The basis that somebody asks for; else the one that each figure is meant for. Whoever agreed a grade knew the first one, and so
    /// tells nothing of how reliable it was; what was agreed is nearest to what is right.
    pub fn asked(basis: Option<AgreementBasis>) -> Self {
        Self {
            reliability: basis.unwrap_or(AgreementBasis::BlindSecond),
            direction: basis.unwrap_or(AgreementBasis::Agreed),
        }
    }
}

/// How it is known how often two works of a row were the same moderator's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alike {
    /// From the row itself, which counts by moderator.
    ByRow,
    /// From all rows by these dimensions: of a row alone it is not told.
    ByLevel(Dimensions),
}

impl Measure for AgreementMeasure {
    type Key = RowKey;
    type Counts = Vec<Count>;
    type Figures = Figures;
    type NoFigure = NoFigure;

    fn no_figure(&self, key: &RowKey, counts: &Vec<Count>) -> Option<NoFigure> {
        self.rules.no_figure(key, pupils(counts.iter().filter(|count| count.basis == self.bases.direction)))
    }

    fn figures(&self, rows: &[&Vec<Count>]) -> Vec<Figures> {
        let direction = self.bases.direction;
        let sorted: Vec<Vec<Count>> = rows.iter().map(|counts| of_basis(counts, direction)).collect();
        let all = self.whole(&sorted);
        let of_row = |(counts, directed): (&&Vec<Count>, &Vec<Count>)| {
            let second = of_basis(counts, self.bases.reliability);
            let second = if self.rules.are_enough(pupils(&second)) { second } else { Vec::new() };
            let mut figures = Figures::of(&self.sample(&second), &self.sample(directed));
            figures.difference_to_rest = self.difference_to_rest(&all, directed);
            figures
        };
        let mut figures: Vec<Figures> = rows.iter().zip(&sorted).map(of_row).collect();
        let shrunken = shrunken_shifts(&figures);
        for (figures, shrunken) in figures.iter_mut().zip(shrunken) {
            figures.shrunken_shift = shrunken;
        }
        figures
    }
}
/// What a row counts by one basis. Sums of floating-point numbers depend on their order, and the database gives none.
fn of_basis(counts: &[Count], basis: AgreementBasis) -> Vec<Count> {
    let mut counts: Vec<Count> = counts.iter().filter(|count| count.basis == basis).copied().collect();
    counts.sort_unstable();
    counts
}

fn pupils<'a>(counts: impl IntoIterator<Item = &'a Count>) -> u32 {
    counts.into_iter().map(|count| count.pupils).sum()
}

/// All rows that are compared.
struct All {
    shift: Whole,
    shares: Shares,
}

impl AgreementMeasure {
    /// What the figures of a row are computed on.
    fn sample<'a>(&'a self, counts: &'a [Count]) -> Sample<'a> {
        let strata = self.strata.of(counts);
        let alike = counts.first().and_then(|count| match self.alike {
            Alike::ByRow => Shares::of(&strata, counts).alike(),
            Alike::ByLevel(dimensions) => self.moderators.alike(count.basis, dimensions),
        });
        Sample {
            ranks: self.ranks,
            strata,
            counts,
            moderators: &self.moderators,
            alike,
            added_variance: self.added_variance,
        }
    }

    fn whole(&self, rows: &[Vec<Count>]) -> All {
        let mut counts: Vec<Count> = rows.iter().flatten().copied().collect();
        counts.sort_unstable();
        let strata = self.strata.of(&counts);
        let mut shift = Whole::default();
        for (number, sample) in samples(&strata, &counts, Value::Shift) {
            shift.add(number, &sample);
        }
        All { shift, shares: Shares::of(&strata, &counts) }
    }

    /// The shift of a row less that of all other rows together. What has no figures is not among the rows, and so in no rest: the
    /// difference tells nothing of it.
    ///
    /// Where the same moderators judged the row and the rest, what is severe about them is in both, and falls out of the difference.
    fn difference_to_rest(&self, all: &All, row: &[Count]) -> Option<Figure> {
        let sample = self.sample(row);
        let whole = samples(&self.strata.of(row), row, Value::Shift);
        let rest = all.shift.without(&whole)?.with_added_variance(self.added_variance).as_shift();
        let apart = match self.alike {
            Alike::ByRow => Shares::of(&sample.strata, row).apart_from_rest(&all.shares),
            Alike::ByLevel(dimensions) => {
                let alike = |by| self.moderators.alike(self.bases.direction, by);
                alike(dimensions).zip(alike(Dimensions::WHOLE)).map(|(row, whole)| (row - whole).max(0.0))
            }
        };
        let farthest = 2.0 * sample.farthest();
        let difference = Sample { alike: apart, ..sample }.mean(Value::Shift)?.as_shift().less(&rest);
        Some(difference.within(-farthest, farthest))
    }
}

/// How much of the weight of some works is each moderator's.
#[derive(Clone, Debug, Default)]
struct Shares {
    by_moderator: BTreeMap<Uuid, f64>,
    weight: f64,
    squares: f64,
}

impl Shares {
    fn of(strata: &BTreeMap<usize, Stratum>, counts: &[Count]) -> Self {
        let mut shares = Self::default();
        for count in counts {
            let (weight, pupils) = (weight(strata, count).unwrap_or(0.0), f64::from(count.pupils));
            *shares.by_moderator.entry(count.moderator).or_default() += weight * pupils;
            shares.weight += weight * pupils;
            shares.squares += weight * weight * pupils;
        }
        shares
    }

    /// The probability that two of the works are the same moderator's. `None` of a single work.
    fn alike(&self) -> Option<f64> {
        let same: f64 = self.by_moderator.values().map(|weight| weight * weight).sum();
        self.beyond_itself(same / self.weight.powi(2))
    }

    /// The same for what of the row's moderators is not in the rest of all as well.
    fn apart_from_rest(&self, all: &Self) -> Option<f64> {
        let rest = all.weight - self.weight;
        let apart = all.by_moderator.iter().map(|(moderator, of_all)| {
            let own = self.by_moderator.get(moderator).copied().unwrap_or(0.0);
            (own / self.weight - (of_all - own) / rest).powi(2)
        });
        self.beyond_itself(apart.sum())
    }

    /// A sum of squared shares without the part that each work has with itself, which the variance of single works holds.
    fn beyond_itself(&self, sum: f64) -> Option<f64> {
        let itself = self.squares / self.weight.powi(2);
        let alike = (sum - itself) / (1.0 - itself);
        alike.is_finite().then(|| alike.clamp(0.0, 1.0))
    }
}

/// The figures of a row. Shares are from 0 to 1, shifts in grades; what each is, where it is none and by whom:
/// docs/statistics.md.
#[derive(Clone, Debug)]
pub struct Figures {
    /// Judgements that the row counts: those that have the grade by which the direction is told.
    pub n: u32,
    /// Judgements that have the grade by which reliability is told.
    pub judged_twice: u32,
    /// How many moderators judged them. None for protected counts, and where nobody did.
    pub moderators: Option<u32>,
    /// Share whose second grade is the first.
    pub exact: Option<Figure>,
    /// Share whose second grade is the first or next to it.
    pub within_one: Option<Figure>,
    /// Cohen's kappa with quadratic weights. None for fewer judgements than tell anything of it.
    pub kappa: Option<Estimate>,
    /// Gwet's AC2 with quadratic weights. None for fewer judgements than tell anything of it.
    pub ac2: Option<Estimate>,
    /// Mean of moderated less first grade.
    pub shift: Option<Figure>,
    /// The shift less that of all other rows that are compared. None where there is no other.
    pub difference_to_rest: Option<Figure>,
    /// The shift drawn towards the mean of all rows that are compared.
    pub shrunken_shift: Option<Estimate>,
    /// Of the judgements of the row, the share that its figures speak for. None for protected counts.
    pub represented: Option<f64>,
    /// The boundary below each grade but the lowest.
    pub boundaries: Vec<Boundary>,
    /// How many went from which rank to which; pairs that nobody went are left out.
    pub matrix: Vec<(usize, usize, u32)>,
    /// What shrinking over all rows needs of this one: shift, element variance, n, effective n.
    shift_parts: Option<(f64, f64, f64, f64)>,
}

/// What the figures of a row are computed on.
struct Sample<'a> {
    /// How many grades the scale has, all of them declared, used or not.
    ranks: usize,
    /// The strata; of an edition, one for each weight in the row.
    strata: BTreeMap<usize, Stratum>,
    /// What the row counts by one basis.
    counts: &'a [Count],
    moderators: &'a Moderators,
    /// The probability that two of the works are the same moderator's.
    alike: Option<f64>,
    /// What disclosure control has added to the variance, as a share of it; 0 for true counts.
    added_variance: f64,
}

/// The boundary below a grade.
#[derive(Clone, Copy, Debug)]
pub struct Boundary {
    /// The rank of the grade above the boundary.
    pub rank: usize,
    /// Judgements that moderation raised over it.
    pub raised: u32,
    /// Judgements that it lowered under it.
    pub lowered: u32,
    /// Lowered less raised, as a share of the judgements, weighted.
    pub generosity: Option<Figure>,
}

impl Figures {
    /// The figures of a row: how reliable judging is by one sample, in which direction it errs by the other.
    fn of(reliability: &Sample<'_>, direction: &Sample<'_>) -> Self {
        let share = |value| reliability.mean(value).and_then(|share| share.as_share());
        let weighted = reliability.weighted();
        let coefficient = |chance| weighted.as_ref()?.coefficient(chance, reliability.added_to_coefficients());
        let shift = direction.mean(Value::Shift);
        let moderators: BTreeSet<Uuid> =
            direction.counts.iter().map(|count| count.moderator).filter(|moderator| !moderator.is_nil()).collect();
        Self {
            n: pupils(direction.counts),
            judged_twice: pupils(reliability.counts),
            moderators: u32::try_from(moderators.len()).ok().filter(|count| *count > 0),
            exact: share(Value::Exact),
            within_one: share(Value::WithinOne),
            kappa: coefficient(Chance::Margins),
            ac2: coefficient(Chance::Prevalence),
            shift: shift.map(|mean| mean.as_shift().within(-direction.farthest(), direction.farthest())),
            difference_to_rest: None,
            shrunken_shift: None,
            represented: None,
            boundaries: (1..direction.ranks).map(|rank| direction.boundary(rank)).collect(),
            matrix: matrix(direction.counts),
            shift_parts: shift.and_then(|mean| Some((mean.mean, mean.element_variance?, mean.n, mean.effective_n))),
        }
    }
}

impl Sample<'_> {
    /// By how many grades a judgement can move at the most.
    fn farthest(&self) -> f64 {
        // Ranks are few: at most some tens.
        #[expect(clippy::cast_precision_loss, reason = "ranks are below a hundred")]
        let steps = self.ranks.saturating_sub(1) as f64;
        steps
    }

    /// The weighted mean of a value, with what it owes to protection and to moderators.
    fn mean(&self, value: Value) -> Option<WeightedMean> {
        let samples: Vec<StratumSample> =
            samples(&self.strata, self.counts, value).into_iter().map(|(_, sample)| sample).collect();
        let mean = mean(&samples)?.with_added_variance(self.added_variance);
        Some(match self.alike.zip(self.effect(value)) {
            Some((alike, effect)) => mean.judged_by(alike, effect),
            None => mean,
        })
    }

    fn effect(&self, value: Value) -> Option<ModeratorEffect> {
        self.moderators.effect(self.counts.first()?.basis, value)
    }

    fn weighted(&self) -> Option<WeightedMatrix> {
        WeightedMatrix::of(self.ranks, &self.strata, self.counts)
    }

    /// What protection and moderators add to the variance of a coefficient, as a share of it. Of a coefficient it is the mean
    /// disagreement that depends on who judged.
    fn added_to_coefficients(&self) -> f64 {
        let plain = |sample: &Self| sample.mean(Value::Apart).map(|mean| mean.effective_n);
        let alone = Sample { strata: self.strata.clone(), alike: None, added_variance: 0.0, ..*self };
        plain(&alone).zip(plain(self)).map_or(self.added_variance, |(alone, owing)| alone / owing - 1.0)
    }

    fn boundary(&self, rank: usize) -> Boundary {
        let value = Value::Boundary(rank);
        let crossed = |direction: f64| {
            let crosses = |count: &&Count| (value.of(count.first, count.moderated) - direction).abs() < 0.5;
            pupils(self.counts.iter().filter(crosses))
        };
        let generosity = self.mean(value).map(|mean| mean.as_shift().within(-1.0, 1.0));
        Boundary { rank, raised: crossed(-1.0), lowered: crossed(1.0), generosity }
    }
}

/// Shrinks the shifts of rows towards their mean, in the order of the rows. `None` where that cannot be done: with
/// fewer than three rows, or if nothing varies.
///
/// Element variances are pooled over the rows, because few judgements say little about their own variance: a class
/// whose six judgements all stayed would otherwise count as infinitely precise.
fn shrunken_shifts(rows: &[Figures]) -> Vec<Option<Estimate>> {
    let none = vec![None; rows.len()];
    let parts: Vec<(usize, (f64, f64, f64, f64))> =
        rows.iter().enumerate().filter_map(|(at, row)| Some((at, row.shift_parts?))).collect();
    let Some(pooled) =
        pooled_variance(&parts.iter().map(|(_, (_, variance, n, _))| (*n, *variance)).collect::<Vec<_>>())
    else {
        return none;
    };
    let units: Vec<UnitEstimate> = parts
        .iter()
        .map(|(_, (shift, _, _, effective_n))| UnitEstimate { estimate: *shift, variance: pooled / effective_n })
        .collect();
    let Some(shrunken) = shrink(&units) else { return none };
    let mut shifts = none;
    for ((at, _), unit) in parts.iter().zip(shrunken.units) {
        if let Some(place) = shifts.get_mut(*at) {
            *place = unit;
        }
    }
    shifts
}

/// The strata that are counted of, each with its number.
fn samples(strata: &BTreeMap<usize, Stratum>, counts: &[Count], value: Value) -> Vec<(usize, StratumSample)> {
    let mut values: BTreeMap<usize, Vec<(f64, f64)>> = BTreeMap::new();
    for count in counts {
        values
            .entry(count.stratum)
            .or_default()
            .push((value.of(count.first, count.moderated), f64::from(count.pupils)));
    }
    let sample = |(at, values): (usize, Vec<(f64, f64)>)| {
        let stratum = strata.get(&at)?;
        Some((at, StratumSample { population: stratum.size, sampled: stratum.moderated, values }))
    };
    values.into_iter().filter_map(sample).collect()
}

fn weight(strata: &BTreeMap<usize, Stratum>, count: &Count) -> Option<f64> {
    let stratum = strata.get(&count.stratum).filter(|stratum| stratum.moderated > 0.0)?;
    Some(stratum.size / stratum.moderated)
}

/// The judgements of a row, weighted.
struct WeightedMatrix {
    /// The sums of the weights.
    weights: AgreementMatrix,
    /// The sums of their squares.
    squares: AgreementMatrix,
}

impl WeightedMatrix {
    fn of(ranks: usize, strata: &BTreeMap<usize, Stratum>, counts: &[Count]) -> Option<Self> {
        let empty = AgreementMatrix::new(ranks)?;
        let mut matrix = Self { weights: empty.clone(), squares: empty };
        for count in counts {
            let (weight, pupils) = (weight(strata, count)?, f64::from(count.pupils));
            matrix.weights.add(count.first, count.moderated, weight * pupils);
            matrix.squares.add(count.first, count.moderated, weight * weight * pupils);
        }
        Some(matrix)
    }

    /// A coefficient with quadratic weights. None where it is not defined, and where there are too few judgements: an agreement
    /// beyond chance of four works means nothing.
    fn coefficient(&self, chance: Chance, added_variance: f64) -> Option<Estimate> {
        let quadratic = AgreementWeights::Quadratic;
        // The number of judgements is for errors that are not used here.
        let estimate = match chance {
            Chance::Margins => weighted_kappa(&self.weights, quadratic, 1.0)?.kappa,
            Chance::Prevalence => gwet_agreement(&self.weights, quadratic, 1.0, 0.0)?.coefficient,
        };
        let (low, high) = coefficient_interval(&self.weights, quadratic, chance, &self.squares, added_variance)?;
        Some(Estimate { estimate, low: low.min(estimate), high: high.max(estimate) })
    }
}

fn matrix(counts: &[Count]) -> Vec<(usize, usize, u32)> {
    let mut cells: BTreeMap<(usize, usize), u32> = BTreeMap::new();
    for count in counts {
        *cells.entry((count.first, count.moderated)).or_default() += count.pupils;
    }
    cells.into_iter().map(|((first, moderated), pupils)| (first, moderated, pupils)).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::super::moderators::JudgedWork;
    use super::*;
    use crate::comparison::cube::compared;

    const fn count(stratum: usize, first: usize, moderated: usize, pupils: u32) -> Count {
        Count { basis: AgreementBasis::Agreed, moderator: Uuid::nil(), stratum, first, moderated, pupils }
    }

    fn of_agreed() -> AgreementMeasure {
        AgreementMeasure {
            ranks: 3,
            strata: Strata::Weights,
            bases: Bases::asked(Some(AgreementBasis::Agreed)),
            moderators: Moderators::default(),
            alike: Alike::ByRow,
            added_variance: 0.0,
            rules: Rules::withholding(0),
        }
    }

    /// The figures of a row from true counts.
    fn exact(strata: &[Stratum], counts: &[Count]) -> Figures {
        widened(strata, counts, 0.0)
    }

    fn widened(strata: &[Stratum], counts: &[Count], added_variance: f64) -> Figures {
        let measure = AgreementMeasure { strata: Strata::Drawn(strata.to_vec()), added_variance, ..of_agreed() };
        let sample = measure.sample(counts);
        Figures::of(&sample, &sample)
    }

    /// Three strata by first grade; the middle one is sampled fully, the others by half.
    const STRATA: [Stratum; 3] = [
        Stratum { size: 10.0, moderated: 5.0 },
        Stratum { size: 20.0, moderated: 20.0 },
        Stratum { size: 8.0, moderated: 4.0 },
    ];
    const COUNTS: [Count; 5] =
        [count(0, 0, 0, 4), count(0, 0, 1, 1), count(1, 1, 1, 15), count(1, 1, 0, 5), count(2, 2, 2, 4)];

    #[test]
    fn agreement_is_weighted_by_the_inclusion_probability() {
        let figures = exact(&STRATA, &COUNTS);
        assert_eq!(figures.n, 29);
        // (4 x 2 + 15 x 1 + 4 x 2) / 38, where the raw rate is 23 / 29.
        assert!((figures.exact.unwrap().estimate - 31.0 / 38.0).abs() < 1e-12);
        assert!((figures.within_one.unwrap().estimate - 1.0).abs() < 1e-12);
        // (1 x 2 - 5 x 1) / 38 grades.
        assert!((figures.shift.unwrap().estimate - -3.0 / 38.0).abs() < 1e-12);
    }

    #[test]
    fn generosity_is_lowered_less_raised_over_judged() {
        let figures = exact(&STRATA, &COUNTS);
        let [lower, upper] = figures.boundaries.as_slice() else { panic!("two boundaries") };
        assert_eq!((lower.rank, lower.raised, lower.lowered), (1, 1, 5));
        assert!((lower.generosity.unwrap().estimate - 3.0 / 38.0).abs() < 1e-12);
        assert_eq!((upper.raised, upper.lowered), (0, 0));
    }

    #[test]
    fn what_disclosure_control_adds_widens_every_interval_and_moves_no_figure() {
        let plain = exact(&STRATA, &COUNTS);
        let wider = widened(&STRATA, &COUNTS, 0.5);
        let known = |figure: Option<Figure>| figure.and_then(|figure| figure.known());
        let pairs = [
            (known(plain.exact), known(wider.exact)),
            (known(plain.shift), known(wider.shift)),
            (plain.kappa, wider.kappa),
            (plain.ac2, wider.ac2),
            (known(plain.boundaries[0].generosity), known(wider.boundaries[0].generosity)),
        ];
        for (plain, wider) in pairs {
            let (plain, wider) = (plain.unwrap(), wider.unwrap());
            assert!((plain.estimate - wider.estimate).abs() < 1e-12);
            let by = (wider.high - wider.low) / (plain.high - plain.low);
            assert!((1.1..1.4).contains(&by), "{plain:?} {wider:?}");
        }
        let width =
            |shift: Option<Figure>| shift.and_then(|shift| shift.known()).map(|shift| shift.high - shift.low).unwrap();
        assert!((width(wider.shift) / width(plain.shift) - 1.5_f64.sqrt()).abs() < 1e-9);
    }

    #[test]
    fn an_unmoderated_row_has_no_figures_and_does_not_fail() {
        let figures = exact(&STRATA, &[]);
        assert_eq!((figures.n, figures.exact, figures.kappa, figures.shift), (0, None, None, None));
        assert!(shrunken_shifts(&[figures]).iter().all(Option::is_none));
    }

    #[test]
    fn a_shrunken_shift_lies_between_its_own_and_the_mean() {
        let strata = [Stratum { size: 40.0, moderated: 20.0 }];
        let rows: Vec<Figures> = [(0, 1), (2, 0), (5, 1), (1, 3), (9, 0)]
            .iter()
            .map(|(up, down)| {
                let counts = [count(0, 1, 1, 20 - up - down), count(0, 1, 2, *up), count(0, 1, 0, *down)];
                exact(&strata, &counts)
            })
            .collect();
        let shrunken = shrunken_shifts(&rows);
        let raw: Vec<f64> = rows.iter().map(|row| row.shift.unwrap().estimate).collect();
        let spread = |values: &[f64]| {
            values.iter().copied().fold(f64::MIN, f64::max) - values.iter().copied().fold(f64::MAX, f64::min)
        };
        let shrunken: Vec<f64> = shrunken.into_iter().map(|shift| shift.unwrap().estimate).collect();
        assert!(spread(&shrunken) < spread(&raw));
    }

    #[test]
    fn the_rest_is_all_other_rows_and_what_is_withheld_is_in_none() {
        let measure = AgreementMeasure { added_variance: 0.5, rules: Rules::withholding(6), ..of_agreed() };
        let key = |school: u128| RowKey {
            school: Some(Uuid::from_u128(school)),
            phase: None,
            year_group: None,
            class: None,
            group: None,
        };
        let one = vec![count(2000, 1, 1, 9), count(2000, 1, 2, 3)];
        let two = vec![count(2000, 1, 1, 6), count(3000, 0, 1, 4)];
        let three = vec![count(2000, 1, 0, 2), count(3000, 2, 2, 10)];
        let small = vec![count(2000, 1, 0, 5)];
        let rows = |all: &[&Vec<Count>]| {
            let rows = (1..).map(key).zip(all.iter().copied().cloned()).collect();
            compared(&measure, rows).into_values().flatten().map(|row| row.difference_to_rest).collect::<Vec<_>>()
        };
        let shown = rows(&[&one, &two, &three]);
        // Of the first: 3 of 12, less (4 x 3 - 2 x 2) / (6 x 2 + 4 x 3 + 2 x 2 + 10 x 3).
        assert!((shown[0].unwrap().estimate - (0.25 - 8.0 / 58.0)).abs() < 1e-12, "{shown:?}");
        assert!(shown.iter().all(|difference| difference.unwrap().known().is_some()));
        assert_eq!(rows(&[&one, &two, &three, &small]), shown, "a row of fewer than six changes no other");
        assert_eq!(rows(&[&one]), [None], "there is no rest");
    }

    #[test]
    fn a_row_of_one_pupil_claims_nothing() {
        let strata = [Stratum { size: 4.0, moderated: 1.0 }];
        let figures = exact(&strata, &[count(0, 1, 2, 1)]);
        let shift = figures.shift.unwrap();
        assert_eq!((shift.estimate, shift.known()), (1.0, None));
        assert_eq!((figures.kappa, figures.ac2), (None, None));
        let exact = figures.exact.unwrap().known().unwrap();
        assert!(exact.low == 0.0 && exact.high > 0.95, "{exact:?}");
    }

    #[test]
    fn reliability_is_told_by_the_blind_grade_and_direction_by_the_agreed_one() {
        let of = |basis, first, moderated, pupils| Count { basis, ..count(2000, first, moderated, pupils) };
        let (agreed, blind) = (AgreementBasis::Agreed, AgreementBasis::BlindSecond);
        // Where the second judgement differed, the first one was agreed in half of the cases. One work was agreed without a second.
        let row = vec![of(agreed, 1, 1, 17), of(agreed, 1, 2, 4), of(blind, 1, 1, 12), of(blind, 1, 2, 8)];
        let key = RowKey { school: None, phase: None, year_group: None, class: None, group: None };
        let told = |basis, threshold| {
            let rules = Rules::withholding(threshold);
            let measure = AgreementMeasure { bases: Bases::asked(basis), rules, ..of_agreed() };
            compared(&measure, BTreeMap::from([(key.clone(), row.clone())])).into_values().flatten().next()
        };
        let is = |figure: Option<Figure>, share: f64| (figure.unwrap().estimate - share).abs() < 1e-9;
        let each = told(None, 6).unwrap();
        assert_eq!((each.n, each.judged_twice), (21, 20));
        assert!(is(each.exact, 0.6) && is(each.shift, 4.0 / 21.0));
        assert_eq!(each.matrix, [(1, 1, 17), (1, 2, 4)]);
        let of_agreed = told(Some(agreed), 6).unwrap();
        assert!(is(of_agreed.exact, 17.0 / 21.0) && is(of_agreed.shift, 4.0 / 21.0) && of_agreed.judged_twice == 21);
        let of_blind = told(Some(blind), 6).unwrap();
        assert!(is(of_blind.exact, 0.6) && is(of_blind.shift, 0.4) && of_blind.n == 20);
        let few = told(None, 21).unwrap();
        assert!(few.exact.is_none() && few.kappa.is_none() && few.judged_twice == 0, "twenty are few here");
        assert!(is(few.shift, 4.0 / 21.0));
    }

    /// Works of three schools by three moderators, the third of whom is severe; the first school was judged by the first alone.
    fn differing() -> (AgreementMeasure, [Vec<Count>; 3]) {
        let moderator = |nth: u128| Uuid::from_u128(nth);
        let works = |nth, stratum, up, stays| {
            let of = |moderated, pupils| Count { moderator: moderator(nth), ..count(stratum, 1, moderated, pupils) };
            vec![of(1, stays), of(2, up)]
        };
        let rows = [
            works(1, 2000, 6, 14),
            [works(1, 2000, 2, 6), works(2, 2000, 2, 6), works(3, 2000, 7, 1)].concat(),
            [works(1, 2000, 3, 5), works(2, 2000, 2, 6), works(3, 2000, 6, 2)].concat(),
        ];
        let judged = rows.iter().zip(1..).flat_map(|(row, school)| {
            row.iter().flat_map(move |count| {
                let work = JudgedWork {
                    moderator: count.moderator,
                    school: Uuid::from_u128(school),
                    class: Uuid::from_u128(school),
                    year_group: plumbline_entity::year_group::YearGroup::Year2,
                    first: count.first,
                    second: count.moderated,
                };
                std::iter::repeat_n(work, count.pupils as usize)
            })
        });
        let works = BTreeMap::from([(AgreementBasis::Agreed, judged.collect())]);
        let moderators = Moderators::of(&works, 3, &BTreeMap::new());
        (AgreementMeasure { moderators, ..of_agreed() }, rows)
    }

    #[test]
    fn what_one_moderator_judged_tells_less_than_what_several_did() {
        let (measure, rows) = differing();
        let width = |measure: &AgreementMeasure, row: usize, of: &dyn Fn(&Figures) -> Option<Estimate>| {
            let figures = measure.figures(&rows.iter().collect::<Vec<_>>());
            of(&figures[row]).map(|figure| figure.high - figure.low).unwrap()
        };
        let plain = AgreementMeasure { moderators: Moderators::default(), ..measure.clone() };
        for of in [
            &(|figures: &Figures| figures.shift?.known()) as &dyn Fn(&Figures) -> Option<Estimate>,
            &|figures: &Figures| figures.exact?.known(),
            &|figures: &Figures| figures.boundaries[1].generosity?.known(),
            &|figures: &Figures| figures.difference_to_rest?.known(),
        ] {
            let [one, several] = [0, 1].map(|row| width(&measure, row, of) / width(&plain, row, of));
            assert!(one > 1.2 && one > several && several > 0.999, "{one} {several}");
        }
        let figures = measure.figures(&rows.iter().collect::<Vec<_>>());
        assert!(
            figures[0].ac2.is_none() && figures[1].ac2.is_some(),
            "twenty works of one moderator tell as much as one or two"
        );
        assert_eq!(figures.iter().map(|row| row.moderators).collect::<Vec<_>>(), [Some(1), Some(3), Some(3)]);
        let shift =
            |measure: &AgreementMeasure| measure.figures(&rows.iter().collect::<Vec<_>>())[0].shift.unwrap().estimate;
        assert!((shift(&measure) - shift(&plain)).abs() < 1e-12, "no figure moves");
    }

    #[test]
    fn what_the_moderators_of_a_row_share_with_the_rest_falls_out_of_the_difference() {
        let (measure, rows) = differing();
        let whole = measure.whole(&rows);
        let shares = |row: &Vec<Count>| Shares::of(&measure.strata.of(row), row);
        let apart = |row: &Vec<Count>| shares(row).apart_from_rest(&whole.shares).unwrap();
        assert!(apart(&rows[0]) > 0.2 && apart(&rows[1]) < 0.15, "{} {}", apart(&rows[0]), apart(&rows[1]));
        assert!((shares(&rows[0]).alike().unwrap() - 1.0).abs() < 1e-9);
        assert_eq!(shares(&vec![count(2000, 1, 1, 1)]).alike(), None, "one work is like none");
    }
}
