//! How many objectives of a class were intended, planned and taught: counts by subject, year group, strand and category.

use sea_orm::entity::prelude::*;

use crate::{objective::ObjectiveCategory, year_group::YearGroup};

/// How many objectives of a class were intended, planned and taught.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "coverage_cell")]
pub struct Model {
    /// The class.
    #[sea_orm(primary_key, auto_increment = false)]
    pub class_id: Uuid,
    /// The subject.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject_id: Uuid,
    /// The year group of the class in which the objectives begin.
    #[sea_orm(primary_key, auto_increment = false)]
    pub year_group: YearGroup,
    /// The strand.
    #[sea_orm(primary_key, auto_increment = false)]
    pub strand: String,
    /// Knowledge or skill.
    #[sea_orm(primary_key, auto_increment = false)]
    pub category: ObjectiveCategory,
    /// The trust that the row belongs to.
    pub trust_id: Uuid,
    /// The academic year of the class.
    pub academic_year_id: Uuid,
    /// The school.
    pub school_id: Uuid,
    /// Objectives of the curriculum that are for the year groups of the class.
    pub intended: i32,
    /// Of these, those that a plan for the class serves.
    pub planned: i32,
    /// Of these, those that were taught.
    pub taught: i32,
    /// Of these, those that were planned and not taught.
    pub planned_not_taught: i32,
    /// Of these, those that were taught on more than one day.
    pub revisited: i32,
    /// Of these, those that were taught until pupils were secure.
    pub secure: i32,
    /// Of those that were taught, those first taught in the autumn term.
    pub autumn: i32,
    /// Of those that were taught, those first taught in the spring term.
    pub spring: i32,
    /// Of those that were taught, those first taught in the summer term.
    pub summer: i32,
}

impl ActiveModelBehavior for ActiveModel {}
