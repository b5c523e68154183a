//! A document that a client was registered with: what it may run by naming its hash.

use sea_orm::entity::prelude::*;

/// A document that a client was registered with: what it may run by naming its hash.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "trusted_document")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The trust whose people may run it.
    pub trust_id: Uuid,
    /// The `client_id` of the client application that sends it.
    pub client: String,
    /// SHA-256 of the text, in hexadecimal.
    pub hash: String,
    /// The names of its operations, for people.
    pub name: String,
    /// The text.
    pub body: String,
    /// Since when it may be run.
    pub added_at: DateTimeUtc,
    /// Since when it may not be run any more.
    pub revoked_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
