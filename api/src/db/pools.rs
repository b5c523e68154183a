//! How busy the connections are, for whoever runs the service.

use sea_orm::sqlx;

use super::Db;

/// Connections that are kept open to be used in turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    /// What they are for.
    pub name: &'static str,
    /// How many are open.
    pub open: usize,
    /// How many of these nobody uses.
    pub idle: usize,
    /// How many there may be.
    pub most: usize,
}

impl Db {
    /// The pools of this instance. On SQLite there is one for reads and one, of a single connection, for writes; on
    /// PostgreSQL one for both, and one of a single connection for the audit.
    #[must_use]
    pub fn pools(&self) -> [Pool; 2] {
        let now = self.pools_now();
        if self.is_postgres() {
            let (all, audit) = (now.read.get_postgres_connection_pool(), now.audit.get_postgres_connection_pool());
            [pool("all", all), pool("audit", audit)]
        } else {
            let (read, write) = (now.read.get_sqlite_connection_pool(), now.write.get_sqlite_connection_pool());
            [pool("read", read), pool("write", write)]
        }
    }
}

fn pool<D: sqlx::Database>(name: &'static str, pool: &sqlx::Pool<D>) -> Pool {
    let count = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    Pool { name, open: count(pool.size()), idle: pool.num_idle(), most: count(pool.options().get_max_connections()) }
}
