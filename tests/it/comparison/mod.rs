//! What the trust compares.

mod editions;
mod published_outcomes;
