//! A school that became another on conversion: the history of a school's identity.

use sea_orm::entity::prelude::*;

/// A school that became another on conversion: the history of a school's identity.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "school_predecessor")]
pub struct Model {
    /// The school of the trust as it is now.
    #[sea_orm(primary_key, auto_increment = false)]
    pub school_id: Uuid,
    /// The unique reference number under which earlier figures of the school were published.
    #[sea_orm(primary_key, auto_increment = false)]
    pub urn: i32,
    /// The trust that the row belongs to.
    pub trust_id: Uuid,
}

impl ActiveModelBehavior for ActiveModel {}
