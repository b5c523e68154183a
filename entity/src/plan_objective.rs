//! An objective that a plan serves.

use crate::entity::entity;

entity! {
    "plan_objective" {
        /// The school.
        pub school_id: Uuid,
        /// The subject.
        pub subject_id: Uuid,
        /// The academic year.
        pub academic_year_id: Uuid,
        /// The plan.
        pub plan_id: Uuid,
        /// The objective, as it stood in the version by which was planned.
        pub objective_id: Uuid,
        /// Its key, the same in every version of its curriculum.
        pub objective_key: Uuid,
        /// The key of the trust's objective for which it stands, or its own.
        pub core_key: Uuid,
    }
}
