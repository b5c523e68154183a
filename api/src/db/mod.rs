//! The only holder of a database connection.
//!
//! [`Db`] and [`Tx`] run what a [`Scoped`] select or a [`Permit`] stands behind, and nothing else:
//! neither implements the ORM's `ConnectionTrait`, so a query without a scope does not compile.

mod as_it_stands;
mod begin;
mod below;
mod bulk;
mod connect;
mod connections;
mod cost;
mod erase;
mod events;
mod examine;
mod fitness;
mod health;
mod kept;
mod line;
mod migrate;
mod paging;
mod pools;
mod scope;
mod spans;
mod tx;
mod watch;
mod witness;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sea_orm::sea_query::{Expr, LockType, SelectStatement};
use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, EntityTrait, FromQueryResult, Iterable, ModelTrait, PrimaryKeyToColumn,
    QueryResult, QuerySelect, QueryTrait, TransactionTrait,
};
use uuid::Uuid;

pub use below::{Below, Link};
pub use bulk::SetAside;
pub use connect::{ConnectError, folder_of, missing_file, shown_url};
pub use events::{Event, Events, Follower};
pub use examine::Examined;
pub use kept::{Settle, Touched};
pub use migrate::{MigrateError, MigrationState};
pub use paging::{Direction, Keyset, OrderKey, PageRows};
pub use pools::Pool;
pub use scope::*;
pub use tx::{Stale, Tx};
pub use witness::{By, Noted, Notes, Witness};

use crate::{clock::Clock, error::Result};

/// A database: SQLite in a file, or PostgreSQL. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    connections: Arc<Connections>,
    backend: DbBackend,
    statements: Arc<AtomicU64>,
    statements_apart: Arc<AtomicU64>,
    changes: Arc<AtomicU64>,
    settle: Settle,
    /// The threshold of disclosure control.
    threshold: u32,
    /// What time it is.
    clock: Clock,
    events: Events,
    /// Whether statements for viewers run behind row-level security.
    walled: bool,
    /// Whether transactions hold what they read.
    holds: bool,
    witness: Option<Arc<Witness>>,
    health: Arc<health::Health>,
}

impl std::fmt::Debug for Db {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Db").field("backend", &self.backend).finish_non_exhaustive()
    }
}

mod sealed {
    use sea_orm::QueryResult;
    use sea_orm::sea_query::{LockType, SelectStatement};

    use super::scope::Wall;
    use crate::error::Result;

    /// What runs statements: nothing but what this module makes of scopes and permits.
    pub trait Handle: Sync {
        fn executor(&self) -> super::line::Executor<'_>;

        fn reader(&self) -> super::witness::Reader<'_>;

        fn is_on_postgres(&self) -> bool;

        /// The rows of a select, read from one side of the wall; held by this lock, if the handle is a transaction.
        fn rows(
            &self,
            statement: &SelectStatement,
            wall: &Wall,
            lock: Option<LockType>,
        ) -> impl Future<Output = Result<Vec<QueryResult>>> + Send;

        /// Notes the keys of rows that may be changed from now on.
        fn may_change(&self, _keys: &mut dyn Iterator<Item = uuid::Uuid>) {}
    }
}
use connections::{Connections, Pools};
use line::{Executor, On, Where};
use scope::Wall;
use sealed::Handle;
use witness::Reader;

impl Handle for Db {
    fn executor(&self) -> Executor<'_> {
        self.statements.fetch_add(1, Ordering::Relaxed);
        Executor { on: On::Pool(self.pools_now().read), line: &self.connections.line }
    }

    fn reader(&self) -> Reader<'_> {
        self.witness.as_deref().map_or(Reader::Unknown, Reader::Request)
    }

    fn is_on_postgres(&self) -> bool {
        self.is_postgres()
    }

    async fn rows(&self, statement: &SelectStatement, wall: &Wall, _: Option<LockType>) -> Result<Vec<QueryResult>> {
        if !self.walled || *wall == Wall::Service {
            return Ok(self.executor().query_all(statement).await?);
        }
        self.statements.fetch_add(1, Ordering::Relaxed);
        let read = self.pools_now().read;
        let behind = async {
            let transaction = read.begin().await?;
            transaction.query_one_raw(wall.enter()).await?;
            let rows = transaction.query_all(statement).await?;
            transaction.commit().await?;
            Ok::<_, DbErr>(rows)
        };
        Ok(self.connections.line.exchange(Where::Pool, behind).await?)
    }
}

impl Db {
    /// Statements run so far through this database, transactions included: what the tests count.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// How many transactions that wrote rows were committed here so far, or may have been.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.changes.load(Ordering::SeqCst)
    }

    /// Statements run so far for the audit, which are no request's own.
    #[must_use]
    pub fn statements_apart(&self) -> u64 {
        self.statements_apart.load(Ordering::Relaxed)
    }

    /// The same database for one request, whose witness sees what it is given.
    #[must_use]
    pub fn witnessed(&self, witness: Arc<Witness>) -> Self {
        Self { witness: Some(witness), ..self.clone() }
    }

    /// What sees the rows that this request is given.
    #[must_use]
    pub fn witness(&self) -> Option<&Witness> {
        self.witness.as_deref()
    }

    /// Whether this is PostgreSQL, for the few things that differ.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        self.backend == DbBackend::Postgres
    }

    /// What is committed, for those who follow it.
    #[must_use]
    pub const fn events(&self) -> &Events {
        &self.events
    }

    fn pools_now(&self) -> Pools {
        self.connections.now()
    }

    /// Closes all connections. One that does not answer is left after five seconds: it ends with the process.
    pub async fn close(self) {
        self.events.stop();
        if tokio::time::timeout(Duration::from_secs(5), self.pools_now().close()).await.is_err() {
            tracing::warn!("some connections to the database did not close in time and were left");
        }
    }
}

