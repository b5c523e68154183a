//! Subscriptions: how a slice declares one in a few lines, and how each event becomes an answer.
//!
//! A subscription is run twice over. Once when it comes in, to check its arguments and to note its
//! `Interest`; its field answers an empty stream then. And once more for each row of an event, with
//! loaders made anew, for the viewer as they are at that moment; its field answers that one row then. So
//! a resolver below a subscription is the same as below a query, and nothing is carried from one event to
//! the next. `docs/adr/0014-subscriptions.md`.

mod declare;
mod operate;
mod root;

pub(crate) use declare::subscription;
pub use declare::{About, Deliveries, subscribe};
pub(super) use operate::{Operating, Output, operate};
