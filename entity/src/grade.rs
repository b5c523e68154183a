//! A grade of a framework, or a code that is not a grade (absent, left, not assessed).

use sea_orm::entity::prelude::*;

/// A grade of a framework, or a code that is not a grade (absent, left, not assessed).
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "grade")]
pub struct Model {
    /// UUIDv7, so that the order of ids is the order of creation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The trust that the row belongs to.
    pub trust_id: Uuid,
    /// The framework.
    pub framework_id: Uuid,
    /// Short name, such as EXS.
    pub code: String,
    /// The name that people read.
    pub name: String,
    /// Place in the order of the grades, 0 the lowest; none for a code that is not attainment and is never ordered.
    pub rank: Option<i16>,
}

impl ActiveModelBehavior for ActiveModel {}
