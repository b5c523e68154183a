//! All rows of all tables, as plain lists in memory: what the second implementation of the rules reads.

use plumbline::comparison::cells;
use plumbline_entity::{
    academic_year, access_grant, agreement_cell, appointment, assessment_window, class, client_application, enrolment,
    framework, grade, idempotency_key, judgement, judgement_cell, moderation_exercise, moderation_outcome, phase,
    published_outcome, pupil, pupil_characteristics, sample_stratum, sampled_work, school, school_predecessor,
    second_judgement, staff_member, subject, trust,
};
use plumbline_tests::TestApp;
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel as _, TransactionTrait as _};

/// Declares the tables in the order in which they can be filled.
macro_rules! tables {
    ($($table:ident),+ $(,)?) => {
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

            /// Puts the rows of each table into an order that does not depend on the database.
            fn sort(&mut self) {
                $(self.$table.sort_by_cached_key(|row| format!("{row:?}"));)+
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
                $({
                    let lost = self.$table.iter().filter(|row| !after.$table.contains(row));
                    let new = after.$table.iter().filter(|row| !self.$table.contains(row));
                    let lost: Vec<String> = lost.map(|row| format!("{row:?}")).collect();
                    let new: Vec<String> = new.map(|row| format!("{row:?}")).collect();
                    if !(lost.is_empty() && new.is_empty()) {
                        found.push((stringify!($table), lost, new));
                    }
                })+
                found
            }
        }
    };
}

tables! {
    trust, school, school_predecessor, academic_year, phase, subject, class, staff_member, appointment, pupil,
    pupil_characteristics, enrolment, framework, grade, assessment_window, judgement, moderation_exercise,
    sample_stratum, sampled_work, second_judgement, moderation_outcome, client_application, access_grant,
    published_outcome, judgement_cell, agreement_cell, idempotency_key,
}

impl World {
    /// Fills an empty database with this world, has its cells counted, and reads it back.
    pub async fn fill(self, app: &TestApp) -> Self {
        let transaction = app.raw.begin().await.expect("a transaction");
        self.insert(&transaction).await;
        transaction.commit().await.expect("the world");
        let tx = app.db.begin().await.expect("a transaction");
        for trust in &self.trust {
            cells::rebuild(&tx, trust.id).await.expect("the cells");
        }
        tx.commit().await.expect("the cells");
        Self::read(app).await
    }
}
