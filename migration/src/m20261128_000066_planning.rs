//! How the curriculum is planned and taught: plans with their steps and adaptations, what was taught in which class, and what a subject
//! leader has in focus.

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

// `core_key` of an objective is the key of the trust's objective for which it stands, or its own: so what one school taught is known to
// another, and outlives versions (docs/adr/0036-planning.md). Cells are counts by class (docs/adr/0003-cells-follow-at-commit.md).
const UP: &str = r"
CREATE TABLE plan (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  school_id UUID NOT NULL REFERENCES school (id),
  subject_id UUID NOT NULL REFERENCES subject (id),
  academic_year_id UUID NOT NULL REFERENCES academic_year (id),
  author_id UUID NOT NULL REFERENCES staff_member (id),
  title TEXT NOT NULL,
  lowest_year_group SMALLINT NOT NULL CHECK (lowest_year_group BETWEEN -2 AND 13),
  highest_year_group SMALLINT NOT NULL CHECK (highest_year_group BETWEEN -2 AND 13),
  starts_on DATE NOT NULL,
  ends_on DATE NOT NULL,
  outline TEXT NOT NULL,
  approval TEXT NOT NULL CHECK (approval IN ('NOT_REVIEWED', 'CHANGES_ASKED', 'APPROVED')),
  version INTEGER NOT NULL,
  CHECK (lowest_year_group <= highest_year_group),
  CHECK (starts_on <= ends_on)
);
CREATE INDEX plan_by_trust ON plan (trust_id, starts_on DESC, title, id);
CREATE INDEX plan_by_school ON plan (school_id, academic_year_id, subject_id, starts_on DESC, title, id);
CREATE INDEX plan_by_author ON plan (author_id, starts_on DESC, title, id);
CREATE TABLE plan_objective (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  school_id UUID NOT NULL REFERENCES school (id),
  subject_id UUID NOT NULL REFERENCES subject (id),
  academic_year_id UUID NOT NULL REFERENCES academic_year (id),
  plan_id UUID NOT NULL REFERENCES plan (id),
  objective_id UUID NOT NULL REFERENCES objective (id),
  objective_key UUID NOT NULL,
  core_key UUID NOT NULL,
  UNIQUE (plan_id, objective_key)
);
CREATE INDEX plan_objective_of_school ON plan_objective (school_id, academic_year_id, subject_id);
CREATE INDEX plan_objective_by_objective ON plan_objective (objective_id);
CREATE TABLE plan_step (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  school_id UUID NOT NULL REFERENCES school (id),
  subject_id UUID NOT NULL REFERENCES subject (id),
  plan_id UUID NOT NULL REFERENCES plan (id),
  kind TEXT NOT NULL CHECK (kind IN ('TASK', 'REVIEW', 'CONVERSATION', 'TAKE_UP')),
  class_id UUID REFERENCES class (id),
  staff_member_id UUID NOT NULL REFERENCES staff_member (id),
  raised_by_id UUID REFERENCES staff_member (id),
  follows_id UUID REFERENCES plan_step (id),
  what TEXT NOT NULL,
  raised_on DATE NOT NULL,
  due_on DATE,
  done_on DATE,
  outcome TEXT CHECK (outcome IN ('DONE', 'DROPPED', 'APPROVED', 'CHANGES_ASKED', 'AS_PLANNED', 'ADAPTED', 'PASSED_OVER')),
  found TEXT,
  version INTEGER NOT NULL,
  CHECK ((done_on IS NULL) = (outcome IS NULL)),
  CHECK ((kind = 'TAKE_UP') = (class_id IS NOT NULL))
);
CREATE UNIQUE INDEX plan_step_take_up ON plan_step (plan_id, class_id) WHERE kind = 'TAKE_UP';
CREATE INDEX plan_step_by_trust ON plan_step (trust_id, raised_on DESC, id);
CREATE INDEX plan_step_by_school ON plan_step (school_id, raised_on DESC, id);
CREATE INDEX plan_step_by_plan ON plan_step (plan_id, raised_on DESC, id);
CREATE INDEX plan_step_by_staff ON plan_step (staff_member_id, raised_on DESC, id);
CREATE INDEX plan_step_by_class ON plan_step (class_id, raised_on DESC, id) WHERE class_id IS NOT NULL;
CREATE INDEX plan_step_follows ON plan_step (follows_id, raised_on DESC, id) WHERE follows_id IS NOT NULL;
CREATE TABLE adaptation (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  school_id UUID NOT NULL REFERENCES school (id),
  subject_id UUID NOT NULL REFERENCES subject (id),
  plan_id UUID NOT NULL REFERENCES plan (id),
  class_id UUID NOT NULL REFERENCES class (id),
  year_group SMALLINT NOT NULL CHECK (year_group BETWEEN -2 AND 13),
  audience TEXT NOT NULL CHECK (audience IN ('CLASS', 'GROUP', 'PUPIL')),
  pupil_group TEXT,
  pupil_id UUID REFERENCES pupil (id),
  author_id UUID NOT NULL REFERENCES staff_member (id),
  need TEXT NOT NULL CHECK (need IN ('COGNITION_AND_LEARNING', 'COMMUNICATION_AND_INTERACTION', 'SOCIAL_EMOTIONAL_AND_MENTAL_HEALTH',
    'SENSORY_AND_PHYSICAL', 'ENGLISH_AS_AN_ADDITIONAL_LANGUAGE', 'MISSED_LEARNING', 'GREATER_DEPTH')),
  what TEXT NOT NULL,
  reason TEXT NOT NULL,
  made_on DATE NOT NULL,
  helped TEXT CHECK (helped IN ('HELPED', 'PARTLY', 'DID_NOT_HELP')),
  found TEXT,
  found_on DATE,
  version INTEGER NOT NULL,
  CHECK ((audience = 'PUPIL') = (pupil_id IS NOT NULL)),
  CHECK ((audience = 'GROUP') = (pupil_group IS NOT NULL)),
  CHECK ((helped IS NULL) = (found_on IS NULL))
);
CREATE INDEX adaptation_by_trust ON adaptation (trust_id, made_on DESC, id);
CREATE INDEX adaptation_by_school ON adaptation (school_id, made_on DESC, id);
CREATE INDEX adaptation_by_class ON adaptation (class_id, made_on DESC, id);
CREATE INDEX adaptation_by_plan ON adaptation (plan_id, made_on DESC, id);
CREATE INDEX adaptation_by_pupil ON adaptation (pupil_id) WHERE pupil_id IS NOT NULL;
CREATE TABLE shared_adaptation (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  subject_id UUID NOT NULL REFERENCES subject (id),
  adaptation_id UUID NOT NULL,
  need TEXT NOT NULL,
  audience TEXT NOT NULL,
  lowest_year_group SMALLINT NOT NULL CHECK (lowest_year_group BETWEEN -2 AND 13),
  highest_year_group SMALLINT NOT NULL CHECK (highest_year_group BETWEEN -2 AND 13),
  what TEXT NOT NULL,
  helped TEXT NOT NULL,
  shared_on DATE NOT NULL,
  UNIQUE (adaptation_id)
);
CREATE INDEX shared_adaptation_by_trust ON shared_adaptation (trust_id, shared_on DESC, id);
CREATE INDEX shared_adaptation_by_need ON shared_adaptation (trust_id, subject_id, need, shared_on DESC, id);
CREATE TABLE taught_objective (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  school_id UUID NOT NULL REFERENCES school (id),
  subject_id UUID NOT NULL REFERENCES subject (id),
  class_id UUID NOT NULL REFERENCES class (id),
  plan_id UUID REFERENCES plan (id),
  objective_id UUID NOT NULL REFERENCES objective (id),
  objective_key UUID NOT NULL,
  core_key UUID NOT NULL,
  taught_on DATE NOT NULL,
  depth TEXT NOT NULL CHECK (depth IN ('MET', 'PRACTISED', 'SECURE')),
  recorded_by_id UUID REFERENCES staff_member (id),
  recorded_at TIMESTAMPTZ NOT NULL,
  supersedes_id UUID REFERENCES taught_objective (id),
  is_current BOOLEAN NOT NULL,
  withdrawn_at TIMESTAMPTZ,
  withdrawn_because TEXT
);
CREATE UNIQUE INDEX taught_objective_on_a_day ON taught_objective (class_id, objective_key, taught_on) WHERE is_current;
CREATE INDEX taught_objective_by_trust ON taught_objective (trust_id, taught_on DESC, id);
CREATE INDEX taught_objective_by_school ON taught_objective (school_id, taught_on DESC, id);
CREATE INDEX taught_objective_by_class ON taught_objective (class_id, taught_on DESC, id);
CREATE INDEX taught_objective_by_class_subject ON taught_objective (class_id, subject_id);
CREATE INDEX taught_objective_by_plan ON taught_objective (plan_id, taught_on DESC, id) WHERE plan_id IS NOT NULL;
CREATE TABLE insecure_pupil (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  school_id UUID NOT NULL REFERENCES school (id),
  subject_id UUID NOT NULL REFERENCES subject (id),
  class_id UUID NOT NULL REFERENCES class (id),
  taught_objective_id UUID NOT NULL REFERENCES taught_objective (id),
  pupil_id UUID NOT NULL REFERENCES pupil (id),
  UNIQUE (taught_objective_id, pupil_id)
);
CREATE INDEX insecure_pupil_by_pupil ON insecure_pupil (pupil_id);
CREATE TABLE coverage_cell (
  trust_id UUID NOT NULL REFERENCES trust (id),
  academic_year_id UUID NOT NULL REFERENCES academic_year (id),
  school_id UUID NOT NULL REFERENCES school (id),
  class_id UUID NOT NULL,
  subject_id UUID NOT NULL REFERENCES subject (id),
  year_group SMALLINT NOT NULL,
  strand TEXT NOT NULL,
  category TEXT NOT NULL,
  intended INTEGER NOT NULL,
  planned INTEGER NOT NULL,
  taught INTEGER NOT NULL,
  planned_not_taught INTEGER NOT NULL,
  revisited INTEGER NOT NULL,
  secure INTEGER NOT NULL,
  autumn INTEGER NOT NULL,
  spring INTEGER NOT NULL,
  summer INTEGER NOT NULL,
  PRIMARY KEY (class_id, subject_id, year_group, strand, category)
);
CREATE INDEX coverage_cell_by_year ON coverage_cell (academic_year_id, subject_id, school_id, class_id);
CREATE TABLE focus (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  school_id UUID NOT NULL REFERENCES school (id),
  subject_id UUID NOT NULL REFERENCES subject (id),
  title TEXT NOT NULL,
  reason TEXT NOT NULL,
  strand TEXT,
  category TEXT CHECK (category IN ('KNOWLEDGE', 'SKILL')),
  lowest_year_group SMALLINT NOT NULL CHECK (lowest_year_group BETWEEN -2 AND 13),
  highest_year_group SMALLINT NOT NULL CHECK (highest_year_group BETWEEN -2 AND 13),
  starts_on DATE NOT NULL,
  ends_on DATE NOT NULL,
  version INTEGER NOT NULL,
  CHECK (lowest_year_group <= highest_year_group),
  CHECK (starts_on <= ends_on)
);
CREATE INDEX focus_by_trust ON focus (trust_id, starts_on DESC, title, id);
CREATE INDEX focus_by_school ON focus (school_id, subject_id, starts_on DESC, title, id)
";

const DOWN: &str = r"
DROP TABLE focus;
DROP TABLE coverage_cell;
DROP TABLE insecure_pupil;
DROP TABLE taught_objective;
DROP TABLE shared_adaptation;
DROP TABLE adaptation;
DROP TABLE plan_step;
DROP TABLE plan_objective;
DROP TABLE plan
";
