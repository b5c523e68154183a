//! The objects of published outcomes. All shares are from 0 to 1.

use async_graphql::{ComplexObject, Enum, InputObject, SimpleObject, Union};
use plumbline_entity::published_outcome::Ks2Measure;
use plumbline_entity::school::EducationPhase;

use super::reads::MOST_ROWS;
use crate::comparison::cube::{Interval, NoFigureReason, Withheld};
use crate::error::Error;
use crate::graphql::Each;
use crate::organisation::{School, Urn, rules};
use plumbline_statistics::FunnelLimits;

/// Which published outcomes to compare.
#[derive(Clone, Debug, InputObject)]
pub struct PublishedOutcomesWhere {
    /// What was measured.
    pub measure: Ks2Measure,
    /// Academic years, each by the calendar year in which it starts: 2018 is 2018/19. 1 to 10 of them.
    pub academic_years: Vec<i32>,
    /// The number of a local authority, such as 936; without it, schools of all that were imported.
    pub local_authority: Option<i32>,
    /// Among which schools.
    #[graphql(default)]
    pub among: ComparedSchools,
    /// Whether special schools take part: their pupils differ too much for most comparisons.
    #[graphql(default)]
    pub include_special: bool,
}

/// Among which schools outcomes are compared: they set the target and the limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum ComparedSchools {
    /// All schools that figures were imported for.
    #[default]
    AllSchools,
    /// The schools of your trust, by their own URNs or by those that they had before conversion.
    OwnTrust,
}

/// A published measure, year by year.
#[derive(SimpleObject)]
pub struct PublishedOutcomes {
    /// What was measured.
    pub measure: Ks2Measure,
    /// Each academic year, in the order asked for.
    pub years: Vec<PublishedYear>,
}

/// The schools of one academic year, set side by side on a funnel: limits within which a school of
/// its size is expected to lie by chance alone.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct PublishedYear {
    /// The calendar year in which it starts: 2018 is 2018/19.
    pub academic_year: i16,
    /// What it was made of.
    pub population: PublishedPopulation,
    /// The share of all eligible pupils together, on which the limits centre; null where nothing was published.
    pub target: Option<f64>,
    /// By how much the schools differ beyond chance; null with fewer than 3 published schools.
    pub over_dispersion: Option<PublishedOverDispersion>,
    /// Schools outside the 95 % limits; null where there are no limits.
    #[graphql(name = "outside95")]
    pub outside_95: Option<usize>,
    /// Schools outside the 99.8 % limits; null where there are no limits.
    #[graphql(name = "outside998")]
    pub outside_998: Option<usize>,
    /// Schools outside the 95 % limits that allow for over-dispersion; null where there are no limits.
    #[graphql(name = "outside95Adjusted")]
    pub outside_95_adjusted: Option<usize>,
    /// Schools outside the 99.8 % limits that allow for over-dispersion; null where there are no limits.
    #[graphql(name = "outside998Adjusted")]
    pub outside_998_adjusted: Option<usize>,
    /// All schools, by name.
    #[graphql(skip)]
    pub schools: Vec<PublishedRow>,
}

/// Which schools of a comparison to show. All that is given must hold. Target and limits stay those of all schools that are compared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct PublishedRowFilter {
    /// Schools with one of these numbers, at most 100: the number under which a result was published, or that of the school of your trust
    /// that it is now.
    pub urns: Option<Vec<Urn>>,
    /// Schools of your trust with one of these, at most 100, such as 936/2092. Other schools are published without one.
    pub laestabs: Option<Vec<String>>,
    /// Schools of your trust that are registered for one of these phases of education. Of other schools it is not published.
    pub education_phases: Option<Vec<EducationPhase>>,
    /// Only schools of your trust, or only others.
    pub own: Option<bool>,
}

impl PublishedRowFilter {
    /// # Errors
    /// A list is too long.
    fn check(&self) -> Result<(), Error> {
        const LONGEST: usize = 100;
        let lengths = [("urns", self.urns.as_ref().map(Vec::len)), ("laestabs", self.laestabs.as_ref().map(Vec::len))];
        match lengths.into_iter().find(|(_, length)| length.is_some_and(|length| length > LONGEST)) {
            None => Ok(()),
            Some((name, _)) => {
                Err(Error::bad_input(format!("`{name}` takes at most {LONGEST}; ask in several requests.")))
            }
        }
    }

    fn keeps(&self, row: &PublishedRow) -> bool {
        let school = row.school.as_ref().map(|school| &school.0);
        let numbered = |urns: &Vec<Urn>| {
            urns.iter().any(|urn| urn.0 == row.urn.0 || school.is_some_and(|school| school.urn == urn.0))
        };
        let known_as = |laestabs: &Vec<String>| {
            school.is_some_and(|school| laestabs.iter().any(|laestab| laestab.trim() == rules::laestab(school)))
        };
        let of_phase =
            |phases: &Vec<EducationPhase>| school.is_some_and(|school| phases.contains(&school.education_phase));
        self.urns.as_ref().is_none_or(numbered)
            && self.laestabs.as_ref().is_none_or(known_as)
            && self.education_phases.as_ref().is_none_or(of_phase)
            && self.own.is_none_or(|own| own == school.is_some())
    }
}

