//! An academic year of the trust, named by the year in which it starts: 2025 is 2025/26.

use sea_orm::entity::prelude::*;

/// An academic year of the trust, named by the year in which it starts: 2025 is 2025/26.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "academic_year")]
pub struct Model {
    /// UUIDv7, so that the order of ids is the order of creation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The trust that the row belongs to.
    pub trust_id: Uuid,
    /// The calendar year in which it starts.
    pub year: i16,
    /// First day, usually 1 September.
    pub starts_on: Date,
    /// Last day, usually 31 August.
    pub ends_on: Date,
}

impl ActiveModelBehavior for ActiveModel {}
