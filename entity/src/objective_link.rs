//! That an objective builds on another, in a version of a curriculum.

use crate::entity::entity;

entity! {
    "objective_link" {
        /// The school; none in the trust's curriculum.
        pub school_id: Option<Uuid>,
        /// The subject.
        pub subject_id: Uuid,
        /// The version of the curriculum whose objective builds on the other.
        pub curriculum_version_id: Uuid,
        /// The key of the objective.
        pub objective_key: Uuid,
        /// The key of what it builds on, which may be of another subject.
        pub builds_on: Uuid,
    }
}
