//! From counts to figures: pure. A row is a domain of the sample; its strata carry the weights.

use std::collections::BTreeMap;

use super::sample::{Count, Strata, Stratum};
use crate::comparison::cube::{Measure, NoFigure, RowKey, Rules};
use plumbline_statistics::{
    AgreementMatrix, AgreementWeights, Chance, Estimate, Figure, StratumSample, UnitEstimate, WeightedMean, Whole,
    coefficient_interval, gwet_agreement, mean, pooled_variance, shrink, weighted_kappa,
};

/// Agreement, as a measure.
pub struct AgreementMeasure {
    /// How many grades the scale has, all that are declared.
    pub ranks: usize,
    /// What the strata of counts stand for.
    pub strata: Strata,
    /// What disclosure control has added to the variance, as a share of it; 0 for true counts.
    pub added_variance: f64,
    /// Which rows have figures.
    pub rules: Rules,
}

impl Measure for AgreementMeasure {
    type Key = RowKey;
    type Counts = Vec<Count>;
    type Figures = Figures;
    type NoFigure = NoFigure;

    fn no_figure(&self, key: &RowKey, counts: &Vec<Count>) -> Option<NoFigure> {
        self.rules.no_figure(key, counts.iter().map(|count| count.pupils).sum())
    }

    fn figures(&self, rows: &[&Vec<Count>]) -> Vec<Figures> {
        let of_row = |counts: &&Vec<Count>| {
            // Sums of floating-point numbers depend on their order, and the database gives none.
            let mut counts = Vec::clone(counts);
            counts.sort_unstable();
            let strata = self.strata.of(&counts);
            figures(self.ranks, Sample { strata: &strata, counts: &counts, added_variance: self.added_variance })
        };
        let mut figures: Vec<Figures> = rows.iter().map(of_row).collect();
        let shrunken = shrunken_shifts(&figures);
        let rests = self.shifts_of_the_rest(rows);
        for ((figures, shrunken), rest) in figures.iter_mut().zip(shrunken).zip(rests) {
            figures.shrunken_shift = shrunken;
            figures.difference_to_rest = figures.shift.zip(rest).map(|(shift, rest)| shift.less(&rest));
        }
        figures
    }
}

impl AgreementMeasure {
    /// For each row, the shift of all other rows together. What has no figures is not among the rows, and so in no rest: the difference
    /// tells nothing of it.
    fn shifts_of_the_rest(&self, rows: &[&Vec<Count>]) -> Vec<Option<Figure>> {
        let mut all: Vec<Count> = rows.iter().copied().flatten().copied().collect();
        all.sort_unstable();
        let strata = self.strata.of(&all);
        let mut whole = Whole::default();
        for (number, sample) in samples(&strata, &all, steps) {
            whole.add(number, &sample);
        }
        let rest = |row: &&Vec<Count>| {
            let mut row = Vec::clone(row);
            row.sort_unstable();
            let left = whole.without(&samples(&strata, &row, steps))?;
            Some(left.with_added_variance(self.added_variance).as_shift())
        };
        rows.iter().map(rest).collect()
    }
}

/// What the figures of a row are computed on.
#[derive(Clone, Copy)]
struct Sample<'a> {
    /// The strata; of an edition, one for each weight in the row.
    strata: &'a BTreeMap<usize, Stratum>,
    counts: &'a [Count],
    /// What disclosure control has added to the variance, as a share of it; 0 for true counts.
    added_variance: f64,
}

