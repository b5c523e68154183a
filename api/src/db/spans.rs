//! What traces tell of exchanges with the database, by the names of OpenTelemetry's
//! [conventions](https://opentelemetry.io/docs/specs/semconv/database/database-spans/): the kind of statement and its first
//! table. Neither its text nor its values are told.

use sea_orm::DbBackend;
use tracing::{Span, info_span};

use crate::telemetry::TRACES;

/// The span of a statement.
pub(super) fn statement(backend: DbBackend, sql: &str) -> Span {
    info_span!(
        target: TRACES,
        "statement",
        otel.name = summary(sql),
        otel.kind = "client",
        db.system.name = system(backend),
        db.operation.name = operation(sql),
        db.collection.name = table(sql),
    )
}

/// The span of the beginning or the end of a transaction.
pub(super) fn boundary(backend: DbBackend, operation: &'static str) -> Span {
    info_span!(
        target: TRACES,
        "boundary",
        otel.name = operation,
        otel.kind = "client",
        db.system.name = system(backend),
        db.operation.name = operation,
    )
}

const fn system(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => "postgresql",
        _ => "sqlite",
    }
}

fn summary(sql: &str) -> String {
    match table(sql) {
        Some(table) => format!("{} {table}", operation(sql)),
        None => operation(sql).to_owned(),
    }
}

/// `SELECT`, `INSERT`, ..
fn operation(sql: &str) -> &str {
    let word = sql.trim_start().split(|letter: char| !letter.is_ascii_alphabetic()).next();
    word.filter(|word| !word.is_empty()).unwrap_or("statement")
}

/// The first table that a statement names in quotes after `FROM`, `INTO` or `UPDATE`. Columns are quoted as well, but
/// follow other words.
fn table(sql: &str) -> Option<&str> {
    let after =
        ["FROM \"", "INTO \"", "UPDATE \""].iter().filter_map(|word| sql.find(word).map(|at| at + word.len())).min()?;
    sql.get(after..)?.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_told_by_its_kind_and_its_first_table() {
        for (sql, expected) in [
            (r#"SELECT "pupil"."id" FROM "pupil" WHERE "pupil"."id" IN (SELECT "x" FROM "enrolment")"#, "SELECT pupil"),
            (r#"INSERT INTO "judgement" ("id") VALUES ($1)"#, "INSERT judgement"),
            (r#"UPDATE "class" SET "name" = $1"#, "UPDATE class"),
            (r#"DELETE FROM "cost_bucket""#, "DELETE cost_bucket"),
            ("SELECT pg_notify($1, $2)", "SELECT"),
            ("", "statement"),
        ] {
            assert_eq!(summary(sql), expected);
        }
    }
}
