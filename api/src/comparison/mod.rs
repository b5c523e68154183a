//! What the trust compares: agreement, and published outcomes. Those who see the pupils are answered from
//! cells, which follow the judgements they count in the same transaction; those who see none from editions,
//! which disclosure control has protected once.

mod agreement;
mod basis;
pub mod cells;
pub mod editions;
mod frame;
mod phases;
mod policy;
mod published_outcomes;

pub use agreement::Answers;
pub use basis::Basis;
pub use policy::tables;

use async_graphql::MergedObject;

/// What there is to compare.
#[derive(Default, MergedObject)]
pub struct ComparisonQuery(agreement::AgreementQuery, published_outcomes::PublishedOutcomesQuery);
