//! A pupil who was not yet secure in an objective when it had been taught.

use crate::entity::entity;

entity! {
    "insecure_pupil" {
        /// The school.
        pub school_id: Uuid,
        /// The subject.
        pub subject_id: Uuid,
        /// The class.
        pub class_id: Uuid,
        /// What was taught.
        pub taught_objective_id: Uuid,
        /// The pupil.
        pub pupil_id: Uuid,
    }
}
