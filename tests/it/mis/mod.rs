//! Files from other systems: read whole, or not at all.

pub mod files;
mod gias;
mod ks2;
mod rule_book;
