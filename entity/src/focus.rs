//! What a subject leader has in focus for a period: a part of the curriculum of the subject.

use crate::{entity::entity, objective::ObjectiveCategory, year_group::YearGroup};

entity! {
    "focus", versioned {
        /// The school.
        pub school_id: Uuid,
        /// The subject.
        pub subject_id: Uuid,
        /// What it is called.
        pub title: String,
        /// Why it is in focus.
        pub reason: String,
        /// The strand; none for all of the subject.
        pub strand: Option<String>,
        /// Knowledge or skill; none for both.
        pub category: Option<ObjectiveCategory>,
        /// The youngest year group.
        pub lowest_year_group: YearGroup,
        /// The oldest year group.
        pub highest_year_group: YearGroup,
        /// First day.
        pub starts_on: Date,
        /// Last day, inclusive.
        pub ends_on: Date,
    }
}
