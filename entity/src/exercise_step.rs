//! A step of a moderation exercise from one state into another: its history. Never changed.

use crate::{entity::entity, moderation_exercise::ExerciseState};

entity! {
    "exercise_step" {
        /// The exercise.
        pub exercise_id: Uuid,
        /// The state that it had.
        pub previous_state: ExerciseState,
        /// The state that it was taken into.
        pub state: ExerciseState,
        /// Why: of steps back.
        pub taken_because: Option<String>,
        /// Who took it there.
        pub taken_by_id: Option<Uuid>,
        /// When.
        pub taken_at: DateTimeUtc,
    }
}
