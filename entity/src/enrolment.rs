//! A pupil's place in a class, with dates: a pupil who moves has several.

use sea_orm::entity::prelude::*;

use crate::year_group::YearGroup;

/// A pupil's place in a class, with dates: a pupil who moves has several.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "enrolment")]
pub struct Model {
    /// UUIDv7, so that the order of ids is the order of creation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The trust that the row belongs to.
    pub trust_id: Uuid,
    /// The school of the class.
    pub school_id: Uuid,
    /// The pupil.
    pub pupil_id: Uuid,
    /// The class.
    pub class_id: Uuid,
    /// The academic year of the class.
    pub academic_year_id: Uuid,
    /// The year group that the pupil is taught in.
    pub year_group: YearGroup,
    /// First day.
    pub starts_on: Date,
    /// Last day, inclusive; none while the pupil is on roll in the class.
    pub ends_on: Option<Date>,
    /// Counts the changes of the row; an update names the version that it saw.
    pub version: i32,
}

impl ActiveModelBehavior for ActiveModel {}
