//! Judgements can be withdrawn: when, by whom and why.

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

// `withdrawn_by_id` refers to a member of staff without a constraint: SQLite could not drop such a column again.
const UP: &str = r"
ALTER TABLE judgement ADD COLUMN
  withdrawn_at TIMESTAMPTZ;
ALTER TABLE judgement ADD COLUMN
  withdrawn_by_id UUID;
ALTER TABLE judgement ADD COLUMN
  withdrawn_because TEXT
";

const DOWN: &str = r"
ALTER TABLE judgement DROP COLUMN withdrawn_because;
ALTER TABLE judgement DROP COLUMN withdrawn_by_id;
ALTER TABLE judgement DROP COLUMN withdrawn_at
";
