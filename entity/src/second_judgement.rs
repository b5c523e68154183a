//! A moderator's blind judgement of sampled work. Never changed: a later one supersedes it.

use crate::entity::entity;

entity! {
    "second_judgement" {
        /// The exercise.
        pub exercise_id: Uuid,
        /// The sampled work.
        pub work_id: Uuid,
        /// The member of staff who judged.
        pub moderator_id: Uuid,
        /// The grade given.
        pub grade_id: Uuid,
        /// Why: the evidence for the grade.
        pub rationale: String,
        /// The day of the judgement.
        pub judged_on: Date,
        /// When it was recorded here.
        pub recorded_at: DateTimeUtc,
        /// Whether it is the latest by its moderator for the work.
        pub is_current: bool,
    }
}
