//! Who may see and do what: the committed table, made by running it, and tests that read like the duties.

pub mod changes;
mod clients;
mod coverage;
mod duties;
mod fields;
mod grants;
mod hearing;
mod parents;
mod permits;
mod questions;
mod reading;
mod table;
mod unchanged;
mod writing;
