//! Whether the database can be used: asked by who watches the service, and before anything is written.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbErr};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::line::{Executor, Line, On};
use super::{Db, begin::begin_to_write, connect};
use crate::error::{Error, Result};

/// For how long a database that could be used is taken to be usable.
const GOOD_FOR: Duration = Duration::from_secs(2);
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is known of a database from asking it, and which file it is.
#[derive(Default)]
pub(super) struct Health {
    /// When it was last found usable. Held while it is being asked, so that it is asked once at a time.
    good: Arc<Mutex<Option<Instant>>>,
    /// The file of SQLite that was opened.
    file: Option<connect::File>,
}

impl Health {
    /// Nothing is known yet of the database that a URL names, which is open.
    pub(super) fn of(url: &str) -> Self {
        Self { good: Arc::default(), file: connect::File::of(url) }
    }
}

impl Health {
    /// The folder of the file of SQLite.
    pub(super) fn folder(&self) -> Option<PathBuf> {
        Some(self.file.as_ref()?.folder())
    }
}

impl Db {
    /// Whether the database can be read and written to. It is asked at most every two seconds.
    ///
    /// # Errors
    /// [`Error::Unavailable`]: it cannot, or does not answer within two seconds.
    pub async fn ready(&self) -> Result<()> {
        if !self.connections.line.speaks() {
            return Err(unavailable("the database is silent"));
        }
        let late = || unavailable("the database does not answer within two seconds");
        let good = Arc::clone(&self.health.good).lock_owned();
        let mut good = timeout(PATIENCE, good).await.map_err(|_| late())?;
        if good.is_some_and(|since| since.elapsed() < GOOD_FOR) {
            return Ok(());
        }
        let db = self.clone();
        // A task of its own holds the lock until the database has answered. So one that is silent costs one connection,
        // however often it is asked.
        let asked = tokio::spawn(async move {
            let answered = db.try_out().await;
            *good = answered.is_ok().then(Instant::now);
            answered
        });
        timeout(PATIENCE, asked).await.map_err(|_| late())?.map_err(Error::internal)?
    }

    async fn try_out(&self) -> Result<()> {
        self.is_the_same_file()?;
        if self.is_postgres() {
            // On a server that only reads this is refused.
            let executor = Executor { on: On::Pool(self.pools_now().write), line: &self.connections.line };
            executor.execute_unprepared("SELECT txid_current()").await?;
            return Ok(());
        }
        if let Some(file) = &self.health.file {
            // Connections that are open keep pages that they read before.
            file.read_anew().await?;
        }
        match timeout(PATIENCE / 2, write_nothing_new(&self.pools_now().write, &self.connections.line)).await {
            Ok(written) => written,
            // Somebody else is writing, so it can be written to.
            Err(_) => Ok(()),
        }
    }

    /// Refuses if the file of SQLite was removed or replaced since it was opened. What is written then is nowhere.
    pub(super) fn is_the_same_file(&self) -> Result<()> {
        match &self.health.file {
            Some(file) if !file.is_still_there() => Err(unavailable(
                "the database file was removed or replaced while it was in use: restart on the right one",
            )),
            _ => Ok(()),
        }
    }
}

/// Writes what is there already, so that a disk that is full or broken shows.
async fn write_nothing_new(writer: &DatabaseConnection, line: &Line) -> Result<()> {
    let transaction = begin_to_write(writer, line).await?;
    transaction.execute_unprepared("PRAGMA user_version = 0").await?;
    Ok(transaction.commit().await?)
}

fn unavailable(what: &str) -> Error {
    Error::Unavailable(Arc::new(DbErr::Custom(what.to_owned())))
}
