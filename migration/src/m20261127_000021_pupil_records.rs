//! What becomes of the records of pupils: numbers that were corrected, records that were merged or erased.

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

// `pupil_id` of a merge has no foreign key: it stays true when that pupil is erased.
const UP: &str = r"
CREATE TABLE former_upn (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  pupil_id UUID NOT NULL REFERENCES pupil (id),
  upn TEXT NOT NULL,
  replaced_at TIMESTAMPTZ NOT NULL,
  replaced_by_id UUID REFERENCES staff_member (id)
);
CREATE INDEX former_upn_by_pupil ON former_upn (pupil_id);
CREATE TABLE pupil_erasure (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  school_id UUID REFERENCES school (id),
  reason TEXT NOT NULL CHECK (reason IN ('REQUEST_UPHELD', 'RETENTION_ENDED', 'RECORDED_IN_ERROR', 'ORDERED')),
  erased_at TIMESTAMPTZ NOT NULL,
  erased_by_id UUID REFERENCES staff_member (id)
);
CREATE TABLE pupil_merge (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  school_id UUID NOT NULL REFERENCES school (id),
  pupil_id UUID NOT NULL,
  merged_at TIMESTAMPTZ NOT NULL,
  merged_by_id UUID REFERENCES staff_member (id)
);
CREATE INDEX pupil_merge_by_pupil ON pupil_merge (pupil_id);
CREATE INDEX judgement_by_pupil ON judgement (pupil_id)
";

const DOWN: &str = r"
DROP INDEX judgement_by_pupil;
DROP TABLE pupil_merge;
DROP TABLE pupil_erasure;
DROP TABLE former_upn
";
