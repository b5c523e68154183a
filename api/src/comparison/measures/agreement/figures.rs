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
            let directed = self.sample(directed);
            let mut figures = Figures::of(&self.sample(&second), &directed);
            figures.difference_to_rest = self.difference_to_rest(&all, &directed);
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
    fn difference_to_rest(&self, all: &All, row: &Sample<'_>) -> Option<Figure> {
        let own = samples(&row.strata, row.counts, Value::Shift);
        let rest = all.shift.without(&own)?.with_added_variance(self.added_variance);
        let apart = match self.alike {
            Alike::ByRow => Shares::of(&row.strata, row.counts).apart_from_rest(&all.shares),
            Alike::ByLevel(dimensions) => {
                let alike = |by| self.moderators.alike(self.bases.direction, by);
                alike(dimensions).zip(alike(Dimensions::WHOLE)).map(|(row, whole)| (row - whole).max(0.0))
            }
        };
        let shift = row.owing(row.own_mean(Value::Shift)?, Value::Shift, apart);
        let farthest = 2.0 * row.farthest();
        Some(shift.apart_from(&rest).within(-farthest, farthest))
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
        let added = reliability.added_to_coefficients();
        let coefficient = |chance| weighted.as_ref()?.coefficient(chance, added);
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
        Some(self.owing(self.own_mean(value)?, value, self.alike))
    }

    /// The weighted mean of a value, as if nothing were protected and moderators did not differ.
    fn own_mean(&self, value: Value) -> Option<WeightedMean> {
        let samples: Vec<StratumSample> =
            samples(&self.strata, self.counts, value).into_iter().map(|(_, sample)| sample).collect();
        mean(&samples)
    }

    /// The same with what it owes to protection, and to moderators whose works are so much `alike`.
    fn owing(&self, mean: WeightedMean, value: Value, alike: Option<f64>) -> WeightedMean {
        let mean = mean.with_added_variance(self.added_variance);
        match alike.zip(self.effect(value)) {
            Some((alike, effect)) => mean.judged_by(alike, effect),
            None => mean,
        }
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
        self.own_mean(Value::Apart).map_or(self.added_variance, |own| {
            own.effective_n / self.owing(own, Value::Apart, self.alike).effective_n - 1.0
        })
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
mod tests;
