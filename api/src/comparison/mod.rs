//! What the trust compares: agreement, and published outcomes. Answers come from cells, which
//! follow the judgements they count in the same transaction; what a viewer may not see pupil by
//! pupil goes through disclosure control.

mod agreement;
pub mod cells;
mod frame;
mod policy;
mod published_outcomes;

pub use agreement::Releases;

use async_graphql::MergedObject;

/// What there is to compare.
#[derive(Default, MergedObject)]
pub struct ComparisonQuery(agreement::AgreementQuery, published_outcomes::PublishedOutcomesQuery);
