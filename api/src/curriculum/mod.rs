//! What is taught: subjects, what the trust and its schools intend to teach in each, and what builds on what.
//!
//! A curriculum belongs to the trust (its core) or to a school, and has versions; a version has objectives. An objective has
//! a key that is the same in every version, and links name keys (docs/adr/0035-curricula.md).

mod compared;
mod links;
pub mod mutations;
pub mod policy;
mod queries;
mod reads;
pub mod rules;
pub mod store;
mod types;

pub use mutations::CurriculumMutation;
pub use policy::tables;
pub use queries::{CurriculumQuery, ObjectiveFilter, SubjectFilter, subject_by_code};
pub use reads::built_on;
pub use types::{Curriculum, CurriculumVersion, Objective, Subject};
