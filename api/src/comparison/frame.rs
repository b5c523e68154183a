//! What all comparisons share: figures with their intervals, and what is withheld.

use async_graphql::{Enum, SimpleObject};

use crate::statistics::Estimate;

/// A figure with its 95 % interval.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct Interval {
    /// The figure.
    pub estimate: f64,
    /// The lower end of its interval.
    pub low: f64,
    /// The upper end of its interval.
    pub high: f64,
}

impl From<Estimate> for Interval {
    fn from(estimate: Estimate) -> Self {
        Self { estimate: estimate.estimate, low: estimate.low, high: estimate.high }
    }
}

/// Why a figure is withheld.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum WithheldReason {
    /// It is of so few pupils that one of them could be made out.
    SmallCount,
    /// With it, another that is withheld could be worked out.
    Complementary,
    /// Too few schools contribute.
    TooFewSchools,
}

/// A figure that is withheld, so that no child can be made out.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct Withheld {
    /// Why.
    pub reason: WithheldReason,
}
