//! How an exercise is sampled, by when it is judged, and the steps that it took.

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

// The boundary's grade is of the exercise's framework, on which the exercise hangs: SQLite could not take a column away again that
// refers to it.
const UP: &str = r"
ALTER TABLE moderation_exercise ADD COLUMN
  maximum_per_class SMALLINT CHECK (maximum_per_class BETWEEN 1 AND 100);
ALTER TABLE moderation_exercise ADD COLUMN
  boundary_grade_id UUID;
ALTER TABLE moderation_exercise ADD COLUMN
  boundary_percent SMALLINT CHECK (boundary_percent BETWEEN 1 AND 100);
ALTER TABLE moderation_exercise ADD COLUMN
  judge_by DATE;
CREATE TABLE exercise_step (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  exercise_id UUID NOT NULL REFERENCES moderation_exercise (id),
  previous_state TEXT NOT NULL CHECK (previous_state IN ('DRAFT', 'JUDGING', 'DISCUSSING', 'RELEASED', 'CLOSED')),
  state TEXT NOT NULL CHECK (state IN ('DRAFT', 'JUDGING', 'DISCUSSING', 'RELEASED', 'CLOSED')),
  taken_because TEXT,
  taken_by_id UUID REFERENCES staff_member (id),
  taken_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX exercise_step_by_exercise ON exercise_step (exercise_id, taken_at, id);
";

const DOWN: &str = r"
DROP TABLE exercise_step;
ALTER TABLE moderation_exercise DROP COLUMN judge_by;
ALTER TABLE moderation_exercise DROP COLUMN boundary_percent;
ALTER TABLE moderation_exercise DROP COLUMN boundary_grade_id;
ALTER TABLE moderation_exercise DROP COLUMN maximum_per_class;
";
