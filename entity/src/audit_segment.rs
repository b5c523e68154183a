//! Entries of the audit that were archived in a file: where the chain goes on from.

use sea_orm::entity::prelude::*;

/// Entries of the audit that were archived in a file.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_segment")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The first entry.
    pub first_sequence: i64,
    /// The last entry.
    pub last_sequence: i64,
    /// The hash of the last entry.
    pub hash: Vec<u8>,
    /// The name of the file.
    pub file: String,
    /// When.
    pub archived_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
