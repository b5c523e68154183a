//! A pupil's place in a class, with dates: a pupil who moves has several.

use crate::{entity::entity, year_group::YearGroup};

entity! {
    "enrolment", versioned {
        /// The school of the class.
        pub school_id: Uuid,
        /// The pupil.
        pub pupil_id: Uuid,
        /// The class.
        pub class_id: Uuid,
        /// The academic year of the class.
        pub academic_year_id: Uuid,
        /// The year group that the pupil is taught in.
        pub year_group: YearGroup,
        /// First day.
        pub starts_on: Date,
        /// Last day, inclusive; none while the pupil is on roll in the class.
        pub ends_on: Option<Date>,
    }
}
