//! A subject of the curriculum.

use sea_orm::entity::prelude::*;

/// A subject of the curriculum.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "subject")]
pub struct Model {
    /// UUIDv7, so that the order of ids is the order of creation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The trust that the row belongs to.
    pub trust_id: Uuid,
    /// Short name in lower case, such as `writing`; what filters and files use.
    pub code: String,
    /// The name that people read.
    pub name: String,
}

impl ActiveModelBehavior for ActiveModel {}
