//! First grades are compared with two others: the agreed one, and that of the blind second judgement. Cells know by which
//! moderator a work was judged.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::ddl;

/// The step.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, &cells(true)).await?;
        ddl::run(manager, &edition_cells(true)).await?;
        ddl::run(
            manager,
            "ALTER TABLE agreement_edition_work ADD COLUMN
             second_grade_id UUID;
             ALTER TABLE agreement_edition ADD COLUMN
             moderators JSONB;
             ALTER TABLE demo_fill ADD COLUMN
             effects BOOLEAN NOT NULL DEFAULT TRUE",
        )
        .await?;
        // Cells are counted anew from what they count.
        let nil = match manager.get_connection().get_database_backend() {
            DbBackend::Sqlite => "X'00000000000000000000000000000000'",
            _ => "'00000000-0000-0000-0000-000000000000'::uuid",
        };
        ddl::run(manager, &COUNTED.replace("{nil}", nil)).await
    }

    /// Readings of the blind second judgement are left out.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, "ALTER TABLE demo_fill DROP COLUMN effects").await?;
        ddl::run(manager, "ALTER TABLE agreement_edition DROP COLUMN moderators").await?;
        ddl::run(manager, "ALTER TABLE agreement_edition_work DROP COLUMN second_grade_id").await?;
        ddl::run(manager, &edition_cells(false)).await?;
        ddl::run(
            manager,
            "CREATE TABLE agreement_cell_before AS SELECT exercise_id, window_id, subject_id, school_id, class_id, year_group,
               attribute, group_value, first_grade_id, moderated_grade_id, trust_id, SUM(pupils) AS pupils
             FROM agreement_cell WHERE basis = 'AGREED' GROUP BY exercise_id, window_id, subject_id, school_id, class_id,
               year_group, attribute, group_value, first_grade_id, moderated_grade_id, trust_id",
        )
        .await?;
        ddl::run(manager, &cells(false)).await?;
        ddl::run(
            manager,
            "INSERT INTO agreement_cell SELECT * FROM agreement_cell_before;
             DROP TABLE agreement_cell_before",
        )
        .await
    }
}

/// The table of cells, made anew and empty.
fn cells(with_readings: bool) -> String {
    let (columns, key) = match with_readings {
        true => (
            "basis TEXT NOT NULL CHECK (basis IN ('AGREED', 'BLIND_SECOND')),
  moderator_id UUID NOT NULL,",
            ", basis, moderator_id",
        ),
        false => ("", ""),
    };
    format!(
        "DROP TABLE agreement_cell;
CREATE TABLE agreement_cell (
  exercise_id UUID NOT NULL,
  window_id UUID NOT NULL,
  subject_id UUID NOT NULL,
  school_id UUID NOT NULL,
  class_id UUID NOT NULL,
  year_group SMALLINT NOT NULL CHECK (year_group BETWEEN -2 AND 13),
  attribute TEXT NOT NULL CHECK (attribute IN ('ALL', 'SEX', 'DISADVANTAGED', 'SEN', 'EAL')),
  group_value TEXT NOT NULL,
  {columns}
  first_grade_id UUID NOT NULL,
  moderated_grade_id UUID NOT NULL,
  trust_id UUID NOT NULL,
  pupils INTEGER NOT NULL CHECK (pupils > 0),
  PRIMARY KEY (exercise_id, attribute, school_id, class_id, year_group, group_value, first_grade_id, moderated_grade_id{key})
)"
    )
}

