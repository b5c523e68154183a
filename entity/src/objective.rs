//! What pupils are to know or to be able to do: an objective of a version of a curriculum.

use crate::{entity::entity, vocabulary::text_enum, year_group::YearGroup};

text_enum! {
    /// What an objective is about.
    ObjectiveCategory {
        /// What pupils know.
        Knowledge = "KNOWLEDGE",
        /// What pupils can do.
        Skill = "SKILL",
    }
}

entity! {
    "objective", versioned {
        /// The school; none in the trust's curriculum.
        pub school_id: Option<Uuid>,
        /// The subject.
        pub subject_id: Uuid,
        /// The version of the curriculum.
        pub curriculum_version_id: Uuid,
        /// The same in every version of the curriculum.
        pub key: Uuid,
        /// Short name, unique in its version.
        pub code: String,
        /// Knowledge or skill.
        pub category: ObjectiveCategory,
        /// The strand of the subject, such as Place value.
        pub strand: String,
        /// The first year group in which it is taught.
        pub lowest_year_group: YearGroup,
        /// The year group by the end of which it is due.
        pub highest_year_group: YearGroup,
        /// Its place in the sequence of the year group.
        pub position: i32,
        /// What pupils are to know or to be able to do.
        pub statement: String,
        /// Why it comes where it comes.
        pub reason: Option<String>,
        /// In a school's own curriculum: the key of the trust's objective for which it stands.
        pub stands_for: Option<Uuid>,
    }
}
