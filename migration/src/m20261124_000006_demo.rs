//! With which options the demo was made.

use sea_orm_migration::prelude::*;

use crate::ddl;

/// The step.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, DOWN).await
    }
}

const UP: &str = r"
CREATE TABLE demo_fill (
  trust_id UUID PRIMARY KEY REFERENCES trust (id),
  schools INTEGER NOT NULL,
  years INTEGER NOT NULL,
  seed BIGINT NOT NULL,
  edition INTEGER NOT NULL,
  made_at TIMESTAMPTZ NOT NULL
)
";

const DOWN: &str = r"
DROP TABLE demo_fill
";
