//! Objects that wrap a row.

use async_graphql::OutputType;

use crate::db::{Identified, Row};

/// A GraphQL object that wraps a row of a table.
pub trait Wraps: OutputType + Send + Sync + 'static {
    /// The table.
    type Entity: Identified<Model: Send + Sync + Clone>;
    /// The name of the type, which its ids carry.
    const NAME: &'static str;
    /// Wraps a row.
    fn wrap(row: Row<Self::Entity>) -> Self;
    /// The row.
    fn row(&self) -> &Row<Self::Entity>;
}
