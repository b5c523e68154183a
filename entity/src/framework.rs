//! An assessment framework: a named, versioned scale of grades.

use sea_orm::entity::prelude::*;

/// An assessment framework: a named, versioned scale of grades.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "framework")]
pub struct Model {
    /// UUIDv7, so that the order of ids is the order of creation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The trust that the row belongs to.
    pub trust_id: Uuid,
    /// Short name, such as `ks2-ta`.
    pub code: String,
    /// Which edition of it, such as 2018.
    pub edition: String,
    /// The name that people read.
    pub name: String,
}

impl ActiveModelBehavior for ActiveModel {}
