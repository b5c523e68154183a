//! What the query builder cannot say: SQL as it stands, and names that a transaction holds.

use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};

use super::{Tx, sealed::Handle};
use crate::error::Result;

impl Tx {
    /// Waits until no other transaction holds this name, and holds it until this transaction ends. For data that must
    /// be read and rewritten as a whole. SQLite has one writer anyway.
    ///
    /// # Errors
    /// The database failed.
    pub async fn lock(&self, name: &str) -> Result<()> {
        self.hold("pg_advisory_xact_lock", name).await
    }

    /// As [`Tx::lock`], but beside others who share the name: for what may be done at once by many, though not while
    /// somebody holds the name alone.
    ///
    /// # Errors
    /// The database failed.
    pub async fn lock_shared(&self, name: &str) -> Result<()> {
        self.hold("pg_advisory_xact_lock_shared", name).await
    }

    async fn hold(&self, by: &str, name: &str) -> Result<()> {
        if self.is_postgres() {
            self.run(&format!("SELECT {by}(hashtextextended($1, 0))"), [name.into()]).await?;
        }
        Ok(())
    }

    /// Runs SQL as it stands, for what the query builder cannot say (the cells, and here).
    /// Parameters are `$1`, `$2`, ... on both databases.
    ///
    /// # Errors
    /// The database failed.
    pub async fn run(&self, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<u64> {
        let executor = self.executor();
        let statement = Statement::from_sql_and_values(executor.get_database_backend(), sql, values);
        Ok(executor.execute_raw(statement).await?.rows_affected())
    }

    /// Reads by SQL as it stands, with the reservations of [`Tx::run`].
    ///
    /// # Errors
    /// The database failed.
    pub async fn select<T>(&self, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<Vec<T>>
    where
        T: FromQueryResult,
    {
        let executor = self.executor();
        let statement = Statement::from_sql_and_values(executor.get_database_backend(), sql, values);
        let rows = executor.query_all_raw(statement).await?;
        Ok(rows.iter().map(|row| T::from_query_result(row, "")).collect::<Result<_, _>>()?)
    }
}
