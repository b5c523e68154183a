//! An objective that was taught in a class on a day. Never changed: a later record supersedes it, or it is withdrawn.

use crate::{entity::entity, vocabulary::text_enum};

text_enum! {
    /// How deep an objective was taught.
    TeachingDepth {
        /// Pupils met it.
        Met = "MET",
        /// Pupils practised it.
        Practised = "PRACTISED",
        /// Pupils use it securely, all but those who are named.
        Secure = "SECURE",
    }
}

entity! {
    "taught_objective" {
        /// The school.
        pub school_id: Uuid,
        /// The subject.
        pub subject_id: Uuid,
        /// The class.
        pub class_id: Uuid,
        /// The plan by which it was taught, if by one.
        pub plan_id: Option<Uuid>,
        /// The objective, as it stood in the version by which was taught.
        pub objective_id: Uuid,
        /// Its key, the same in every version of its curriculum.
        pub objective_key: Uuid,
        /// The key of the trust's objective for which it stands, or its own.
        pub core_key: Uuid,
        /// The day.
        pub taught_on: Date,
        /// How deep.
        pub depth: TeachingDepth,
        /// The member of staff who recorded it.
        pub recorded_by_id: Option<Uuid>,
        /// When it was recorded here.
        pub recorded_at: DateTimeUtc,
        /// The record that this one corrects.
        pub supersedes_id: Option<Uuid>,
        /// Whether it stands: it was neither corrected nor withdrawn.
        pub is_current: bool,
        /// When it was withdrawn; none if it stands or was corrected.
        pub withdrawn_at: Option<DateTimeUtc>,
        /// Why it was withdrawn, in words.
        pub withdrawn_because: Option<String>,
    }
}
