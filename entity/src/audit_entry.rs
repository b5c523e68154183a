//! What was read of pupils, changed or refused: by whom, for whom, when. Never changed, never deleted.

use sea_orm::entity::prelude::*;

use crate::vocabulary::text_enum;

text_enum! {
    /// What an entry of the audit records.
    AuditKind {
        /// Rows about pupils, or entries of the audit, were given to somebody.
        Read = "READ",
        /// Somebody changed something through the API.
        Write = "WRITE",
        /// Somebody asked for what they may not see or do.
        Refusal = "REFUSAL",
        /// Somebody called without a token that holds.
        TokenRefused = "TOKEN_REFUSED",
        /// A file was imported at the console.
        Import = "IMPORT",
        /// Something else was done at the console.
        Console = "CONSOLE",
    }
}

/// An entry of the audit, and its place in the chain.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entry")]
pub struct Model {
    /// UUIDv7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its place in the chain: 1, 2, 3 and so on over all trusts, without a gap.
    pub sequence: i64,
    /// When, to the microsecond.
    pub at: DateTimeUtc,
    /// What it records.
    pub kind: AuditKind,
    /// The trust; none where it is not known or is none.
    pub trust_id: Option<Uuid>,
    /// The member of staff who asked, or for whom a client application did.
    pub staff_member_id: Option<Uuid>,
    /// The client application that spoke.
    pub client_id: Option<Uuid>,
    /// The fields that were asked for, the mutation, the command, or why a token was refused.
    pub operation: String,
    /// The request, as in the log; empty at the console.
    pub request_id: String,
    /// The grants that were in force, 16 bytes each.
    pub grant_ids: Vec<u8>,
    /// How many events it stands for; more than one where refused tokens were counted together.
    pub occurrences: i32,
    /// Of which rows of which tables, by id alone; see `api/src/audit/subjects.rs`.
    pub subjects: Vec<u8>,
    /// SHA-256 of the hash before it and of all of the above.
    pub hash: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}
