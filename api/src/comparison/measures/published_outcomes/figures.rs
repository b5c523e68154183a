//! Setting the schools of one year side by side: pure. What each figure is, and by whom: docs/statistics.md.

use std::collections::BTreeMap;

use plumbline_entity::published_outcome::{Model as Outcome, PublishedInstead, PublishedStatus};

use super::types::{
    NotPublished, PublishedOverDispersion, PublishedPopulation, PublishedPosition, PublishedResult, PublishedShare,
    PublishedYear, WinsorisedAt,
};
use crate::comparison::cube::{Measure, NoFigureReason, Rows, Withheld, compared};
use plumbline_statistics::{Funnel, FunnelLimits, FunnelPosition, FunnelUnit, OverDispersion, wilson};

/// The school that a row is about, as it was published; in the order of names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PublishedKey {
    /// The name under which it was published.
    pub school_name: String,
    /// The number under which it was published.
    pub urn: i32,
    /// The number of the academy that it has become.
    pub converted_urn: Option<i32>,
}

impl From<&Outcome> for PublishedKey {
    fn from(outcome: &Outcome) -> Self {
        Self { school_name: outcome.school_name.clone(), urn: outcome.urn, converted_urn: outcome.converted_urn }
    }
}

/// The schools of one year on their funnel, as a measure. The figures are public; what the Department suppressed is
/// withheld.
pub struct YearMeasure {
    /// What the limits follow from; `None` where nothing was published.
    fitted: Option<Funnel>,
}

impl Measure for YearMeasure {
    type Key = PublishedKey;
    type Counts = Outcome;
    type Figures = PublishedResult;
    type NoFigure = Withheld;

    fn no_figure(&self, _: &PublishedKey, outcome: &Outcome) -> Option<Withheld> {
        (outcome.status == PublishedStatus::Suppressed).then_some(Withheld { reason: NoFigureReason::SmallCount })
    }

    fn figures(&self, rows: &[&Outcome]) -> Vec<PublishedResult> {
        let funnel = self.funnel();
        let result = |outcome: &&Outcome| {
            let reason = why_none(outcome);
            let none = PublishedResult::NotPublished(NotPublished { eligible: outcome.eligible, reason });
            Figure::of(outcome).and_then(|figure| figure.placed(funnel)).map_or(none, PublishedResult::Share)
        };
        rows.iter().map(result).collect()
    }
}

/// Why an outcome that was not suppressed has no figure.
fn why_none(outcome: &Outcome) -> NoFigureReason {
    match outcome.instead {
        Some(PublishedInstead::NotApplicable) => NoFigureReason::NotApplicable,
        Some(PublishedInstead::NotPublished) => NoFigureReason::NotPublished,
        Some(PublishedInstead::NoEntries) => NoFigureReason::NoEntries,
        Some(PublishedInstead::LowCoverage) => NoFigureReason::LowCoverage,
        Some(PublishedInstead::NewSchool) => NoFigureReason::NewSchool,
        Some(PublishedInstead::NotSubmitted) => NoFigureReason::NotSubmitted,
        None if outcome.percentage.is_some() => NoFigureReason::NoEligiblePupils,
        None => NoFigureReason::NotStated,
    }
}

impl YearMeasure {
    fn of<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> Self {
        let units: Vec<FunnelUnit> = outcomes.filter_map(Figure::of).map(Figure::unit).collect();
        Self { fitted: Funnel::fit(&units) }
    }

    /// The funnel, where there are enough schools for limits.
    fn funnel(&self) -> Option<&Funnel> {
        self.fitted.as_ref().filter(|funnel| funnel.units >= FEWEST_SCHOOLS)
    }
}

/// Limits drawn from fewer schools would say more of these schools than of chance.
const FEWEST_SCHOOLS: usize = 3;

/// A figure that can be compared: of eligible pupils, of whom there are some.
#[derive(Clone, Copy, Debug)]
struct Figure {
    eligible: i32,
    reached: i32,
    percentage: i16,
}

impl Figure {
    fn of(outcome: &Outcome) -> Option<Self> {
        let (eligible, percentage) = (outcome.eligible.filter(|pupils| *pupils > 0)?, outcome.percentage?);
        Some(Self { eligible, percentage, reached: reached(percentage, eligible) })
    }

