//! Indexes for the lists of moderation: what was judged of a work, and the works of a school in an exercise.

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
CREATE INDEX second_judgement_of_work_by_day ON second_judgement (work_id, judged_on DESC, id);
CREATE INDEX sampled_work_of_school_and_exercise ON sampled_work (exercise_id, school_id, code, id);
";

const DOWN: &str = r"
DROP INDEX sampled_work_of_school_and_exercise;
DROP INDEX second_judgement_of_work_by_day;
";
