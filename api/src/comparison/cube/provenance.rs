//! What all comparisons share: figures with their uncertainty, and the reasons why there is none.

use async_graphql::{Enum, SimpleObject};

use crate::statistics::Estimate;

/// A figure with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, SimpleObject)]
pub struct Interval {
    /// The figure.
    pub estimate: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end of the 95 % interval.
    pub high: f64,
}

impl From<Estimate> for Interval {
    fn from(Estimate { estimate, low, high }: Estimate) -> Self {
        Self { estimate, low, high }
    }
}

/// A row whose figures are not given, so that no child is given away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SimpleObject)]
pub struct Withheld {
    /// Why.
    pub reason: NoFigureReason,
}

/// A row whose figures could be worked out but would mean nothing beside the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SimpleObject)]
pub struct NotComparable {
    /// Why.
    pub reason: NoFigureReason,
}

/// Why a row has no figures. One enum for every kind of row without them, so that a client asks for `reason` of
/// each under one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum NoFigureReason {
    /// Withheld: the row counts fewer pupils than the threshold, as it counts them (protected or, of published figures, exactly).
    SmallCount,
    /// Withheld: too few schools contribute.
    TooFewSchools,
    /// Not comparable: no moderator who judged its work judged work of the other schools, directly or by a chain of
    /// others: a severe school and a generous moderator cannot be told apart.
    NoSharedJudge,
}

/// What figures are computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum FigurePrecision {
    /// True counts: you see the pupils, or a grant gives you exact figures.
    Exact,
    /// The protected counts of editions: each pupil counts 0, 1, 2 or more times by lot, and what few share was
    /// exchanged with others. Intervals hold what that adds.
    Protected,
}
