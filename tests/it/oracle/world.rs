//! All rows of all tables, as plain lists in memory: what the second implementation of the rules reads.

use std::collections::BTreeSet;

use plumbline::comparison::{cells, editions};
use plumbline_entity::{
    academic_year, access_grant, agreement_cell, agreement_edition, agreement_edition_cell, agreement_edition_work,
    appointment, assessment_window, class, client_application, enrolment, framework, grade, idempotency_key, judgement,
    judgement_cell, moderation_exercise, moderation_outcome, phase, published_outcome, pupil, pupil_characteristics,
    sample_stratum, sampled_work, school, school_predecessor, second_judgement, staff_member, subject, trust,
};
use plumbline_tests::TestApp;
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel as _, TransactionTrait as _};

/// Declares the tables in the order in which they can be filled.
macro_rules! tables {
    ($($table:ident by $($key:ident)+),+ $(,)?) => {
        /// All rows of all tables.
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct World {
            $(pub $table: Vec<$table::Model>,)+
        }

        impl World {
            /// Reads all that is in the database, past every scope.
            pub async fn read(app: &TestApp) -> Self {
                let mut world = Self::default();
                $(world.$table = $table::Entity::find().all(&app.raw).await.expect(stringify!($table));)+
                world.sort();
                world
            }

            /// Puts the rows of each table into the order of their keys, which does not depend on the database.
            fn sort(&mut self) {
                $(self.$table.sort_by(|a, b| ($(&a.$key,)+).cmp(&($(&b.$key,)+)));)+
            }

            /// Writes all rows into an empty database.
            async fn insert(&self, db: &impl ConnectionTrait) {
                $(for rows in self.$table.chunks(500) {
                    let rows = rows.iter().map(|row| row.clone().into_active_model());
                    $table::Entity::insert_many(rows).exec_without_returning(db).await.expect(stringify!($table));
                })+
            }

            /// The tables in which two worlds differ, with the rows that one has and the other has not.
            pub fn differences(&self, after: &Self) -> Vec<(&'static str, Vec<String>, Vec<String>)> {
                let mut found = Vec::new();
                $(if self.$table != after.$table {
                    let text = |rows: &[$table::Model]| rows.iter().map(|row| format!("{row:?}")).collect::<BTreeSet<_>>();
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
    trust by id,
    school by id,
    school_predecessor by school_id urn,
    academic_year by id,
    phase by id,
    subject by id,
    class by id,
    staff_member by id,
    appointment by id,
    pupil by id,
    pupil_characteristics by id,
    enrolment by id,
    framework by id,
    grade by id,
    assessment_window by id,
    judgement by id,
    moderation_exercise by id,
    sample_stratum by id,
    sampled_work by id,
    second_judgement by id,
    moderation_outcome by id,
    client_application by id,
    access_grant by id,
    published_outcome by id,
    judgement_cell by window_id subject_id attribute class_id year_group group_value grade_id,
    agreement_cell by exercise_id attribute class_id year_group group_value first_grade_id moderated_grade_id,
    agreement_edition by id,
    agreement_edition_cell by edition_id attribute class_id year_group group_value first_grade_id moderated_grade_id,
    agreement_edition_work by edition_id work_id,
    idempotency_key by actor mutation key,
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
