//! Editions: what those who see no pupils compare. And grants to see exact figures.

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
CREATE TABLE agreement_edition (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  exercise_id UUID NOT NULL REFERENCES moderation_exercise (id),
  number INTEGER NOT NULL CHECK (number > 0),
  made_at TIMESTAMPTZ NOT NULL,
  schools INTEGER NOT NULL CHECK (schools >= 0),
  pupils INTEGER NOT NULL CHECK (pupils >= 0),
  sampled INTEGER NOT NULL CHECK (sampled >= 0),
  moderated INTEGER NOT NULL CHECK (moderated >= 0),
  UNIQUE (exercise_id, number)
);
CREATE TABLE agreement_edition_cell (
  edition_id UUID NOT NULL REFERENCES agreement_edition (id),
  school_id UUID NOT NULL,
  class_id UUID NOT NULL,
  year_group SMALLINT NOT NULL CHECK (year_group BETWEEN -2 AND 13),
  attribute TEXT NOT NULL CHECK (attribute IN ('ALL', 'SEX', 'DISADVANTAGED', 'SEN', 'EAL')),
  group_value TEXT NOT NULL,
  first_grade_id UUID NOT NULL,
  moderated_grade_id UUID NOT NULL,
  trust_id UUID NOT NULL,
  weight INTEGER NOT NULL CHECK (weight >= 1000),
  is_linked BOOLEAN NOT NULL,
  pupils INTEGER NOT NULL CHECK (pupils > 0),
  PRIMARY KEY (edition_id, attribute, school_id, class_id, year_group, group_value, first_grade_id, moderated_grade_id)
);
CREATE TABLE agreement_edition_work (
  edition_id UUID NOT NULL REFERENCES agreement_edition (id),
  work_id UUID NOT NULL REFERENCES sampled_work (id),
  trust_id UUID NOT NULL,
  first_grade_id UUID NOT NULL,
  moderated_grade_id UUID NOT NULL,
  PRIMARY KEY (edition_id, work_id)
);
ALTER TABLE access_grant ADD COLUMN exact_figures BOOLEAN NOT NULL DEFAULT FALSE
";

const DOWN: &str = r"
ALTER TABLE access_grant DROP COLUMN exact_figures;
DROP TABLE agreement_edition_work;
DROP TABLE agreement_edition_cell;
DROP TABLE agreement_edition
";
