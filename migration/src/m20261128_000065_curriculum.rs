//! What is intended to be taught: curricula of the trust and of its schools, their versions, objectives, and what those build on.

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

// `key` of an objective is the same in every version of its curriculum. Links name keys, so that those to another subject
// outlive its versions (docs/adr/0035-curricula.md); they have no foreign key for that reason.
const UP: &str = r"
CREATE TABLE curriculum (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  school_id UUID REFERENCES school (id),
  subject_id UUID NOT NULL REFERENCES subject (id),
  standing TEXT NOT NULL CHECK (standing IN ('CORE', 'FOLLOWS', 'ADAPTS', 'REPLACES')),
  aim TEXT,
  version INTEGER NOT NULL,
  CHECK ((standing = 'CORE') = (school_id IS NULL))
);
CREATE UNIQUE INDEX curriculum_of_trust ON curriculum (subject_id) WHERE school_id IS NULL;
CREATE UNIQUE INDEX curriculum_of_school ON curriculum (school_id, subject_id) WHERE school_id IS NOT NULL;
CREATE INDEX curriculum_by_trust ON curriculum (trust_id, standing, id);
CREATE INDEX curriculum_by_subject ON curriculum (subject_id, standing, id);
CREATE TABLE curriculum_version (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  school_id UUID REFERENCES school (id),
  subject_id UUID NOT NULL REFERENCES subject (id),
  curriculum_id UUID NOT NULL REFERENCES curriculum (id),
  number INTEGER NOT NULL CHECK (number >= 1),
  status TEXT NOT NULL CHECK (status IN ('DRAFT', 'CURRENT', 'RETIRED')),
  rationale TEXT NOT NULL,
  source TEXT,
  licence TEXT,
  current_from DATE,
  retired_on DATE,
  version INTEGER NOT NULL,
  UNIQUE (curriculum_id, number)
);
CREATE UNIQUE INDEX curriculum_version_draft ON curriculum_version (curriculum_id) WHERE status = 'DRAFT';
CREATE UNIQUE INDEX curriculum_version_current ON curriculum_version (curriculum_id) WHERE status = 'CURRENT';
CREATE INDEX curriculum_version_by_trust ON curriculum_version (trust_id, number DESC, id);
CREATE TABLE objective (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  school_id UUID REFERENCES school (id),
  subject_id UUID NOT NULL REFERENCES subject (id),
  curriculum_version_id UUID NOT NULL REFERENCES curriculum_version (id),
  key UUID NOT NULL,
  code TEXT NOT NULL,
  category TEXT NOT NULL CHECK (category IN ('KNOWLEDGE', 'SKILL')),
  strand TEXT NOT NULL,
  lowest_year_group SMALLINT NOT NULL CHECK (lowest_year_group BETWEEN -2 AND 13),
  highest_year_group SMALLINT NOT NULL CHECK (highest_year_group BETWEEN -2 AND 13),
  position INTEGER NOT NULL,
  statement TEXT NOT NULL,
  reason TEXT,
  stands_for UUID,
  version INTEGER NOT NULL,
  UNIQUE (curriculum_version_id, key),
  CHECK (lowest_year_group <= highest_year_group)
);
CREATE UNIQUE INDEX objective_code ON objective (curriculum_version_id, code);
CREATE INDEX objective_by_key ON objective (key);
CREATE INDEX objective_in_sequence ON objective (curriculum_version_id, lowest_year_group, position, id);
CREATE INDEX objective_by_trust ON objective (trust_id, lowest_year_group, position, id);
CREATE INDEX objective_by_trust_code ON objective (trust_id, code, id);
CREATE TABLE objective_link (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  school_id UUID REFERENCES school (id),
  subject_id UUID NOT NULL REFERENCES subject (id),
  curriculum_version_id UUID NOT NULL REFERENCES curriculum_version (id),
  objective_key UUID NOT NULL,
  builds_on UUID NOT NULL,
  UNIQUE (curriculum_version_id, objective_key, builds_on)
)
";

const DOWN: &str = r"
DROP TABLE objective_link;
DROP TABLE objective;
DROP TABLE curriculum_version;
DROP TABLE curriculum
";