    fn unit(self) -> FunnelUnit {
        FunnelUnit { events: self.reached.into(), n: self.eligible.into() }
    }

    /// The result, on the funnel of its year if there is one.
    fn placed(self, funnel: Option<&Funnel>) -> Option<PublishedShare> {
        let unit = self.unit();
        let limits = |over_dispersion| funnel?.limits(unit.n, over_dispersion);
        let (plain, adjusted) = (limits(OverDispersion::Ignored), limits(OverDispersion::Additive));
        let place = |limits: Option<FunnelLimits>| Some(position(&limits?, unit.proportion()?));
        Some(PublishedShare {
            eligible: Some(self.eligible),
            reached: self.reached,
            percentage: self.percentage,
            share: wilson(unit.events, unit.n)?.into(),
            limits: plain.map(Into::into),
            adjusted_limits: adjusted.map(Into::into),
            position: place(plain),
            adjusted_position: place(adjusted),
        })
    }
}

/// How many of the eligible pupils a percentage stands for, a half rounded up.
fn reached(percentage: i16, eligible: i32) -> i32 {
    let hundredths = i64::from(percentage) * i64::from(eligible);
    i32::try_from((hundredths + 50) / 100).unwrap_or(eligible)
}

fn position(limits: &FunnelLimits, share: f64) -> PublishedPosition {
    let above = share > limits.high_95;
    match limits.position(share) {
        FunnelPosition::Inside => PublishedPosition::Inside,
        FunnelPosition::Outside95 if above => PublishedPosition::Above95,
        FunnelPosition::Outside95 => PublishedPosition::Below95,
        FunnelPosition::Outside998 if above => PublishedPosition::Above998,
        FunnelPosition::Outside998 => PublishedPosition::Below998,
    }
}

/// A year without its rows, and the result of each school of `outcomes`.
pub fn compare(academic_year: i16, outcomes: Vec<Outcome>) -> (PublishedYear, Rows<YearMeasure>) {
    let measure = YearMeasure::of(outcomes.iter());
    let counts: BTreeMap<PublishedKey, Outcome> =
        outcomes.into_iter().map(|outcome| (PublishedKey::from(&outcome), outcome)).collect();
    let rows = compared(&measure, counts);
    let funnel = measure.funnel();
    let outside = |of: fn(&PublishedShare) -> Option<PublishedPosition>, only_far: bool| {
        funnel.map(|_| shares(&rows).filter_map(of).filter(|place| is_outside(*place, only_far)).count())
    };
    let year = PublishedYear {
        academic_year,
        population: population(&rows),
        target: measure.fitted.map(|funnel| funnel.target),
        over_dispersion: funnel.map(|funnel| PublishedOverDispersion {
            phi: funnel.phi,
            tau_squared: funnel.tau_squared,
            phi_uncorrected: funnel.phi_uncorrected,
            tau_squared_uncorrected: funnel.tau_squared_uncorrected,
            winsorised_at: WinsorisedAt { low: funnel.winsorised_at.0, high: funnel.winsorised_at.1 },
        }),
        outside_95: outside(|share| share.position, false),
        outside_998: outside(|share| share.position, true),
        outside_95_adjusted: outside(|share| share.adjusted_position, false),
        outside_998_adjusted: outside(|share| share.adjusted_position, true),
        schools: Vec::new(),
    };
    (year, rows)
}

fn shares(rows: &Rows<YearMeasure>) -> impl Iterator<Item = &PublishedShare> {
    rows.values().filter_map(|result| match result {
        Ok(PublishedResult::Share(share)) => Some(share),
        Ok(PublishedResult::Withheld(_) | PublishedResult::NotPublished(_)) | Err(_) => None,
    })
}

fn population(rows: &Rows<YearMeasure>) -> PublishedPopulation {
    let suppressed = rows.values().filter(|result| result.is_err()).count();
    let schools = shares(rows).count();
    PublishedPopulation {
        schools,
        pupils: shares(rows).filter_map(|share| share.eligible).map(i64::from).sum(),
        suppressed,
        not_available: rows.len() - schools - suppressed,
    }
}

