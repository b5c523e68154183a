//! A version of a curriculum: its objectives as they stood for a time.

use crate::{entity::entity, vocabulary::text_enum};

text_enum! {
    /// What a version of a curriculum is.
    CurriculumStatus {
        /// Being written: objectives can be changed.
        Draft = "DRAFT",
        /// What is taught by now.
        Current = "CURRENT",
        /// What was taught by before.
        Retired = "RETIRED",
    }
}

entity! {
    "curriculum_version", versioned {
        /// The school; none for the trust's.
        pub school_id: Option<Uuid>,
        /// The subject.
        pub subject_id: Uuid,
        /// The curriculum.
        pub curriculum_id: Uuid,
        /// Counts the versions of the curriculum, from 1.
        pub number: i32,
        /// What it is.
        pub status: CurriculumStatus,
        /// Why the sequence is as it is, and what was changed.
        pub rationale: String,
        /// Where it was taken from, if it is not of the trust's own words.
        pub source: Option<String>,
        /// The licence of the source.
        pub licence: Option<String>,
        /// The day from which it was taught by; none for a draft.
        pub current_from: Option<Date>,
        /// The day on which another took its place.
        pub retired_on: Option<Date>,
    }
}
