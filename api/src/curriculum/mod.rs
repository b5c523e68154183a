//! What is taught: for now the subjects that judgements are made in.

pub mod mutations;
pub mod policy;
mod queries;
mod rules;
mod types;

pub use mutations::CurriculumMutation;
pub use policy::tables;
pub use queries::{CurriculumQuery, SubjectFilter, subject_by_code};
pub use types::Subject;
