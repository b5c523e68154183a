//! What is compared, a folder for each measure, laid out alike: its root field and answer (`mod.rs`), its statements
//! (`reads.rs`), its pure figures (`figures.rs`) and its objects (`types.rs`).

pub mod agreement;
pub mod published_outcomes;
