//! Frameworks and grades, assessment windows, judgements.

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
CREATE TABLE framework (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  code TEXT NOT NULL,
  edition TEXT NOT NULL,
  name TEXT NOT NULL,
  UNIQUE (trust_id, code, edition)
);
CREATE TABLE grade (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  framework_id UUID NOT NULL REFERENCES framework (id),
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  rank SMALLINT CHECK (rank IS NULL OR rank >= 0),
  UNIQUE (framework_id, code),
  UNIQUE (framework_id, rank)
);
CREATE TABLE assessment_window (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  academic_year_id UUID NOT NULL REFERENCES academic_year (id),
  term TEXT NOT NULL CHECK (term IN ('AUTUMN', 'SPRING', 'SUMMER')),
  opens_on DATE NOT NULL,
  closes_on DATE NOT NULL,
  UNIQUE (academic_year_id, term),
  CHECK (opens_on <= closes_on)
);
CREATE TABLE judgement (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  school_id UUID NOT NULL REFERENCES school (id),
  class_id UUID NOT NULL REFERENCES class (id),
  pupil_id UUID NOT NULL REFERENCES pupil (id),
  year_group SMALLINT NOT NULL CHECK (year_group BETWEEN -2 AND 13),
  window_id UUID NOT NULL REFERENCES assessment_window (id),
  subject_id UUID NOT NULL REFERENCES subject (id),
  grade_id UUID NOT NULL REFERENCES grade (id),
  judged_by_id UUID REFERENCES staff_member (id),
  judged_on DATE NOT NULL,
  recorded_at TIMESTAMPTZ NOT NULL,
  supersedes_id UUID REFERENCES judgement (id),
  is_current BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX judgement_current ON judgement (pupil_id, window_id, subject_id) WHERE is_current;
CREATE INDEX judgement_by_class ON judgement (class_id, window_id, subject_id);
CREATE INDEX judgement_by_school ON judgement (school_id, window_id, subject_id);
CREATE INDEX judgement_by_window ON judgement (window_id, subject_id)
";

const DOWN: &str = r"
DROP TABLE judgement;
DROP TABLE assessment_window;
DROP TABLE grade;
DROP TABLE framework;
";
