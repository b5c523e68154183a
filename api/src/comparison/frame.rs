//! What all comparisons share: figures with their uncertainty, and the reasons why there is none.

use async_graphql::{Enum, SimpleObject};

use crate::{disclosure::Reason, statistics::Estimate};

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
    pub reason: WithheldReason,
}

/// Why figures are withheld.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum WithheldReason {
    /// The row counts fewer pupils than the threshold, but at least one.
    SmallCount,
    /// With this row, one that is withheld could be worked out. Says nothing of its own size.
    Complementary,
    /// Too few schools contribute.
    TooFewSchools,
}

impl From<Reason> for WithheldReason {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::SmallCount => Self::SmallCount,
            // `Unstated` must not be told from `Complementary`: see docs/adr/0004-disclosure.md.
            Reason::Complementary | Reason::Unstated => Self::Complementary,
        }
    }
}

/// A row whose figures could be worked out but would mean nothing beside the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SimpleObject)]
pub struct NotComparable {
    /// Why.
    pub reason: NotComparableReason,
}

/// Why a row cannot be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum NotComparableReason {
    /// No moderator who judged its work judged work of the other schools, directly or by a chain of
    /// others: a severe school and a generous moderator cannot be told apart.
    NoSharedJudge,
}