/// The table of an edition's cells, made anew and filled with what it held. It was all of agreed grades.
fn edition_cells(with_readings: bool) -> String {
    let (column, key, filled, kept) = match with_readings {
        true => ("basis TEXT NOT NULL CHECK (basis IN ('AGREED', 'BLIND_SECOND')),", ", basis", "'AGREED', ", ""),
        false => ("", "", "", "WHERE basis = 'AGREED'"),
    };
    format!(
        "CREATE TABLE agreement_edition_cell_kept AS SELECT * FROM agreement_edition_cell {kept};
DROP TABLE agreement_edition_cell;
CREATE TABLE agreement_edition_cell (
  edition_id UUID NOT NULL REFERENCES agreement_edition (id),
  school_id UUID NOT NULL,
  class_id UUID NOT NULL,
  year_group SMALLINT NOT NULL CHECK (year_group BETWEEN -2 AND 13),
  attribute TEXT NOT NULL CHECK (attribute IN ('ALL', 'SEX', 'DISADVANTAGED', 'SEN', 'EAL')),
  group_value TEXT NOT NULL,
  {column}
  first_grade_id UUID NOT NULL,
  moderated_grade_id UUID NOT NULL,
  trust_id UUID NOT NULL,
  weight INTEGER NOT NULL CHECK (weight >= 1000),
  is_linked BOOLEAN NOT NULL,
  pupils INTEGER NOT NULL CHECK (pupils > 0),
  PRIMARY KEY (edition_id, attribute, school_id, class_id, year_group, group_value, first_grade_id, moderated_grade_id{key})
);
INSERT INTO agreement_edition_cell SELECT edition_id, school_id, class_id, year_group, attribute, group_value, {filled}first_grade_id,
  moderated_grade_id, trust_id, weight, is_linked, pupils FROM agreement_edition_cell_kept;
DROP TABLE agreement_edition_cell_kept"
    )
}

/// As the service counts cells at the time of this step.
const COUNTED: &str = "
INSERT INTO agreement_cell (trust_id, exercise_id, window_id, subject_id, school_id, class_id, year_group, attribute,
                            group_value, basis, moderator_id, first_grade_id, moderated_grade_id, pupils)
SELECT s.trust_id, s.exercise_id, j.window_id, j.subject_id, s.school_id, s.class_id, s.year_group, a.attribute,
       CASE a.attribute
         WHEN 'SEX' THEN p.sex
         WHEN 'DISADVANTAGED' THEN CASE WHEN c.id IS NULL THEN 'UNKNOWN' WHEN c.disadvantaged THEN 'YES' ELSE 'NO' END
         WHEN 'SEN' THEN COALESCE(c.sen, 'UNKNOWN')
         WHEN 'EAL' THEN CASE c.first_language WHEN 'ENGLISH' THEN 'NO' WHEN 'OTHER' THEN 'YES' ELSE 'UNKNOWN' END
         ELSE 'ALL' END AS group_value,
       b.basis, COALESCE(m.moderator_id, {nil}), j.grade_id, g.id, COUNT(*)
FROM sampled_work s
JOIN judgement j ON j.id = s.judgement_id
JOIN assessment_window w ON w.id = j.window_id
JOIN pupil p ON p.id = j.pupil_id
LEFT JOIN pupil_characteristics c ON c.pupil_id = j.pupil_id AND c.academic_year_id = w.academic_year_id
LEFT JOIN moderation_outcome o ON o.work_id = s.id
LEFT JOIN second_judgement m ON m.id = (SELECT n.id FROM second_judgement n WHERE n.work_id = s.id AND n.is_current
                                        ORDER BY n.recorded_at, n.id LIMIT 1)
JOIN grade f ON f.id = j.grade_id AND f.rank IS NOT NULL
CROSS JOIN (SELECT 'AGREED' AS basis UNION ALL SELECT 'BLIND_SECOND') b
JOIN grade g ON g.rank IS NOT NULL
  AND g.id = CASE b.basis WHEN 'AGREED' THEN COALESCE(o.agreed_grade_id, m.grade_id) ELSE m.grade_id END
CROSS JOIN (SELECT 'ALL' AS attribute UNION ALL SELECT 'SEX' UNION ALL SELECT 'DISADVANTAGED' UNION ALL SELECT 'SEN'
            UNION ALL SELECT 'EAL') a
GROUP BY s.trust_id, s.exercise_id, j.window_id, j.subject_id, s.school_id, s.class_id, s.year_group, a.attribute,
         group_value, b.basis, m.moderator_id, j.grade_id, g.id
";
