//! Samples are drawn by class as well: a stratum knows its class. Those that were drawn before have none.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::ddl;

/// The step.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        match manager.get_connection().get_database_backend() {
            DbBackend::Sqlite => made_anew(manager, "class_id UUID REFERENCES class (id),", "class_id, ").await,
            _ => ddl::run(manager, UP).await,
        }
    }

    /// Fails where a sample was drawn by class: a stratum without its class would be two.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        match manager.get_connection().get_database_backend() {
            DbBackend::Sqlite => made_anew(manager, "", "").await,
            _ => ddl::run(manager, DOWN).await,
        }
    }
}

const UP: &str = "
ALTER TABLE sample_stratum ADD COLUMN class_id UUID REFERENCES class (id);
ALTER TABLE sample_stratum DROP CONSTRAINT sample_stratum_exercise_id_school_id_year_group_grade_id_key;
ALTER TABLE sample_stratum ADD CONSTRAINT sample_stratum_of_exercise UNIQUE (exercise_id, school_id, class_id, year_group, grade_id)
";

const DOWN: &str = "
ALTER TABLE sample_stratum DROP CONSTRAINT sample_stratum_of_exercise;
ALTER TABLE sample_stratum ADD CONSTRAINT sample_stratum_exercise_id_school_id_year_group_grade_id_key
  UNIQUE (exercise_id, school_id, year_group, grade_id);
ALTER TABLE sample_stratum DROP COLUMN class_id
";

/// SQLite cannot drop a constraint: the table is made anew. Foreign keys are looked at when the transaction is committed; the
/// index is for that.
async fn made_anew(manager: &SchemaManager<'_>, class: &str, of_class: &str) -> Result<(), DbErr> {
    let filled = if class.is_empty() { "" } else { "NULL, " };
    let sql = format!(
        "PRAGMA defer_foreign_keys = ON;
CREATE INDEX for_the_step ON sampled_work (stratum_id);
CREATE TABLE sample_stratum_kept AS SELECT * FROM sample_stratum;
DROP TABLE sample_stratum;
CREATE TABLE sample_stratum (
  id UUID PRIMARY KEY,
  trust_id UUID NOT NULL REFERENCES trust (id),
  exercise_id UUID NOT NULL REFERENCES moderation_exercise (id),
  school_id UUID NOT NULL REFERENCES school (id),
  {class}
  year_group SMALLINT NOT NULL CHECK (year_group BETWEEN -2 AND 13),
  grade_id UUID NOT NULL REFERENCES grade (id),
  size INTEGER NOT NULL,
  drawn INTEGER NOT NULL,
  UNIQUE (exercise_id, school_id, {of_class}year_group, grade_id),
  CHECK (drawn BETWEEN 0 AND size)
);
INSERT INTO sample_stratum (id, trust_id, exercise_id, school_id, {of_class}year_group, grade_id, size, drawn)
  SELECT id, trust_id, exercise_id, school_id, {filled}year_group, grade_id, size, drawn FROM sample_stratum_kept;
DROP TABLE sample_stratum_kept;
DROP INDEX for_the_step"
    );
    ddl::run(manager, &sql).await
}
