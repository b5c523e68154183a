//! A moderator's blind judgement of sampled work. Never changed: a later one supersedes it.

use sea_orm::entity::prelude::*;

/// A moderator's blind judgement of sampled work. Never changed: a later one supersedes it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "second_judgement")]
pub struct Model {
    /// UUIDv7, so that the order of ids is the order of creation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The trust that the row belongs to.
    pub trust_id: Uuid,
    /// The exercise.
    pub exercise_id: Uuid,
    /// The sampled work.
    pub work_id: Uuid,
    /// The member of staff who judged.
    pub moderator_id: Uuid,
    /// The grade given.
    pub grade_id: Uuid,
    /// Why: the evidence for the grade.
    pub rationale: String,
    /// The day of the judgement.
    pub judged_on: Date,
    /// When it was recorded here.
    pub recorded_at: DateTimeUtc,
    /// Whether it is the latest by its moderator for the work.
    pub is_current: bool,
}

impl ActiveModelBehavior for ActiveModel {}
