//! An edition of an exercise: protected counts, made when it was released, that those who see no pupils compare.

use crate::entity::entity;

entity! {
    "agreement_edition" {
        /// The exercise.
        pub exercise_id: Uuid,
        /// Counts the editions of the exercise, from 1.
        pub number: i32,
        /// When it was made: what was recorded later is not in it.
        pub made_at: DateTimeUtc,
        /// Schools with a judgement in the subject and window.
        pub schools: i32,
        /// Pupils with a judgement in the subject and window; protected.
        pub pupils: i32,
        /// Works that were drawn; protected.
        pub sampled: i32,
        /// Works that were moderated; protected.
        pub moderated: i32,
        /// How far moderators differ, and how often two works of a row were the same moderator's; rounded. None in editions of
        /// earlier builds.
        pub moderators: Option<Json>,
    }
}
