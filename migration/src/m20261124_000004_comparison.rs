//! The cells that comparisons are answered from, and published outcomes.

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
CREATE TABLE judgement_cell (
  window_id UUID NOT NULL,
  subject_id UUID NOT NULL,
  school_id UUID NOT NULL,
  class_id UUID NOT NULL,
  year_group SMALLINT NOT NULL CHECK (year_group BETWEEN -2 AND 13),
  attribute TEXT NOT NULL CHECK (attribute IN ('ALL', 'SEX', 'DISADVANTAGED', 'SEN', 'EAL')),
  group_value TEXT NOT NULL,
  grade_id UUID NOT NULL,
  trust_id UUID NOT NULL,
  pupils INTEGER NOT NULL CHECK (pupils > 0),
  PRIMARY KEY (window_id, subject_id, attribute, school_id, class_id, year_group, group_value, grade_id)
);
CREATE TABLE agreement_cell (
  exercise_id UUID NOT NULL,
  window_id UUID NOT NULL,
  subject_id UUID NOT NULL,
  school_id UUID NOT NULL,
  class_id UUID NOT NULL,
  year_group SMALLINT NOT NULL CHECK (year_group BETWEEN -2 AND 13),
  attribute TEXT NOT NULL CHECK (attribute IN ('ALL', 'SEX', 'DISADVANTAGED', 'SEN', 'EAL')),
  group_value TEXT NOT NULL,
  first_grade_id UUID NOT NULL,
  moderated_grade_id UUID NOT NULL,
  trust_id UUID NOT NULL,
  pupils INTEGER NOT NULL CHECK (pupils > 0),
  PRIMARY KEY (exercise_id, attribute, school_id, class_id, year_group, group_value, first_grade_id, moderated_grade_id)
);
CREATE TABLE published_outcome (
  id UUID PRIMARY KEY,
  urn INTEGER NOT NULL CHECK (urn BETWEEN 100000 AND 999999),
  converted_urn INTEGER,
  la_code SMALLINT NOT NULL,
  school_name TEXT NOT NULL,
  special BOOLEAN NOT NULL,
  year SMALLINT NOT NULL,
  measure TEXT NOT NULL CHECK (measure IN ('RWM_EXPECTED', 'RWM_HIGHER', 'READING_EXPECTED', 'READING_HIGHER', 'WRITING_EXPECTED', 'WRITING_GREATER_DEPTH', 'MATHEMATICS_EXPECTED', 'MATHEMATICS_HIGHER', 'GPS_EXPECTED', 'GPS_HIGHER')),
  eligible INTEGER CHECK (eligible >= 0),
  percentage SMALLINT CHECK (percentage BETWEEN 0 AND 100),
  status TEXT NOT NULL CHECK (status IN ('PUBLISHED', 'SUPPRESSED', 'NOT_AVAILABLE')),
  UNIQUE (year, measure, urn),
  CHECK ((status = 'PUBLISHED') = (percentage IS NOT NULL))
)
";

const DOWN: &str = r"
DROP TABLE published_outcome;
DROP TABLE agreement_cell;
DROP TABLE judgement_cell;
";
