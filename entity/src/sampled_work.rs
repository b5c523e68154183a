//! A pupil's work drawn for an exercise. Moderators know it by its code, never by a name.

use crate::{entity::entity, year_group::YearGroup};

entity! {
    "sampled_work" {
        /// The exercise.
        pub exercise_id: Uuid,
        /// The stratum it was drawn from.
        pub stratum_id: Uuid,
        /// The first judgement.
        pub judgement_id: Uuid,
        /// The school it comes from.
        pub school_id: Uuid,
        /// The class it comes from.
        pub class_id: Uuid,
        /// The pupil's year group.
        pub year_group: YearGroup,
        /// The code under which moderators see it, unique in the exercise.
        pub code: String,
    }
}
