//! The objects of published outcomes. All shares are from 0 to 1.

use async_graphql::{Enum, InputObject, SimpleObject, Union};
use plumbline_entity::published_outcome::Ks2Measure;

use crate::comparison::cube::{Interval, NoFigureReason, Withheld};
use crate::graphql::Each;
use crate::organisation::{School, Urn};
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
    /// The schools, by name.
    #[graphql(directive = crate::graphql::cost::list_size::apply(Some(100), None, None))]
    pub rows: Each<PublishedRow>,
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
