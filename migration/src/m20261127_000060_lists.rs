//! Indexes that give lists their order within their scope, so that a page reads no more than it shows, however large the
//! trust is.

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
DROP INDEX judgement_by_pupil;
CREATE INDEX judgement_by_pupil ON judgement (pupil_id, judged_on DESC, id);
CREATE INDEX judgement_of_school_by_day ON judgement (school_id, judged_on DESC, id);
CREATE INDEX judgement_of_trust_by_day ON judgement (trust_id, judged_on DESC, id);
DROP INDEX pupil_by_name;
CREATE INDEX pupil_by_name ON pupil (trust_id, family_name, given_name, id);
CREATE INDEX pupil_by_birth ON pupil (trust_id, date_of_birth, id);
CREATE INDEX enrolment_of_school_by_day ON enrolment (school_id, starts_on DESC, id);
CREATE INDEX enrolment_of_trust_by_day ON enrolment (trust_id, starts_on DESC, id);
DROP INDEX class_by_trust;
CREATE INDEX class_by_name ON class (trust_id, name, id);
CREATE INDEX class_by_year_group ON class (trust_id, lowest_year_group, name, id);
CREATE INDEX second_judgement_of_moderator_by_day ON second_judgement (moderator_id, judged_on DESC, id);
CREATE INDEX second_judgement_of_trust_by_day ON second_judgement (trust_id, judged_on DESC, id);
CREATE INDEX sampled_work_by_code ON sampled_work (trust_id, code, id);
CREATE INDEX sampled_work_of_school_by_code ON sampled_work (school_id, code, id);
";

const DOWN: &str = r"
DROP INDEX sampled_work_of_school_by_code;
DROP INDEX sampled_work_by_code;
DROP INDEX second_judgement_of_trust_by_day;
DROP INDEX second_judgement_of_moderator_by_day;
DROP INDEX class_by_year_group;
DROP INDEX class_by_name;
CREATE INDEX class_by_trust ON class (trust_id, id);
DROP INDEX enrolment_of_trust_by_day;
DROP INDEX enrolment_of_school_by_day;
DROP INDEX pupil_by_birth;
DROP INDEX pupil_by_name;
CREATE INDEX pupil_by_name ON pupil (trust_id, family_name, id);
DROP INDEX judgement_of_trust_by_day;
DROP INDEX judgement_of_school_by_day;
DROP INDEX judgement_by_pupil;
CREATE INDEX judgement_by_pupil ON judgement (pupil_id);
";