const fn is_outside(place: PublishedPosition, only_far: bool) -> bool {
    match place {
        PublishedPosition::Inside => false,
        PublishedPosition::Above95 | PublishedPosition::Below95 => !only_far,
        PublishedPosition::Above998 | PublishedPosition::Below998 => true,
    }
}

#[cfg(test)]
mod tests {
    use plumbline_entity::published_outcome::Ks2Measure;
    use uuid::Uuid;

    use super::*;

    /// Sets outcomes side by side, each of a school of its own, in this order.
    fn compare(outcomes: &[Outcome]) -> (PublishedYear, Rows<YearMeasure>) {
        let numbered = (100_000..).zip(outcomes).map(|(urn, outcome)| Outcome { urn, ..outcome.clone() });
        super::compare(2018, numbered.collect())
    }

    fn outcome(eligible: Option<i32>, percentage: Option<i16>, status: PublishedStatus) -> Outcome {
        Outcome {
            id: Uuid::nil(),
            urn: 0,
            converted_urn: None,
            la_code: 936,
            school_name: String::new(),
            special: false,
            year: 2018,
            measure: Ks2Measure::RwmExpected,
            eligible,
            percentage,
            status,
            instead: None,
        }
    }

    fn published(eligible: i32, percentage: i16) -> Outcome {
        outcome(Some(eligible), Some(percentage), PublishedStatus::Published)
    }

    #[test]
    fn a_half_of_a_pupil_counts_as_one() {
        // statistics.md 6: percentage times pupils, rounded; real rows of the tables among them.
        for (percentage, eligible, pupils) in [(50, 119, 60), (85, 110, 94), (75, 110, 83), (100, 30, 30), (0, 30, 0)] {
            assert_eq!(reached(percentage, eligible), pupils);
        }
    }

    #[test]
    fn too_few_schools_have_a_target_but_no_limits() {
        let (year, results) = compare(&[published(30, 70), published(20, 50)]);
        assert_eq!(year.target, Some(31.0 / 50.0));
        assert!(year.over_dispersion.is_none() && year.outside_95.is_none() && year.outside_998_adjusted.is_none());
        assert!(shares(&results).all(|share| share.limits.is_none() && share.adjusted_position.is_none()));
        assert_eq!(shares(&results).count(), 2);
    }

    #[test]
    fn what_is_not_published_is_counted_and_told_apart() {
        let outcomes = [
            published(60, 70),
            published(60, 75),
            published(60, 20),
            outcome(Some(3), None, PublishedStatus::Suppressed),
            outcome(None, None, PublishedStatus::NotAvailable),
            outcome(None, Some(80), PublishedStatus::Published),
            outcome(Some(0), Some(0), PublishedStatus::Published),
        ];
        let (year, results) = compare(&outcomes);
        let expected = PublishedPopulation { schools: 3, pupils: 180, suppressed: 1, not_available: 3 };
        assert_eq!(year.population, expected);
        let in_order: Vec<_> = results.values().collect();
        assert!(matches!(in_order[3], Err(Withheld { reason: NoFigureReason::SmallCount })));
        assert!(matches!(
            in_order[4],
            Ok(PublishedResult::NotPublished(NotPublished { eligible: None, reason: NoFigureReason::NotStated }))
        ));
        assert!(matches!(
            in_order[6],
            Ok(PublishedResult::NotPublished(NotPublished {
                eligible: Some(0),
                reason: NoFigureReason::NoEligiblePupils
            }))
        ));
        assert_eq!(year.outside_998, Some(2));
        let places: Vec<_> = shares(&results).map(|share| share.position).collect();
        assert_eq!(
            places,
            [Some(PublishedPosition::Above95), Some(PublishedPosition::Above998), Some(PublishedPosition::Below998)]
        );
    }

    #[test]
    fn a_year_without_figures_is_empty() {
        let (year, results) = compare(&[]);
        assert_eq!((year.population, year.target), (PublishedPopulation::default(), None));
        assert!(results.is_empty() && year.over_dispersion.is_none());
    }
}
