//! The only holder of a database connection.
//!
//! [`Db`] and [`Tx`] run what a [`Scoped`] select or a [`Permit`] stands behind, and nothing else:
//! neither implements the ORM's `ConnectionTrait`, so a query without a scope does not compile.

mod bulk;
mod connect;
mod events;
mod migrate;
mod paging;
mod permit;
mod scoped;
mod tx;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sea_orm::sea_query::{Expr, SelectStatement};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseExecutor, EntityTrait, FromQueryResult, QuerySelect, QueryTrait,
};

pub use bulk::SetAside;
pub use connect::{ConnectError, shown_url};
pub use events::{Event, Events, Follower, MOST_WAITING};
pub use migrate::{MigrateError, MigrationState};
pub use paging::{Direction, Keyset, OrderKey, Slice};
pub use permit::{Denied, Permit};
pub use scoped::{Aggregate, Area, Identified, Place, Policy, Scoped, Shown, nothing};
pub use tx::{Settle, Stale, Touched, Tx};

use crate::error::Result;

/// A database: SQLite in a file, or PostgreSQL. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    /// Many readers; on PostgreSQL the same pool as `write`.
    read: DatabaseConnection,
    /// On SQLite a pool of one, for SQLite has one writer at a time.
    write: DatabaseConnection,
    statements: Arc<AtomicU64>,
    settle: Settle,
    events: Events,
}

impl std::fmt::Debug for Db {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Db").field("read", &self.read).finish_non_exhaustive()
    }
}

mod sealed {
    pub trait Handle: Sync {
        fn executor(&self) -> sea_orm::DatabaseExecutor<'_>;
    }
}
use sealed::Handle;

impl Handle for Db {
    fn executor(&self) -> DatabaseExecutor<'_> {
        self.statements.fetch_add(1, Ordering::Relaxed);
        DatabaseExecutor::Connection(&self.read)
    }
}

impl Db {
    /// Statements run so far through this database, transactions included: what the tests count.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// Whatever kept it from answering.
    pub async fn ping(&self) -> Result<()> {
        Ok(self.read.ping().await?)
    }

    /// Whether this is PostgreSQL, for the few things that differ.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        self.read.get_database_backend() == sea_orm::DbBackend::Postgres
    }

    /// What is committed, for those who follow it.
    #[must_use]
    pub const fn events(&self) -> &Events {
        &self.events
    }

    /// Closes all connections.
    pub async fn close(self) {
        self.events.stop();
        // What cannot be closed is being dropped anyway.
        let _ = self.read.close().await;
        let _ = self.write.close().await;
    }
}

/// Reading, alike on [`Db`] and inside a [`Tx`]. Every statement begins with a [`Scoped`].
pub trait Read: Handle {
    /// The only row, or the first of several; `None` where there is none for the viewer.
    fn one<E: Policy>(&self, rows: Scoped<E>) -> impl Future<Output = Result<Option<E::Model>>> + Send {
        async move { Ok(rows.select.one(&self.executor()).await?) }
    }

    /// All rows.
    fn all<E: Policy>(&self, rows: Scoped<E>) -> impl Future<Output = Result<Vec<E::Model>>> + Send {
        async move { Ok(rows.select.all(&self.executor()).await?) }
    }

    /// How many rows there are.
    fn count<E: Policy>(&self, rows: Scoped<E>) -> impl Future<Output = Result<u64>> + Send {
        async move {
            #[derive(FromQueryResult)]
            struct Count {
                count: i64,
            }
            let count = Expr::cust("COUNT(*)");
            let statement = rows.select.select_only().column_as(count, "count").into_query();
            let found: Vec<Count> = fetch(&self.executor(), &statement).await?;
            Ok(found.first().map_or(0, |found| found.count.unsigned_abs()))
        }
    }

    /// Figures over scoped rows.
    fn figures<T: FromQueryResult + Send>(&self, sums: Aggregate<T>) -> impl Future<Output = Result<Vec<T>>> + Send {
        async move { fetch(&self.executor(), &sums.statement).await }
    }

    /// One page of a keyset-ordered list.
    fn page<E: Identified>(
        &self,
        rows: Scoped<E>,
        keyset: &Keyset<E>,
    ) -> impl Future<Output = Result<Slice<E::Model>>> + Send {
        async move {
            let statement = keyset.statement(rows);
            Ok(keyset.slice(fetch(&self.executor(), &statement).await?))
        }
    }

    /// The first page of each of several parents' children, in one statement.
    fn pages_by_parent<E: Identified>(
        &self,
        rows: Scoped<E>,
        parent: E::Column,
        keyset: &Keyset<E>,
    ) -> impl Future<Output = Result<Vec<E::Model>>> + Send {
        async move { fetch(&self.executor(), &keyset.statement_by_parent(rows, parent)).await }
    }
}

impl<H: Handle> Read for H {}

async fn fetch<T: FromQueryResult>(executor: &DatabaseExecutor<'_>, statement: &SelectStatement) -> Result<Vec<T>> {
    let rows = executor.query_all(statement).await?;
    Ok(rows.iter().map(|row| T::from_query_result(row, "")).collect::<Result<_, _>>()?)
}

/// The model of an entity `E`, spelt shorter.
pub type Row<E> = <E as EntityTrait>::Model;
