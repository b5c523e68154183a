//! Loading many rows at once.
//!
//! A statement with a parameter for each value costs PostgreSQL more to parse than the rows cost to write: 94,000
//! judgements took 2 s more than they do here. Here each column comes as one text, which the database takes apart (0.4
//! s of the time). SQLite has no such cost.

use sea_orm::sea_query::{ColumnType, Value};
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, ConnectionTrait, FromQueryResult, IdenStatic, Iterable, Statement,
};

use super::{Permit, Policy, Tx, sealed::Handle};
use crate::error::{Error, Result};

/// Between two values of a column.
const NEXT: char = '\u{1f}';
/// A value that is none.
const NULL: char = '\u{1e}';
/// Rows in a statement: some megabytes of text at most.
const ROWS: usize = 10_000;

impl Tx {
    /// Inserts many whole rows: every column is set. As [`Tx::insert_many`], but fast on PostgreSQL.
    ///
    /// # Errors
    /// As [`Tx::insert`], or a column of a type that no bulk load has needed so far; then none of the
    /// caller's transaction should be kept.
    pub async fn load<E, A>(&self, permit: &Permit<E>, mut rows: Vec<A>) -> Result<()>
    where
        E: Policy,
        A: ActiveModelTrait<Entity = E> + Send,
    {
        // One row is not worth it, and a single empty text would be taken apart into no value at all.
        if !self.is_postgres() || rows.len() < 2 {
            return self.insert_many(permit, rows).await;
        }
        let sql = statement::<E>()?;
        self.announce_access(permit);
        self.written_here().note_active::<E, A>(&rows);
        self.touch_new(&rows);
        while !rows.is_empty() {
            // Rows keep their order, because a row may refer to earlier ones. No row is left alone at the end.
            let take = if rows.len() == ROWS + 1 { ROWS - 1 } else { ROWS.min(rows.len()) };
            let chunk: Vec<A> = rows.drain(..take).collect();
            permit.covers_all(&chunk)?;
            let columns = E::Column::iter().map(|column| column_text(&chunk, column).map(Value::from));
            let values: Vec<Value> = columns.collect::<Result<_>>()?;
            let executor = self.executor();
            let statement = Statement::from_sql_and_values(executor.get_database_backend(), &sql, values);
            executor.execute_raw(statement).await?;
        }
        Ok(())
    }
}

/// Foreign keys of a table that are set aside: name and definition of each.
#[derive(Debug)]
#[must_use = "put them back before the commit"]
pub struct SetAside {
    table: String,
    keys: Vec<ForeignKey>,
}

#[derive(Debug, FromQueryResult)]
struct ForeignKey {
    name: String,
    definition: String,
}

impl Tx {
    /// Sets the foreign keys of a table aside until [`Tx::put_back`], which checks all rows at once. Row by row, the
    /// nine keys of a judgement took PostgreSQL 54 s for 1.7 million rows (a debug build, a busy machine).
    ///
    /// Nobody else can read the table until this is committed, so use it only on a database that is being filled and
    /// serves nobody. It does nothing on SQLite, nor if the user does not own the table.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_aside<E: Policy>(&self) -> Result<SetAside> {
        let table = E::default().table_name().to_owned();
        let mut keys = Vec::new();
        if self.is_postgres() {
            let sql = "SELECT k.conname::text AS name, pg_get_constraintdef(k.oid) AS definition
                       FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid
                       WHERE k.conrelid = $1::text::regclass AND k.contype = 'f' AND pg_has_role(t.relowner, 'USAGE')
                       ORDER BY k.conname";
            keys = self.select(sql, [table.as_str().into()]).await?;
        }
        for ForeignKey { name, .. } in &keys {
            self.run(&format!("ALTER TABLE \"{table}\" DROP CONSTRAINT \"{name}\""), []).await?;
        }
        Ok(SetAside { table, keys })
    }

    /// Puts foreign keys back as they were, and checks every row by them.
    ///
    /// # Errors
    /// A row refers to none; then none of the caller's transaction should be kept.
    pub async fn put_back(&self, aside: SetAside) -> Result<()> {
        let SetAside { table, keys } = aside;
        for ForeignKey { name, definition } in keys {
            self.run(&format!("ALTER TABLE \"{table}\" ADD CONSTRAINT \"{name}\" {definition}"), []).await?;
        }
        Ok(())
    }
}

