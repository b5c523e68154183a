//! The integration tests: one binary, a folder for each slice.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod demo;
mod disclosure;
mod mechanisms;
mod moderation;
