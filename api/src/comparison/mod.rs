//! What the trust compares: agreement, and published outcomes. Answers come from cells, which
//! follow the judgements they count in the same transaction; what a viewer may not see pupil by
//! pupil goes through disclosure control.

pub mod cells;
pub mod frame;
mod policy;
pub mod published_outcomes;

use async_graphql::MergedObject;

use published_outcomes::PublishedOutcomesQuery;

/// What there is to compare.
#[derive(Default, MergedObject)]
pub struct ComparisonQuery(PublishedOutcomesQuery);
