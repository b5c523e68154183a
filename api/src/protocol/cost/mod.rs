//! What an operation costs, known before it runs, and what each caller has left.
//!
//! Each value of the answer costs 1, whether an object or a leaf; a list costs its size times what is in it. Where that is not so, the
//! field says it in the schema, with [directives](crate::graphql::cost): front ends read there what they will be
//! charged. `docs/cost.md` has the table, `docs/adr/0009-cost.md` the reasons.

mod buckets;
mod introspection;
mod plan;

pub use buckets::{Buckets, Purse};
pub(super) use plan::Plan;
