//! What was agreed on sampled work after discussion.

use crate::{entity::entity, vocabulary::text_enum};

text_enum! {
    /// What a discussion of sampled work decided about its first judgement.
    Decision {
        /// The first judgement stands.
        Confirmed = "CONFIRMED",
        /// A higher grade was agreed.
        Raised = "RAISED",
        /// A lower grade was agreed.
        Lowered = "LOWERED",
        /// More evidence is needed.
        MoreEvidence = "MORE_EVIDENCE",
        /// No agreement was reached.
        Unresolved = "UNRESOLVED",
    }
}

entity! {
    "moderation_outcome", versioned {
        /// The exercise.
        pub exercise_id: Uuid,
        /// The sampled work; one outcome each.
        pub work_id: Uuid,
        /// What was decided.
        pub decision: Decision,
        /// The agreed grade; none while it is unresolved.
        pub agreed_grade_id: Option<Uuid>,
        /// The day of the agreement.
        pub agreed_on: Date,
        /// Who recorded it.
        pub recorded_by_id: Option<Uuid>,
    }
}
