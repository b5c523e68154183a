//! What a published table puts in the place of a figure. It is none in rows that were imported before; importing the file again fills it.

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
ALTER TABLE published_outcome ADD COLUMN
  instead TEXT CHECK (instead IN ('NA', 'NP', 'NE', 'LOWCOV', 'NEW', 'DNS'));
";

const DOWN: &str = r"
ALTER TABLE published_outcome DROP COLUMN instead;
";
