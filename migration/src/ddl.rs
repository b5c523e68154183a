//! Portable DDL: steps are written as SQL in the types of PostgreSQL, one column a line.
//!
//! SQLite has no types to speak of: it takes a bad uuid, date or boolean and fails only when it is
//! read. So there each such column gets a `CHECK` that refuses what PostgreSQL would refuse.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

/// Runs each statement of `sql` (separated by `;`), rewritten for the database at hand.
///
/// # Errors
/// Whatever the database answers; the caller's transaction is then rolled back whole.
pub async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let sqlite = connection.get_database_backend() == DbBackend::Sqlite;
    for statement in sql.split(';').map(str::trim).filter(|s| !s.is_empty()) {
        let statement = if sqlite { for_sqlite(statement) } else { statement.to_owned() };
        connection.execute_unprepared(&statement).await?;
    }
    Ok(())
}

/// Runs statements that have a `;` within, as triggers do, each as it stands: for one database alone.
///
/// # Errors
/// As [`run`].
pub async fn run_whole(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    for statement in statements {
        manager.get_connection().execute_unprepared(statement).await?;
    }
    Ok(())
}

/// Rewrites the column lines of a `CREATE TABLE`, and of an `ALTER TABLE` that adds a column on a line of its own; other
/// statements pass as they are.
fn for_sqlite(statement: &str) -> String {
    if !["CREATE TABLE", "ALTER TABLE"].iter().any(|beginning| statement.starts_with(beginning)) {
        return statement.to_owned();
    }
    statement.lines().map(column_for_sqlite).collect::<Vec<_>>().join("\n")
}

fn column_for_sqlite(line: &str) -> String {
    let mut words = line.split_whitespace();
    let (Some(name), Some(kind)) = (words.next(), words.next()) else {
        return line.to_owned();
    };
    let kind = kind.trim_end_matches(',');
    let (sqlite_type, check) = match kind {
        "UUID" => ("uuid_text", format!("(typeof({name}) = 'blob' AND length({name}) = 16)")),
        "DATE" => ("date_text", format!("({name} GLOB '[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]')")),
        "TIMESTAMPTZ" => ("timestamp_with_timezone_text", format!("(typeof({name}) = 'text')")),
        "BOOLEAN" => ("boolean", format!("({name} IN (0, 1))")),
        "JSONB" => ("json_text", format!("(json_valid({name}))")),
        "BYTEA" => ("blob", format!("(typeof({name}) = 'blob')")),
        _ => return line.to_owned(),
    };
    let (head, comma) = match line.trim_end().strip_suffix(',') {
        Some(head) => (head, ","),
        None => (line.trim_end(), ""),
    };
    let typed = head.replacen(kind, sqlite_type, 1);
    format!("{typed} CHECK ({name} IS NULL OR {check}){comma}")
}

#[cfg(test)]
mod tests {
    use super::for_sqlite;

    #[test]
    fn a_uuid_column_is_checked_on_sqlite() {
        let sql = for_sqlite("CREATE TABLE a (\n  id UUID PRIMARY KEY,\n  name TEXT NOT NULL\n)");
        assert_eq!(
            sql,
            "CREATE TABLE a (\n  id uuid_text PRIMARY KEY CHECK (id IS NULL OR (typeof(id) = 'blob' AND length(id) = 16)),\n  name TEXT NOT NULL\n)"
        );
    }
}
