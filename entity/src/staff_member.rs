//! A member of staff of the trust.

use sea_orm::entity::prelude::*;

/// A member of staff of the trust.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "staff_member")]
pub struct Model {
    /// UUIDv7, so that the order of ids is the order of creation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The trust that the row belongs to.
    pub trust_id: Uuid,
    /// The address by which the person is known, in lower case; unique in the service.
    pub email: String,
    /// Given name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// Counts the changes of the row; an update names the version that it saw.
    pub version: i32,
}

impl ActiveModelBehavior for ActiveModel {}
