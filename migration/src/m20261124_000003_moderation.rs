//! Moderation exercises, their samples, second judgements and outcomes.

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
CREATE TABLE moderation_exercise (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  title TEXT NOT NULL,
  level TEXT NOT NULL CHECK (level IN ('COHORT', 'SCHOOL', 'PHASE', 'TRUST')),
  subject_id UUID NOT NULL REFERENCES subject (id),
  window_id UUID NOT NULL REFERENCES assessment_window (id),
  framework_id UUID NOT NULL REFERENCES framework (id),
  state TEXT NOT NULL CHECK (state IN ('DRAFT', 'JUDGING', 'DISCUSSING', 'RELEASED', 'CLOSED')),
  sample_percent SMALLINT NOT NULL CHECK (sample_percent BETWEEN 1 AND 100),
  minimum_per_class SMALLINT NOT NULL CHECK (minimum_per_class BETWEEN 0 AND 100),
  seed BIGINT NOT NULL,
  version INTEGER NOT NULL,
  UNIQUE (trust_id, title)
);
CREATE INDEX moderation_exercise_by_window ON moderation_exercise (window_id, subject_id, level);
CREATE TABLE sample_stratum (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  exercise_id UUID NOT NULL REFERENCES moderation_exercise (id),
  school_id UUID NOT NULL REFERENCES school (id),
  year_group SMALLINT NOT NULL CHECK (year_group BETWEEN -2 AND 13),
  grade_id UUID NOT NULL REFERENCES grade (id),
  size INTEGER NOT NULL,
  drawn INTEGER NOT NULL,
  UNIQUE (exercise_id, school_id, year_group, grade_id),
  CHECK (drawn BETWEEN 0 AND size)
);
CREATE TABLE sampled_work (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  exercise_id UUID NOT NULL REFERENCES moderation_exercise (id),
  stratum_id UUID NOT NULL REFERENCES sample_stratum (id),
  judgement_id UUID NOT NULL REFERENCES judgement (id),
  school_id UUID NOT NULL REFERENCES school (id),
  class_id UUID NOT NULL REFERENCES class (id),
  year_group SMALLINT NOT NULL CHECK (year_group BETWEEN -2 AND 13),
  code TEXT NOT NULL,
  UNIQUE (exercise_id, judgement_id),
  UNIQUE (exercise_id, code)
);
CREATE INDEX sampled_work_by_judgement ON sampled_work (judgement_id);
CREATE INDEX sampled_work_by_class ON sampled_work (class_id);
CREATE TABLE second_judgement (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  exercise_id UUID NOT NULL REFERENCES moderation_exercise (id),
  work_id UUID NOT NULL REFERENCES sampled_work (id),
  moderator_id UUID NOT NULL REFERENCES staff_member (id),
  grade_id UUID NOT NULL REFERENCES grade (id),
  rationale TEXT NOT NULL,
  judged_on DATE NOT NULL,
  recorded_at TIMESTAMPTZ NOT NULL,
  is_current BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX second_judgement_current ON second_judgement (work_id, moderator_id) WHERE is_current;
CREATE INDEX second_judgement_by_exercise ON second_judgement (exercise_id);
CREATE TABLE moderation_outcome (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  exercise_id UUID NOT NULL REFERENCES moderation_exercise (id),
  work_id UUID NOT NULL UNIQUE REFERENCES sampled_work (id),
  decision TEXT NOT NULL CHECK (decision IN ('CONFIRMED', 'RAISED', 'LOWERED', 'MORE_EVIDENCE', 'UNRESOLVED')),
  agreed_grade_id UUID REFERENCES grade (id),
  agreed_on DATE NOT NULL,
  recorded_by_id UUID REFERENCES staff_member (id),
  version INTEGER NOT NULL
);
CREATE INDEX moderation_outcome_by_exercise ON moderation_outcome (exercise_id)
";

const DOWN: &str = r"
DROP TABLE moderation_outcome;
DROP TABLE second_judgement;
DROP TABLE sampled_work;
DROP TABLE sample_stratum;
DROP TABLE moderation_exercise;
";
