//! What was agreed on sampled work after discussion.

use sea_orm::entity::prelude::*;

use crate::vocabulary::text_enum;

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

/// What was agreed on sampled work after discussion.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "moderation_outcome")]
pub struct Model {
    /// UUIDv7, so that the order of ids is the order of creation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The trust that the row belongs to.
    pub trust_id: Uuid,
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
    /// Counts the changes of the row; an update names the version that it saw.
    pub version: i32,
}

impl ActiveModelBehavior for ActiveModel {}
