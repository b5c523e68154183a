//! Documents that clients are trusted with, and what callers spent.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::ddl;

/// The step.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, UP).await?;
        // Only PostgreSQL has instances that share it, and tables that are not logged: what is in
        // this one may be lost when the server crashes, and is then as good as spent long ago.
        if manager.get_connection().get_database_backend() == DbBackend::Postgres {
            ddl::run(manager, SPENT).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_connection().get_database_backend() == DbBackend::Postgres {
            ddl::run(manager, "DROP TABLE caller_cost").await?;
        }
        ddl::run(manager, DOWN).await
    }
}

const UP: &str = r"
CREATE TABLE trusted_document (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  client TEXT NOT NULL,
  hash TEXT NOT NULL CHECK (length(hash) = 64),
  name TEXT NOT NULL,
  body TEXT NOT NULL,
  added_at TIMESTAMPTZ NOT NULL,
  revoked_at TIMESTAMPTZ,
  UNIQUE (trust_id, client, hash)
)
";

const DOWN: &str = r"
DROP TABLE trusted_document
";

const SPENT: &str = r"
CREATE UNLOGGED TABLE caller_cost (
  actor TEXT PRIMARY KEY,
  level DOUBLE PRECISION NOT NULL,
  settled_at TIMESTAMPTZ NOT NULL
)
";
