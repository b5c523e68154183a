//! The integration tests: one binary, a folder for each slice.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod access;
mod assessment;
mod audit;
mod auth;
mod cli;
mod comparison;
mod curriculum;
mod demo;
mod disclosure;
mod duties;
mod faults;
mod mechanisms;
mod mis;
mod moderation;
mod oracle;
mod organisation;
mod pages;
mod planning;
mod protocol;
mod pupil_records;
mod subscriptions;