#[ComplexObject]
impl PublishedYear {
    /// The schools, by name; a page of them where `first` says how many. The next page begins after the number of the last row.
    #[graphql(directive = crate::graphql::cost::list_size::apply(
        Some(100), crate::graphql::cost::names(&["first"]), None
    ))]
    async fn rows(
        &self,
        #[graphql(desc = "Which schools to show, of those that are compared.")] only: Option<PublishedRowFilter>,
        #[graphql(desc = "How many, 1 to 5000; all, if it is left out.")] first: Option<i32>,
        #[graphql(desc = "Begin after the row with this number.")] after: Option<Urn>,
    ) -> async_graphql::Result<Each<&PublishedRow>> {
        let only = only.unwrap_or_default();
        only.check()?;
        let first = match first {
            None => usize::MAX,
            Some(first) => usize::try_from(first)
                .ok()
                .filter(|first| (1..=MOST_ROWS).contains(first))
                .ok_or_else(|| Error::bad_input(format!("`first` is 1 to {MOST_ROWS}, not {first}.")))?,
        };
        let begins = match after {
            None => 0,
            Some(Urn(after)) => {
                let last = self.schools.iter().position(|row| row.urn.0 == after);
                let unknown = || Error::bad_input(format!("No row of {} has the number {after}.", self.academic_year));
                last.ok_or_else(unknown)? + 1
            }
        };
        Ok(self.schools[begins..].iter().filter(|row| only.keeps(row)).take(first).collect())
    }
}

/// What a year's comparison was made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, SimpleObject)]
pub struct PublishedPopulation {
    /// Schools with a published figure: those that target and limits are of.
    pub schools: usize,
    /// Their eligible pupils.
    pub pupils: i64,
    /// Schools whose figure the Department suppressed.
    pub suppressed: usize,
    /// Schools without a figure.
    pub not_available: usize,
}

/// By how much schools differ beyond chance (Spiegelhalter 2005, additive, z-scores winsorised at 10 %).
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct PublishedOverDispersion {
    /// The mean of the squared z-scores over what chance alone gives: 1 on average where schools differ by chance alone.
    pub phi: f64,
    /// The variance between schools on the arcsine scale, in squared radians; 0 where it is chance alone.
    pub tau_squared: f64,
    /// The mean of the squared z-scores, as FunnelPlotR gives it: about 0.7 where schools differ by chance alone.
    pub phi_uncorrected: f64,
    /// The variance that follows from it, which is too small.
    pub tau_squared_uncorrected: f64,
    /// The z-scores to which more extreme ones were drawn in.
    pub winsorised_at: WinsorisedAt,
}

/// The z-scores to which more extreme ones were drawn in.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct WinsorisedAt {
    /// The 10th centile.
    pub low: f64,
    /// The 90th centile.
    pub high: f64,
}

/// A school's published result.
#[derive(SimpleObject)]
pub struct PublishedRow {
    /// Unique reference number under which it was published.
    pub urn: Urn,
    /// The name of the school as it was published.
    pub school_name: String,
    /// The school of your trust that it is, or has become; null where it is none.
    pub school: Option<School>,
    /// The result.
    pub result: PublishedResult,
}

/// A published share, or why there is none.
#[derive(Clone, Copy, Debug, Union)]
pub enum PublishedResult {
    /// The share.
    Share(PublishedShare),
    /// The Department suppressed it.
    Withheld(Withheld),
    /// There is none.
    NotPublished(NotPublished),
}

/// A share that was published, and where it lies on the funnel.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct PublishedShare {
    /// Pupils eligible for assessment; always given here, and nullable as in `NotPublished`.
    pub eligible: Option<i32>,
    /// How many of them reached it: worked out from the percentage, which was published in whole per cent.
    pub reached: i32,
    /// The share as published, in whole per cent.
    pub percentage: i16,
    /// The share of `reached` in `eligible`, with Wilson's interval.
    pub share: Interval,
    /// The limits for a school of its size; null with fewer than 3 published schools.
    pub limits: Option<PublishedLimits>,
    /// The limits that allow for over-dispersion; null with fewer than 3 published schools.
    pub adjusted_limits: Option<PublishedLimits>,
    /// Where it lies by the limits.
    pub position: Option<PublishedPosition>,
    /// Where it lies by the limits that allow for over-dispersion.
    pub adjusted_position: Option<PublishedPosition>,
}

/// Funnel limits for a school of one size.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct PublishedLimits {
    /// The lower 95 % limit.
    #[graphql(name = "low95")]
    pub low_95: f64,
    /// The upper 95 % limit.
    #[graphql(name = "high95")]
    pub high_95: f64,
    /// The lower 99.8 % limit.
    #[graphql(name = "low998")]
    pub low_998: f64,
    /// The upper 99.8 % limit.
    #[graphql(name = "high998")]
    pub high_998: f64,
}

impl From<FunnelLimits> for PublishedLimits {
    fn from(limits: FunnelLimits) -> Self {
        let FunnelLimits { low_998, low_95, high_95, high_998 } = limits;
        Self { low_95, high_95, low_998, high_998 }
    }
}

/// Where a school lies on the funnel; on a limit counts as inside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum PublishedPosition {
    /// Within the 95 % limits.
    Inside,
    /// Above the 95 % limits, within those of 99.8 %.
    #[graphql(name = "ABOVE_95")]
    Above95,
    /// Below the 95 % limits, within those of 99.8 %.
    #[graphql(name = "BELOW_95")]
    Below95,
    /// Above the 99.8 % limits.
    #[graphql(name = "ABOVE_998")]
    Above998,
    /// Below the 99.8 % limits.
    #[graphql(name = "BELOW_998")]
    Below998,
}

/// No figure was published: no eligible pupils, a new school, or results that were not submitted.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct NotPublished {
    /// Pupils eligible for assessment, where given.
    pub eligible: Option<i32>,
    /// Why there is none, by what the table has in its place.
    pub reason: NoFigureReason,
}
