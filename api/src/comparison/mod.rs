//! What the trust compares: agreement, and published outcomes. Answers come from cells, which
//! follow the judgements they count in the same transaction; what a viewer may not see pupil by
//! pupil goes through disclosure control.

pub mod cells;
mod policy;

use async_graphql::{MergedObject, Object};

/// What there is to compare.
#[derive(Default, MergedObject)]
pub struct ComparisonQuery(Placeholder);

#[derive(Default)]
struct Placeholder;

#[Object]
impl Placeholder {
    /// Soon.
    async fn placeholder(&self) -> bool {
        true
    }
}
