//! What the trust compares.

mod published_outcomes;
