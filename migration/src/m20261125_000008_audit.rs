//! The audit: a table to which rows are added, and nothing else.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::ddl;

/// The step.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, UP).await?;
        let fences: &[&str] = match manager.get_database_backend() {
            DbBackend::Postgres => &ON_POSTGRES,
            _ => &ON_SQLITE,
        };
        ddl::run_whole(manager, fences).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, "DROP TABLE audit_entry").await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            ddl::run(manager, "DROP FUNCTION audit_is_kept; DROP FUNCTION instr(BYTEA, BYTEA)").await?;
        }
        Ok(())
    }
}

// No foreign keys: an entry stays true when what it names is gone.
const UP: &str = r"
CREATE TABLE audit_entry (
  id UUID PRIMARY KEY,
  sequence BIGINT NOT NULL UNIQUE CHECK (sequence > 0),
  at TIMESTAMPTZ NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('READ', 'WRITE', 'REFUSAL', 'TOKEN_REFUSED', 'IMPORT', 'CONSOLE')),
  trust_id UUID,
  staff_member_id UUID,
  client_id UUID,
  operation TEXT NOT NULL,
  request_id TEXT NOT NULL,
  grant_ids BYTEA NOT NULL,
  occurrences INTEGER NOT NULL CHECK (occurrences > 0),
  subjects BYTEA NOT NULL,
  hash BYTEA NOT NULL
);
CREATE INDEX audit_entry_by_trust ON audit_entry (trust_id, at)
";

/// What is here is changed by nobody, by mistake or by SQL typed at night. Whoever owns the table can
/// take these away; that they did is found by `plumbline audit verify`.
const ON_POSTGRES: [&str; 3] = [
    "CREATE FUNCTION audit_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN
       RAISE EXCEPTION 'the audit is added to, and never changed or deleted';
     END $$",
    "CREATE TRIGGER audit_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
     FOR EACH STATEMENT EXECUTE FUNCTION audit_is_kept()",
    // Where bytes lie in others, under the name that it has in SQLite.
    "CREATE FUNCTION instr(BYTEA, BYTEA) RETURNS INTEGER LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
     AS 'SELECT position($2 IN $1)'",
];

const ON_SQLITE: [&str; 3] = [
    "CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit_entry
     BEGIN SELECT RAISE(ABORT, 'the audit is added to, and never changed or deleted'); END",
    "CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit_entry
     BEGIN SELECT RAISE(ABORT, 'the audit is added to, and never changed or deleted'); END",
    // `INSERT OR REPLACE` deletes without asking the trigger above.
    "CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit_entry
     WHEN EXISTS (SELECT 1 FROM audit_entry WHERE id = NEW.id OR sequence = NEW.sequence)
     BEGIN SELECT RAISE(ABORT, 'the audit is added to, and never changed or deleted'); END",
];
