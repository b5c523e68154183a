//! What the trust compares: agreement, and published outcomes (`measures`), on one frame (`cube`). Those who see
//! the pupils are answered from cells, which follow the judgements they count in the same transaction; those who see
//! none from editions, which disclosure control has protected once.

pub mod cells;
mod cube;
pub mod editions;
mod measures;
mod policy;

mod resources;

pub use policy::tables;
pub use resources::Resources;

use async_graphql::MergedObject;

use cube::Kept;
use measures::{agreement, published_outcomes};

/// What there is to compare.
#[derive(Default, MergedObject)]
pub struct ComparisonQuery(agreement::AgreementQuery, published_outcomes::PublishedOutcomesQuery);

/// Answers from editions, by measure.
#[derive(Clone, Default)]
pub struct Answers {
    agreement: Kept<agreement::Bases, agreement::AgreementRows>,
}
