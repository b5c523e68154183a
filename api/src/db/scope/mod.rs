//! Scope: which rows somebody reads and writes. A slice declares for each of its tables where the rows lie and which
//! holds entitle to read and to write them ([`Policy`]). Everything else follows from that.

mod bounds;
mod location;
mod permit;
mod place;
mod policy;
mod readers;
mod reason;
mod reasons;
mod scoped;
mod tables;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;
mod wall;
mod way;

pub use bounds::{Bounds, Hold, Opened, PupilSet, Side};
pub use location::{Described, DescribedLink, Location};
pub use permit::{Denied, Permit};
pub use place::{Dimension, Place};
pub use policy::{Area, Counted, Identified, Policy, ReadableIn, any_of, nothing, reached, readable};
pub use readers::Readers;
pub use reason::{Count, Covers, GivesRows, Reason, Unscoped, Writes};
pub use reasons::*;
pub use scoped::{Aggregate, Claim, Scoped};
pub use tables::Table;
pub(crate) use tables::{kept_by_service, policy, tables};
pub(super) use wall::Wall;
pub use way::Way;
