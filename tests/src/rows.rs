//! What is in the database, whoever may see it.

use std::collections::{BTreeMap, BTreeSet};

use plumbline::db::{Described, Dimension};
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

/// The SQL that says where a row of `alias` lies in a dimension: its own column, or that of the first row that it
/// hangs on.
fn lies(table: &Described, dimension: Dimension, alias: &str) -> String {
    if let Some(column) = table.column(dimension) {
        return format!("{alias}.{column}");
    }
    let Some(link) = table.link(dimension) else { return "NULL".to_owned() };
    let (other, below) = (&link.other, format!("{alias}x"));
    let (column, names, what) = (&link.column, &link.names, lies(other, dimension, &below));
    let other = &other.table;
    format!("(SELECT {what} FROM {other} {below} WHERE {below}.{names} = {alias}.{column} ORDER BY {below}.id LIMIT 1)")
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

    /// The first id that a query finds.
    pub async fn id(&self, sql: &str) -> Uuid {
        self.all(sql).await.first().expect(sql).try_get("", "id").expect("an id")
    }

    /// All rows of a type of the schema, in all trusts; none if it has no table of its name.
    pub async fn truths(&self, kind: &str) -> Vec<Truth> {
        let table = in_snake_case(kind);
        let columns = self.columns(&table).await;
        if columns.is_empty() {
            return Vec::new();
        }
        let tables = plumbline::app::tables();
        let declared = tables.iter().find(|declared| declared.name == table).expect("a declared table");
        let at = |dimension| lies(&declared.location, dimension, "t");
        let [trust, school, class] = [Dimension::Trust, Dimension::School, Dimension::Class].map(at);
        let filled = columns.iter().map(|name| format!("CASE WHEN t.{name} IS NULL THEN 0 ELSE 1 END AS has_{name}"));
        let filled = filled.collect::<Vec<_>>().join(", ");
        // One query asks where each row lies, with all that it holds.
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
