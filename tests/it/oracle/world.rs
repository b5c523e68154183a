//! All rows of all tables, as plain lists in memory: what the second implementation of the rules reads.

use std::collections::BTreeSet;

use plumbline::comparison::{cells, editions};
use plumbline_entity as entity;
use plumbline_tests::TestApp;
use sea_orm::{
    ConnectionTrait, EntityTrait, IdenStatic as _, IntoActiveModel as _, Iterable as _, ModelTrait,
    TransactionTrait as _,
};

use super::values::{Columns, Row, Rows};

/// Declares the tables in the order in which they can be filled, each with its key, and the types that have one.
macro_rules! tables {
    ($($table:ident by $($key:ident)+ $(=> $kind:ident)?),+ $(,)?) => {
        /// The types that have an id and a table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Kind { $($($kind,)?)+ }

        impl Kind {
            /// All of them.
            pub const ALL: &[Self] = &[$($(Self::$kind,)?)+];
        }

        /// All rows of all tables.
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct World {
            $(pub $table: Vec<entity::$table::Model>,)+
        }

        impl World {
            /// The names of all tables.
            pub const TABLES: &[&str] = &[$(stringify!($table)),+];

            /// Reads all that is in the database, past every scope.
            pub async fn read(app: &TestApp) -> Self {
                let mut world = Self::default();
                $(world.$table = entity::$table::Entity::find().all(&app.raw).await.expect(stringify!($table));)+
                world.sort();
                world
            }

            /// All rows of the types that have an id, as the schema shows them.
            pub fn rows(&self) -> Rows {
                let mut rows = Rows::new();
                $($(rows.insert(Kind::$kind, self.$table.iter().map(|row| (row.id, Row::of(Kind::$kind, &columns(row)))).collect());)?)+
                rows
            }

            /// Puts the rows of each table into the order of their keys, which does not depend on the database.
            fn sort(&mut self) {
                $(self.$table.sort_by(|a, b| ($(&a.$key,)+).cmp(&($(&b.$key,)+)));)+
            }

            /// Writes all rows into an empty database.
            async fn insert(&self, db: &impl ConnectionTrait) {
                $(for rows in self.$table.chunks(500) {
                    let rows = rows.iter().map(|row| row.clone().into_active_model());
                    entity::$table::Entity::insert_many(rows).exec_without_returning(db).await.expect(stringify!($table));
                })+
            }

            /// The tables in which two worlds differ, with the rows that one has and the other has not.
            pub fn differences(&self, after: &Self) -> Vec<(&'static str, Vec<String>, Vec<String>)> {
                let mut found = Vec::new();
                $(if self.$table != after.$table {
                    let text = |rows: &[entity::$table::Model]| rows.iter().map(|row| format!("{row:?}")).collect::<BTreeSet<_>>();
                    let (before, after) = (text(&self.$table), text(&after.$table));
                    let lost = before.difference(&after).cloned().collect();
                    found.push((stringify!($table), lost, after.difference(&before).cloned().collect()));
                })+
                found
            }
        }
    };
}

tables! {
    trust by id => Trust,
    school by id => School,
    school_predecessor by school_id urn,
    academic_year by id => AcademicYear,
    phase by id => Phase,
    subject by id => Subject,
    curriculum by id => Curriculum,
    curriculum_version by id => CurriculumVersion,
    objective by id => Objective,
    objective_link by id,
    class by id => Class,
    staff_member by id => StaffMember,
    appointment by id => Appointment,
    pupil by id => Pupil,
    former_name by id,
    former_upn by id,
    pupil_erasure by id,
    pupil_merge by id,
    pupil_characteristics by id => PupilCharacteristics,
    enrolment by id => Enrolment,
    framework by id => Framework,
    grade by id => Grade,
    assessment_window by id => AssessmentWindow,
    judgement by id => Judgement,
    moderation_exercise by id => ModerationExercise,
    exercise_step by id => ExerciseStep,
    sample_stratum by id,
    sampled_work by id => SampledWork,
    second_judgement by id => SecondJudgement,
    moderation_outcome by id => ModerationOutcome,
    client_application by id => ClientApplication,
    access_grant by id => AccessGrant,
    published_outcome by id,
    plan by id => Plan,
    plan_objective by id,
    plan_step by id => PlanStep,
    adaptation by id => Adaptation,
    shared_adaptation by id => SharedAdaptation,
    taught_objective by id => TaughtObjective,
    insecure_pupil by id,
    focus by id => Focus,
    coverage_cell by class_id subject_id year_group strand category,
    judgement_cell by window_id subject_id attribute class_id year_group group_value grade_id,
    agreement_cell by exercise_id attribute class_id year_group group_value basis moderator_id first_grade_id moderated_grade_id,
    agreement_edition by id,
    agreement_edition_cell by edition_id attribute class_id year_group group_value basis first_grade_id moderated_grade_id,
    agreement_edition_work by edition_id work_id,
    idempotency_key by actor mutation key,
}

/// What the columns of a row hold.
fn columns<M: ModelTrait>(row: &M) -> Columns {
    <M::Entity as EntityTrait>::Column::iter().map(|column| (column.as_str(), row.get(column))).collect()
}

impl World {
    /// Fills an empty database with this world, has its cells counted and its editions made, and reads it back.
    pub async fn fill(self, app: &TestApp) -> Self {
        let transaction = app.raw.begin().await.expect("a transaction");
        self.insert(&transaction).await;
        transaction.commit().await.expect("the world");
        let tx = app.db.begin().await.expect("a transaction");
        for trust in &self.trust {
            cells::rebuild(&tx, trust.id).await.expect("the cells");
        }
        tx.commit().await.expect("the cells");
        editions::catch_up(&app.db, TestApp::now()).await.expect("the editions");
        Self::read(app).await
    }
}
