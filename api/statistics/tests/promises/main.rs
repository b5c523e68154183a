//! The bench of promises: what each interval covers, by simulation from populations that are known.
//!
//! `cargo test --release -p plumbline-statistics --test promises -- --ignored --nocapture` prints the tables of `docs/statistics.md`. The short
//! version runs with all tests, with a bound that the intervals of before would fail.
//!
//! The target is the process: what the teacher's judging would come to with no end of work from the same class, school or group. A grade is given
//! first; a second judge agrees with some chance, and otherwise is one step off, or sometimes two.

mod moderators;
mod population;
mod rest;
mod rows;
mod shrunken;
mod tally;
