//! A stratum of an exercise's sample: a class, year group and first grade, with its size and what was drawn of it.

use crate::{entity::entity, year_group::YearGroup};

entity! {
    "sample_stratum" {
        /// The exercise.
        pub exercise_id: Uuid,
        /// The school.
        pub school_id: Uuid,
        /// The class; none in samples that were drawn by school.
        pub class_id: Option<Uuid>,
        /// The year group.
        pub year_group: YearGroup,
        /// The grade of the first judgements.
        pub grade_id: Uuid,
        /// Judgements in the stratum.
        pub size: i32,
        /// Judgements drawn: `drawn / size` is the inclusion probability.
        pub drawn: i32,
    }
}
