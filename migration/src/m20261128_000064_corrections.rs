//! What was made can be corrected: rows that had no version have one. A window says for how many days after it has closed
//! its teachers may record, and a judgement that it was recorded late, and why.

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
ALTER TABLE subject ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE academic_year ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE framework ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE grade ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE assessment_window ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE assessment_window ADD COLUMN
  days_of_grace SMALLINT NOT NULL DEFAULT 7 CHECK (days_of_grace BETWEEN 0 AND 366);
ALTER TABLE judgement ADD COLUMN
  is_late BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE judgement ADD COLUMN recorded_because TEXT;
";

const DOWN: &str = r"
ALTER TABLE judgement DROP COLUMN recorded_because;
ALTER TABLE judgement DROP COLUMN is_late;
ALTER TABLE assessment_window DROP COLUMN days_of_grace;
ALTER TABLE assessment_window DROP COLUMN version;
ALTER TABLE grade DROP COLUMN version;
ALTER TABLE framework DROP COLUMN version;
ALTER TABLE academic_year DROP COLUMN version;
ALTER TABLE subject DROP COLUMN version;
";