/// Reading, alike on [`Db`] and inside a [`Tx`]. Every statement begins with a [`Scoped`].
pub trait Read: Handle {
    /// The only row, or the first of several; `None` where there is none for the viewer.
    fn one<E: Policy>(&self, rows: Scoped<E>) -> impl Future<Output = Result<Option<E::Model>>> + Send {
        async move { Ok(self.all(rows.limit(1)).await?.into_iter().next()) }
    }

    /// All rows.
    fn all<E: Policy>(&self, rows: Scoped<E>) -> impl Future<Output = Result<Vec<E::Model>>> + Send {
        async move {
            self.reader().may_give::<E>(rows.for_service())?;
            let for_service = rows.for_service();
            let (claim, wall) = (rows.claim, rows.wall.clone());
            let found: Vec<E::Model> = read(self, &rows.into_select().into_query(), &wall, claim.lock::<E>()).await?;
            if claim == Claim::Change {
                self.may_change(&mut found.iter().filter_map(key_of::<E>));
            }
            self.reader().give::<E>(for_service, &found);
            Ok(found)
        }
    }

    /// How many rows there are.
    fn count<E: Policy>(&self, rows: Scoped<E>) -> impl Future<Output = Result<u64>> + Send {
        async move {
            #[derive(FromQueryResult)]
            struct Count {
                count: i64,
            }
            let count = Expr::cust("COUNT(*)");
            let wall = rows.wall.clone();
            let statement = rows.into_select().select_only().column_as(count, "count").into_query();
            let found: Vec<Count> = fetch(self, &statement, &wall).await?;
            Ok(found.first().map_or(0, |found| found.count.unsigned_abs()))
        }
    }

    /// Figures over scoped rows.
    fn figures<T: FromQueryResult + Send>(&self, sums: Aggregate<T>) -> impl Future<Output = Result<Vec<T>>> + Send {
        async move { fetch(self, &sums.statement, &sums.wall).await }
    }

    /// One page of a keyset-ordered list.
    fn page<E: Identified>(
        &self,
        rows: Scoped<E>,
        keyset: &Keyset<E>,
    ) -> impl Future<Output = Result<PageRows<E::Model>>> + Send {
        async move {
            let (for_service, wall) = (rows.for_service(), rows.wall.clone());
            self.reader().may_give::<E>(for_service)?;
            let page = keyset.page_rows(fetch(self, &keyset.statement(rows, self.is_on_postgres()), &wall).await?);
            self.reader().give::<E>(for_service, &page.rows);
            Ok(page)
        }
    }

    /// The first page of the children of each of these parents, in one statement; by parent, and with one
    /// row more than the page where there is a next one, for [`Keyset::page_rows`]. Rows beyond the pages are not read,
    /// if there is an index on what leads to the parent and on the order.
    fn pages_by_parent<E: Identified>(
        &self,
        rows: Scoped<E>,
        below: &Below<E>,
        parents: &[Uuid],
        keyset: &Keyset<E>,
    ) -> impl Future<Output = Result<HashMap<Uuid, Vec<E::Model>>>> + Send {
        async move {
            let (for_service, wall) = (rows.for_service(), rows.wall.clone());
            self.reader().may_give::<E>(for_service)?;
            let mut by_parent: HashMap<Uuid, Vec<E::Model>> = HashMap::new();
            if parents.is_empty() {
                return Ok(by_parent);
            }
            let statement = keyset.statement_by_parent(rows, below, parents, self.is_on_postgres());
            for row in self.rows(&statement, &wall, None).await? {
                let parent = row.try_get("", paging::OF_PARENT)?;
                by_parent.entry(parent).or_default().push(E::Model::from_query_result(&row, "")?);
            }
            for rows in by_parent.values() {
                self.reader().give::<E>(for_service, keyset.shown(rows));
            }
            Ok(by_parent)
        }
    }
}

impl<H: Handle> Read for H {}

/// The key of a row, where it is one UUID.
fn key_of<E: Policy>(row: &E::Model) -> Option<Uuid> {
    let key = E::PrimaryKey::iter().next()?.into_column();
    witness::uuid_in(row.get(key))
}

async fn fetch<T: FromQueryResult>(
    handle: &(impl Handle + ?Sized),
    statement: &SelectStatement,
    wall: &Wall,
) -> Result<Vec<T>> {
    read(handle, statement, wall, None).await
}

async fn read<T: FromQueryResult>(
    handle: &(impl Handle + ?Sized),
    statement: &SelectStatement,
    wall: &Wall,
    lock: Option<LockType>,
) -> Result<Vec<T>> {
    let rows = handle.rows(statement, wall, lock).await?;
    Ok(rows.iter().map(|row| T::from_query_result(row, "")).collect::<Result<_, _>>()?)
}

/// The model of an entity `E`, spelt shorter.
pub type Row<E> = <E as EntityTrait>::Model;
