//! Runs what comes over a connection that stays open: one answer, or one for each event.
//!
//! How a slice declares a subscription, and why it is run twice over: [`subscription!`](crate::graphql) and
//! `docs/adr/0014-subscriptions.md`.

mod operate;
mod root;

pub(super) use operate::{Operating, Output, operate};
