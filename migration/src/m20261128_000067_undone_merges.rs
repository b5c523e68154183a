//! What a merge of two records did is kept with it, so that it can be undone; and so are names that were corrected.

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
CREATE TABLE former_name (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  pupil_id UUID NOT NULL REFERENCES pupil (id),
  given_name TEXT NOT NULL,
  family_name TEXT NOT NULL,
  replaced_at TIMESTAMPTZ NOT NULL,
  replaced_by_id UUID REFERENCES staff_member (id)
);
CREATE INDEX former_name_by_pupil ON former_name (pupil_id);
ALTER TABLE pupil_merge ADD COLUMN record JSONB;
";

const DOWN: &str = r"
ALTER TABLE pupil_merge DROP COLUMN record;
DROP TABLE former_name;
";
