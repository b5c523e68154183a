//! The frame of all measures. A measure says what its rows count, computes pure figures from that and has a GraphQL
//! type ([`Measure`]). The frame says which rows there are, who is answered from which source, and what an answer says
//! about itself.
//!
//! | step | in |
//! | --- | --- |
//! | by what rows are made | [`lattice`] |
//! | what is read for them | [`gather`] |
//! | who is answered from what; which rows have figures | [`decide`] |
//! | figures | [`rows`], with those of the measure |
//! | what the answer says of itself | [`provenance`] |
//! | what is kept of it | [`kept`] |
//!
//! Nothing here knows a measure. How to add one: docs/adding-a-measure.md.

mod decide;
mod gather;
mod kept;
mod lattice;
mod linkage;
mod phases;
mod provenance;
mod rows;

pub use decide::{Basis, Rules};
pub use gather::{Cell, summed, tallied};
pub use kept::{AnswerKey, Kept};
pub use lattice::{ATTRIBUTES, Dimension, Dimensions, RowKey};
pub use linkage::linked_schools;
pub use phases::phases;
pub use provenance::{Edition, Interval, NoFigure, NoFigureReason, NotComparable, Provenance, UnderWay, Withheld};
pub use rows::{Measure, Rows, compared};
