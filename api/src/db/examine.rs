//! What a database is like, for whoever sets the service up: facts, without an opinion.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, Statement, TransactionTrait as _};

use super::Db;
use crate::error::Result;

/// What a database is like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examined {
    /// Its product and version, as it says.
    pub version: String,
    /// The encoding of texts in it.
    pub encoding: String,
    /// Why it cannot be written to; none if it can.
    pub not_writeable: Option<String>,
    /// How far its clock is ahead of this machine's; none for a file.
    pub clock_ahead: Option<TimeDelta>,
    /// How many connections it takes from everybody; none for a file.
    pub most_connections: Option<u32>,
    /// The folder of the file; none for a server.
    pub folder: Option<std::path::PathBuf>,
}

impl Db {
    /// Looks at the database. Nothing of it is changed, but that one transaction is begun and rolled back.
    ///
    /// # Errors
    /// The database failed.
    pub async fn examine(&self) -> Result<Examined> {
        let connection = self.pools_now().write;
        if self.is_postgres() { server(self, &connection).await } else { file(self, &connection).await }
    }
}

async fn file(db: &Db, connection: &DatabaseConnection) -> Result<Examined> {
    let version: String = value(connection, "SELECT sqlite_version() AS v").await?;
    let encoding: String = value(connection, "SELECT encoding AS v FROM pragma_encoding").await?;
    Ok(Examined {
        version: format!("SQLite {version}"),
        encoding,
        not_writeable: why_not(db).await,
        clock_ahead: None,
        most_connections: None,
        folder: db.health.folder(),
    })
}

async fn server(db: &Db, connection: &DatabaseConnection) -> Result<Examined> {
    let version: String = value(connection, "SELECT current_setting('server_version') AS v").await?;
    let encoding: String = value(connection, "SELECT current_setting('server_encoding') AS v").await?;
    let most: String = value(connection, "SELECT current_setting('max_connections') AS v").await?;
    let before = Utc::now();
    let theirs: DateTime<Utc> = value(connection, "SELECT clock_timestamp() AS v").await?;
    let after = Utc::now();
    // Somewhere between the two; whatever lies within them is no difference.
    let ahead = if theirs > after {
        theirs - after
    } else if theirs < before {
        theirs - before
    } else {
        TimeDelta::zero()
    };
    Ok(Examined {
        version: format!("PostgreSQL {version}"),
        encoding,
        not_writeable: why_not(db).await,
        clock_ahead: Some(ahead),
        most_connections: most.parse().ok(),
        folder: None,
    })
}

/// Why the database cannot be written to. What is written to find that out is taken back.
async fn why_not(db: &Db) -> Option<String> {
    let tried = async {
        let transaction = db.pools_now().write.begin().await?;
        transaction.execute_unprepared("CREATE TABLE plumbline_doctor (id INTEGER)").await?;
        transaction.rollback().await
    };
    tried.await.err().map(|error: DbErr| error.to_string())
}

async fn value<T: sea_orm::TryGetable>(connection: &DatabaseConnection, sql: &str) -> Result<T> {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let row = connection.query_one_raw(statement).await?;
    Ok(row.ok_or_else(|| DbErr::Custom("no answer".to_owned()))?.try_get("", "v")?)
}
