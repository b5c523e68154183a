//! A pupil's work drawn for an exercise. Moderators know it by its code, never by a name.

use sea_orm::entity::prelude::*;

use crate::year_group::YearGroup;

/// A pupil's work drawn for an exercise. Moderators know it by its code, never by a name.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sampled_work")]
pub struct Model {
    /// UUIDv7, so that the order of ids is the order of creation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The trust that the row belongs to.
    pub trust_id: Uuid,
    /// The exercise.
    pub exercise_id: Uuid,
    /// The stratum it was drawn from.
    pub stratum_id: Uuid,
    /// The first judgement.
    pub judgement_id: Uuid,
    /// The school it comes from.
    pub school_id: Uuid,
    /// The class it comes from.
    pub class_id: Uuid,
    /// The pupil's year group.
    pub year_group: YearGroup,
    /// The code under which moderators see it, unique in the exercise.
    pub code: String,
}

impl ActiveModelBehavior for ActiveModel {}
