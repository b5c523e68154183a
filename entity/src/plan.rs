//! A plan: a unit of work for some year groups of a school, in a period of an academic year.

use crate::{entity::entity, vocabulary::text_enum, year_group::YearGroup};

text_enum! {
    /// What came of the reviews of a plan.
    PlanApproval {
        /// It was not reviewed since it was written or last changed.
        NotReviewed = "NOT_REVIEWED",
        /// The last review asked for changes.
        ChangesAsked = "CHANGES_ASKED",
        /// The last review approved it.
        Approved = "APPROVED",
    }
}

entity! {
    "plan", versioned {
        /// The school.
        pub school_id: Uuid,
        /// The subject.
        pub subject_id: Uuid,
        /// The academic year.
        pub academic_year_id: Uuid,
        /// The colleague who wrote it.
        pub author_id: Uuid,
        /// What it is called.
        pub title: String,
        /// The youngest year group that it is for.
        pub lowest_year_group: YearGroup,
        /// The oldest year group that it is for.
        pub highest_year_group: YearGroup,
        /// First day.
        pub starts_on: Date,
        /// Last day, inclusive.
        pub ends_on: Date,
        /// What is taught, in which order, and how.
        pub outline: String,
        /// What came of its reviews.
        pub approval: PlanApproval,
    }
}
