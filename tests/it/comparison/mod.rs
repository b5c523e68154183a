//! What the trust compares.

mod editions;
mod kept;
mod published_outcomes;
mod windows;
