//! What the trust, or one of its schools, intends to teach in a subject.

use crate::{entity::entity, vocabulary::text_enum};

text_enum! {
    /// Whose a curriculum is, and how a school's own stands to the trust's.
    CurriculumStanding {
        /// The trust's, for all of its schools.
        Core = "CORE",
        /// A school's that is the trust's as it stands.
        Follows = "FOLLOWS",
        /// A school's own, made from the trust's.
        Adapts = "ADAPTS",
        /// A school's own, instead of the trust's.
        Replaces = "REPLACES",
    }
}

entity! {
    "curriculum", versioned {
        /// The school; none for the trust's.
        pub school_id: Option<Uuid>,
        /// The subject.
        pub subject_id: Uuid,
        /// Whose it is, and how a school's own stands to the trust's.
        pub standing: CurriculumStanding,
        /// What the subject is taught for.
        pub aim: Option<String>,
    }
}
