//! The connections of an instance. Those to a server are replaced as a whole when it does not answer on them any more.

use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use sea_orm::{ConnectOptions, Database, DatabaseConnection, sqlx};
use tokio::time::{sleep, timeout};

use super::line::Line;

/// The connections for each purpose.
#[derive(Clone)]
pub(super) struct Pools {
    /// Many readers; on PostgreSQL the same pool as `write`.
    pub(super) read: DatabaseConnection,
    /// On SQLite a pool of one, for SQLite has one writer at a time.
    pub(super) write: DatabaseConnection,
    /// For the audit: of its own on PostgreSQL, so that it never waits for readers who wait for it.
    pub(super) audit: DatabaseConnection,
}

impl Pools {
    /// Closes all connections.
    pub(super) async fn close(self) {
        // What cannot be closed is being dropped anyway.
        let _ = self.read.close().await;
        let _ = self.write.close().await;
        let _ = self.audit.close().await;
    }
}

/// The connections as they are now, and what is under way on them.
pub(super) struct Connections {
    pools: RwLock<Pools>,
    pub(super) line: std::sync::Arc<Line>,
}

/// How long pools that were replaced are kept for those who still use them.
const FAREWELL: Duration = Duration::from_secs(20);
/// How long their connections have to close then. What does not close ends when the system gives up on it.
const LAST_WORDS: Duration = Duration::from_secs(5);

impl Connections {
    pub(super) fn new(pools: Pools, line: std::sync::Arc<Line>) -> Self {
        Self { pools: RwLock::new(pools), line }
    }

    pub(super) fn now(&self) -> Pools {
        self.pools.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many connections to a server are in use, or being opened.
    pub(super) fn busy(&self) -> usize {
        let Pools { write, audit, .. } = self.now();
        [write, audit].iter().map(|pool| busy(pool.get_postgres_connection_pool())).sum()
    }

    /// Opens new pools beside those that are there. Whoever comes from now on uses the new ones; whoever waits goes on
    /// waiting, for as long as they would have.
    ///
    /// # Errors
    /// The options are not sound; they were when the first pools were opened.
    pub(super) async fn replace(&self, all: &ConnectOptions, audit: &ConnectOptions) -> Result<(), sea_orm::DbErr> {
        let pool = Database::connect(lazily(all)).await?;
        let pools = Pools { read: pool.clone(), write: pool, audit: Database::connect(lazily(audit)).await? };
        let old = std::mem::replace(&mut *self.pools.write().unwrap_or_else(PoisonError::into_inner), pools);
        tokio::spawn(async move {
            sleep(FAREWELL).await;
            let _ = timeout(LAST_WORDS, old.close()).await;
        });
        Ok(())
    }
}

fn lazily(options: &ConnectOptions) -> ConnectOptions {
    let mut options = options.clone();
    options.connect_lazy(true);
    options
}

fn busy(pool: &sqlx::PgPool) -> usize {
    usize::try_from(pool.size()).unwrap_or(usize::MAX).saturating_sub(pool.num_idle())
}