/// `INSERT INTO t (a, b) SELECT * FROM unnest(a's values, b's values)`.
fn statement<E: Policy>() -> Result<String> {
    let mut names = Vec::new();
    let mut arrays = Vec::new();
    for (column, number) in E::Column::iter().zip(1..) {
        let kind = match column.def().get_column_type() {
            ColumnType::Uuid => "uuid",
            ColumnType::Text | ColumnType::String(_) => "text",
            ColumnType::SmallInteger => "int2",
            ColumnType::Integer => "int4",
            ColumnType::BigInteger => "int8",
            ColumnType::Boolean => "bool",
            ColumnType::Date => "date",
            ColumnType::TimestampWithTimeZone => "timestamptz",
            ColumnType::Json | ColumnType::JsonBinary => "jsonb",
            other => return Err(Error::internal(format!("a bulk load of {other:?}"))),
        };
        names.push(format!("\"{}\"", column.as_str()));
        arrays.push(format!("string_to_array(${number}, E'\\x1f', E'\\x1e')::{kind}[]"));
    }
    let table = E::default();
    Ok(format!(
        "INSERT INTO \"{}\" ({}) SELECT * FROM unnest({})",
        table.table_name(),
        names.join(", "),
        arrays.join(", ")
    ))
}

/// The values of a column, one after the other.
fn column_text<A: ActiveModelTrait>(rows: &[A], column: <A::Entity as sea_orm::EntityTrait>::Column) -> Result<String> {
    let mut text = String::new();
    for (at, row) in rows.iter().enumerate() {
        if at > 0 {
            text.push(NEXT);
        }
        let (ActiveValue::Set(value) | ActiveValue::Unchanged(value)) = row.get(column) else {
            return Err(Error::internal("a row of a bulk load is not whole"));
        };
        push(&mut text, &value)?;
    }
    Ok(text)
}

fn push(text: &mut String, value: &Value) -> Result<()> {
    use std::fmt::Write as _;
    let written = match value {
        Value::Uuid(Some(value)) => write!(text, "{value}"),
        Value::SmallInt(Some(value)) => write!(text, "{value}"),
        Value::Int(Some(value)) => write!(text, "{value}"),
        Value::BigInt(Some(value)) => write!(text, "{value}"),
        Value::Bool(Some(value)) => write!(text, "{value}"),
        Value::ChronoDate(Some(value)) => write!(text, "{value}"),
        Value::ChronoDateTimeUtc(Some(value)) => text.write_str(&value.to_rfc3339()),
        Value::String(Some(value)) if value.contains([NEXT, NULL]) => Err(std::fmt::Error),
        Value::String(Some(value)) => text.write_str(value),
        // JSON writes control characters out, so that none of them parts values here.
        Value::Json(Some(value)) => write!(text, "{value}"),
        none if *none == none.as_null() => text.write_char(NULL),
        _ => Err(std::fmt::Error),
    };
    written.map_err(|_| Error::internal("a value that no bulk load can carry"))
}

#[cfg(test)]
mod tests {
    use plumbline_entity::{appointment, judgement};

    use super::*;

    #[test]
    fn a_value_is_written_as_the_database_reads_it() {
        let mut text = String::new();
        let values = [
            Value::from(3_i16),
            Value::Uuid(None),
            Value::from("a\\b"),
            Value::from(true),
            Value::from(""),
            Value::from(serde_json::json!(["\u{1f}"])),
        ];
        for value in &values {
            push(&mut text, value).expect("a value");
            text.push(NEXT);
        }
        assert_eq!(text, "3\u{1f}\u{1e}\u{1f}a\\b\u{1f}true\u{1f}\u{1f}[\"\\u001f\"]\u{1f}");
        assert!(push(&mut text, &Value::from("a\u{1f}b")).is_err(), "it would be taken for two");
        assert!(push(&mut text, &Value::from(0.5)).is_err(), "no column holds such a number");
    }

    #[test]
    fn each_column_is_taken_apart_as_its_own_type() {
        let sql = statement::<judgement::Entity>().expect("a statement");
        assert!(sql.starts_with("INSERT INTO \"judgement\" (\"id\", \"trust_id\""), "{sql}");
        assert!(sql.contains("string_to_array($6, E'\\x1f', E'\\x1e')::int2[]"), "{sql}");
        assert!(statement::<appointment::Entity>().is_ok());
    }
}
