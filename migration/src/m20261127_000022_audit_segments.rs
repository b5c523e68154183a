//! Entries of the audit may leave the database once a file has them, and no others.

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

    /// Entries that are archived do not come back. The chain that is left is one that begins in its midst.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let fences: &[&str] = match manager.get_database_backend() {
            DbBackend::Postgres => &BACK_ON_POSTGRES,
            _ => &BACK_ON_SQLITE,
        };
        ddl::run_whole(manager, fences).await?;
        ddl::run(manager, "DROP TABLE audit_segment").await
    }
}

const UP: &str = r"
CREATE TABLE audit_segment (
  id UUID PRIMARY KEY,
  first_sequence BIGINT NOT NULL UNIQUE,
  last_sequence BIGINT NOT NULL UNIQUE,
  hash BYTEA NOT NULL,
  file TEXT NOT NULL,
  archived_at TIMESTAMPTZ NOT NULL,
  CHECK (0 < first_sequence AND first_sequence <= last_sequence)
)
";

const ON_POSTGRES: [&str; 5] = [
    "DROP TRIGGER audit_is_kept ON audit_entry",
    "CREATE TRIGGER audit_is_kept BEFORE UPDATE OR TRUNCATE ON audit_entry
     FOR EACH STATEMENT EXECUTE FUNCTION audit_is_kept()",
    "CREATE FUNCTION audit_is_archived() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN
       IF EXISTS (SELECT 1 FROM audit_segment s WHERE OLD.sequence BETWEEN s.first_sequence AND s.last_sequence) THEN
         RETURN OLD;
       END IF;
       RAISE EXCEPTION 'the audit is added to, and never changed or deleted';
     END $$",
    "CREATE TRIGGER audit_is_archived BEFORE DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_is_archived()",
    "CREATE TRIGGER audit_segment_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_segment
     FOR EACH STATEMENT EXECUTE FUNCTION audit_is_kept()",
];

const BACK_ON_POSTGRES: [&str; 5] = [
    "DROP TRIGGER audit_segment_is_kept ON audit_segment",
    "DROP TRIGGER audit_is_archived ON audit_entry",
    "DROP FUNCTION audit_is_archived",
    "DROP TRIGGER audit_is_kept ON audit_entry",
    "CREATE TRIGGER audit_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
     FOR EACH STATEMENT EXECUTE FUNCTION audit_is_kept()",
];

const ON_SQLITE: [&str; 4] = [
    "DROP TRIGGER audit_is_not_deleted",
    "CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit_entry
     WHEN NOT EXISTS (SELECT 1 FROM audit_segment s WHERE OLD.sequence BETWEEN s.first_sequence AND s.last_sequence)
     BEGIN SELECT RAISE(ABORT, 'the audit is added to, and never changed or deleted'); END",
    "CREATE TRIGGER audit_segment_is_not_changed BEFORE UPDATE ON audit_segment
     BEGIN SELECT RAISE(ABORT, 'the audit is added to, and never changed or deleted'); END",
    "CREATE TRIGGER audit_segment_is_not_deleted BEFORE DELETE ON audit_segment
     BEGIN SELECT RAISE(ABORT, 'the audit is added to, and never changed or deleted'); END",
];

const BACK_ON_SQLITE: [&str; 4] = [
    "DROP TRIGGER audit_segment_is_not_deleted",
    "DROP TRIGGER audit_segment_is_not_changed",
    "DROP TRIGGER audit_is_not_deleted",
    "CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit_entry
     BEGIN SELECT RAISE(ABORT, 'the audit is added to, and never changed or deleted'); END",
];
