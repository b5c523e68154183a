//! What is in the database, whoever may see it.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, QueryResult, Statement};
use uuid::Uuid;

use crate::TestApp;
use crate::sdl::in_snake_case;

/// A row as it lies in the database: where it belongs, and what it holds.
#[derive(Clone, Debug)]
pub struct Truth {
    /// Its id.
    pub id: Uuid,
    /// Its trust; none for what is of no trust.
    pub trust: Option<Uuid>,
    /// Its school, for what is of one school.
    pub school: Option<Uuid>,
    /// Its class, for what is of one class.
    pub class: Option<Uuid>,
    /// The columns that are not null.
    pub filled: BTreeSet<String>,
    /// What its columns that end in `_id` point to.
    pub points_to: BTreeMap<String, Uuid>,
}

/// The global id of a row of the type with this name.
#[must_use]
pub fn global_id_of(kind: &str, id: Uuid) -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    URL_SAFE_NO_PAD.encode([kind.as_bytes(), b":", id.as_bytes()].concat())
}

/// Where the rows of a type belong (`trust`, `school`, `class`, over the table as `t`), for the types whose
/// tables do not say so in columns of these names.
fn belongs(kind: &str) -> Option<[&'static str; 3]> {
    const OF_WORK: [&str; 3] = [
        "t.trust_id",
        "(SELECT w.school_id FROM sampled_work w WHERE w.id = t.work_id)",
        "(SELECT w.class_id FROM sampled_work w WHERE w.id = t.work_id)",
    ];
    Some(match kind {
        "Trust" => ["t.id", "NULL", "NULL"],
        "School" => ["t.trust_id", "t.id", "NULL"],
        "Class" => ["t.trust_id", "t.school_id", "t.id"],
        "StaffMember" => [
            "t.trust_id",
            "(SELECT a.school_id FROM appointment a WHERE a.staff_member_id = t.id ORDER BY a.id LIMIT 1)",
            "(SELECT a.class_id FROM appointment a WHERE a.staff_member_id = t.id ORDER BY a.id LIMIT 1)",
        ],
        "Pupil" => [
            "t.trust_id",
            "(SELECT e.school_id FROM enrolment e WHERE e.pupil_id = t.id ORDER BY e.id LIMIT 1)",
            "(SELECT e.class_id FROM enrolment e WHERE e.pupil_id = t.id ORDER BY e.id LIMIT 1)",
        ],
        "PupilCharacteristics" => [
            "t.trust_id",
            "(SELECT e.school_id FROM enrolment e WHERE e.pupil_id = t.pupil_id ORDER BY e.id LIMIT 1)",
            "(SELECT e.class_id FROM enrolment e WHERE e.pupil_id = t.pupil_id ORDER BY e.id LIMIT 1)",
        ],
        "SecondJudgement" | "ModerationOutcome" => OF_WORK,
        _ => return None,
    })
}

impl TestApp {
    async fn all(&self, sql: &str) -> Vec<QueryResult> {
        let statement = Statement::from_string(self.raw.get_database_backend(), sql);
        self.raw.query_all_raw(statement).await.expect(sql)
    }

    async fn names(&self, sql: &str) -> Vec<String> {
        self.all(sql).await.iter().map(|row| row.try_get("", "name").expect("a name")).collect()
    }

    /// All tables of the database, but the one of the migrations.
    pub async fn tables(&self) -> Vec<String> {
        let sql = if self.db.is_postgres() {
            "SELECT table_name AS name FROM information_schema.tables \
             WHERE table_schema = 'public' AND table_name <> 'seaql_migrations' ORDER BY 1"
        } else {
            "SELECT name FROM sqlite_master \
             WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'seaql_migrations' ORDER BY 1"
        };
        self.names(sql).await
    }

    /// The columns of a table; none where there is no such table.
    pub async fn columns(&self, table: &str) -> Vec<String> {
        let sql = if self.db.is_postgres() {
            format!(
                "SELECT column_name AS name FROM information_schema.columns WHERE table_name = '{table}' ORDER BY 1"
            )
        } else {
            format!("SELECT name FROM pragma_table_info('{table}') ORDER BY 1")
        };
        self.names(&sql).await
    }

    /// The id that a query finds first.
    pub async fn id(&self, sql: &str) -> Uuid {
        self.all(sql).await.first().expect(sql).try_get("", "id").expect("an id")
    }

    /// All rows of a type of the schema, of all trusts; none where it has no table of its name.
    pub async fn truths(&self, kind: &str) -> Vec<Truth> {
        let table = in_snake_case(kind);
        let columns = self.columns(&table).await;
        if columns.is_empty() {
            return Vec::new();
        }
        let column = |name: &str| {
            if columns.iter().any(|column| column == name) { format!("t.{name}") } else { "NULL".to_owned() }
        };
        let own = || [column("trust_id"), column("school_id"), column("class_id")];
        let [trust, school, class] = belongs(kind).map_or_else(own, |place| place.map(str::to_owned));
        let filled = columns.iter().map(|name| format!("CASE WHEN t.{name} IS NULL THEN 0 ELSE 1 END AS has_{name}"));
        let filled = filled.collect::<Vec<_>>().join(", ");
        // Which rows are someone's is asked in one go, with all that they hold.
        let sql = format!(
            "SELECT {trust} AS of_trust, {school} AS of_school, {class} AS of_class, {filled}, t.* FROM {table} t ORDER BY t.id"
        );
        let read = |row: &QueryResult| Truth {
            id: row.try_get("", "id").expect("an id"),
            trust: row.try_get("", "of_trust").expect("a trust or none"),
            school: row.try_get("", "of_school").ok().flatten(),
            class: row.try_get("", "of_class").ok().flatten(),
            filled: columns
                .iter()
                .filter(|name| row.try_get::<i32>("", &format!("has_{name}")).expect("nought or one") == 1)
                .cloned()
                .collect(),
            points_to: columns
                .iter()
                .filter(|name| name.ends_with("_id"))
                // A text that ends in `_id` is no link: the `client_id` of an application.
                .filter_map(|name| Some((name.clone(), row.try_get::<Option<Uuid>>("", name).ok().flatten()?)))
                .collect(),
        };
        self.all(&sql).await.iter().map(read).collect()
    }
}