/// The figures of a row. Shares are from 0 to 1, shifts in grades; what each is, where it is none and by whom:
/// docs/statistics.md.
#[derive(Clone, Debug)]
pub struct Figures {
    /// Moderated judgements that the row counts.
    pub n: u32,
    /// Share whose moderated grade is the first.
    pub exact: Option<Figure>,
    /// Share whose moderated grade is the first or next to it.
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

/// Works out the figures of a row over a scale of `ranks` grades, all of them declared, used or not.
fn figures(ranks: usize, sample: Sample<'_>) -> Figures {
    let Sample { strata, counts, added_variance } = sample;
    let share_where = |holds: &dyn Fn(&Count) -> bool| {
        sample.mean(|count| if holds(count) { 1.0 } else { 0.0 }).and_then(|share| share.as_share())
    };
    let shift_mean = sample.mean(steps);
    let weighted = WeightedMatrix::of(ranks, strata, counts);
    let coefficient = |chance| weighted.as_ref()?.coefficient(chance, added_variance);
    Figures {
        n: counts.iter().map(|count| count.pupils).sum(),
        exact: share_where(&|count| count.first == count.moderated),
        within_one: share_where(&|count| count.first.abs_diff(count.moderated) <= 1),
        kappa: coefficient(Chance::Margins),
        ac2: coefficient(Chance::Prevalence),
        shift: shift_mean.map(|mean| mean.as_shift()),
        difference_to_rest: None,
        shrunken_shift: None,
        represented: None,
        boundaries: (1..ranks).map(|rank| boundary(rank, sample)).collect(),
        matrix: matrix(counts),
        shift_parts: shift_mean.and_then(|mean| Some((mean.mean, mean.element_variance?, mean.n, mean.effective_n))),
    }
}

impl Sample<'_> {
    /// The weighted mean of a value.
    fn mean(&self, value: impl Fn(&Count) -> f64) -> Option<WeightedMean> {
        let samples: Vec<StratumSample> =
            samples(self.strata, self.counts, value).into_iter().map(|(_, sample)| sample).collect();
        Some(mean(&samples)?.with_added_variance(self.added_variance))
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

fn steps(count: &Count) -> f64 {
    // Ranks are few: at most some tens.
    #[expect(clippy::cast_precision_loss, reason = "ranks are below a hundred")]
    let (first, moderated) = (count.first as f64, count.moderated as f64);
    moderated - first
}

fn boundary(rank: usize, sample: Sample<'_>) -> Boundary {
    let crossing = |count: &Count| match (count.first >= rank, count.moderated >= rank) {
        (false, true) => -1,
        (true, false) => 1,
        _ => 0,
    };
    let sum = |direction: i32| {
        sample.counts.iter().filter(|count| crossing(count) == direction).map(|count| count.pupils).sum()
    };
    let generosity = sample.mean(|count| f64::from(crossing(count))).map(|mean| mean.as_shift());
    Boundary { rank, raised: sum(-1), lowered: sum(1), generosity }
}

/// The strata that are counted of, each with its number.
fn samples(
    strata: &BTreeMap<usize, Stratum>,
    counts: &[Count],
    value: impl Fn(&Count) -> f64,
) -> Vec<(usize, StratumSample)> {
    let mut values: BTreeMap<usize, Vec<(f64, f64)>> = BTreeMap::new();
    for count in counts {
        values.entry(count.stratum).or_default().push((value(count), f64::from(count.pupils)));
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
    use super::*;
    use crate::comparison::cube::compared;

    const fn count(stratum: usize, first: usize, moderated: usize, pupils: u32) -> Count {
        Count { stratum, first, moderated, pupils }
    }

    /// The figures of a row from true counts.
    fn exact(strata: &[Stratum], counts: &[Count]) -> Figures {
        widened(strata, counts, 0.0)
    }

    fn widened(strata: &[Stratum], counts: &[Count], added_variance: f64) -> Figures {
        let strata = Strata::Drawn(strata.to_vec()).of(counts);
        figures(3, Sample { strata: &strata, counts, added_variance })
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
        let measure =
            AgreementMeasure { ranks: 3, strata: Strata::Weights, added_variance: 0.5, rules: Rules::withholding(6) };
        let key = |school: u128| RowKey {
            school: Some(uuid::Uuid::from_u128(school)),
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
}
