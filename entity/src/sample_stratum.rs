//! A stratum of an exercise's sample: a school, year group and first grade, with its size and what was drawn of it.

use sea_orm::entity::prelude::*;

use crate::year_group::YearGroup;

/// A stratum of an exercise's sample: a school, year group and first grade, with its size and what was drawn of it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sample_stratum")]
pub struct Model {
    /// UUIDv7, so that the order of ids is the order of creation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The trust that the row belongs to.
    pub trust_id: Uuid,
    /// The exercise.
    pub exercise_id: Uuid,
    /// The school.
    pub school_id: Uuid,
    /// The year group.
    pub year_group: YearGroup,
    /// The grade of the first judgements.
    pub grade_id: Uuid,
    /// Judgements in the stratum.
    pub size: i32,
    /// Judgements drawn: `drawn / size` is the inclusion probability.
    pub drawn: i32,
}

impl ActiveModelBehavior for ActiveModel {}
