//! A mutation that was carried out under a caller's key, so that a repeat answers the same and does nothing.

use sea_orm::entity::prelude::*;

/// A mutation that was carried out under a caller's key, so that a repeat answers the same and does nothing.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_key")]
pub struct Model {
    /// Who called: staff member, client or console.
    #[sea_orm(primary_key, auto_increment = false)]
    pub actor: String,
    /// The name of the mutation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub mutation: String,
    /// The caller's key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// SHA-256 of the input, in hexadecimal.
    pub request_hash: String,
    /// Ids of what was changed.
    pub result: Json,
    /// When.
    pub recorded_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
