//! What callers spent, of all instances that share a PostgreSQL.

use sea_orm::{ConnectionTrait, Statement};

use super::{Db, sealed::Handle as _};
use crate::error::{Error, Result};

impl Db {
    /// Adds what a caller spent on this instance, and returns what is in their bucket over all instances: what was in
    /// it, less what has leaked since by the database's clock, plus this. It is one statement, on a table that is not
    /// logged: after a crash of the server all buckets are empty.
    ///
    /// # Errors
    /// The database failed.
    pub async fn settle_cost(&self, actor: &str, spent: f64, restored_per_second: f64) -> Result<f64> {
        // No table that a scope speaks of, and an upsert that the query builder cannot say.
        let sql = "INSERT INTO caller_cost AS kept (actor, level, settled_at) VALUES ($1, $2, clock_timestamp())
            ON CONFLICT (actor) DO UPDATE SET settled_at = clock_timestamp(), level = $2 + GREATEST(0,
                kept.level - $3 * EXTRACT(EPOCH FROM clock_timestamp() - kept.settled_at)::double precision)
            RETURNING level";
        let executor = self.executor();
        let values = [actor.into(), spent.into(), restored_per_second.into()];
        let statement = Statement::from_sql_and_values(executor.get_database_backend(), sql, values);
        let row = executor.query_one_raw(statement).await?;
        let row = row.ok_or_else(|| Error::internal("an upsert that answers nothing"))?;
        Ok(row.try_get("", "level")?)
    }
}
