//! Beginning a transaction that writes.

use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbBackend, SqliteTransactionMode, TransactionOptions,
    TransactionTrait as _,
};

use super::line::Line;
use crate::error::{Result, is_busy};

/// Begins a transaction for writing. SQLite takes the write lock at once.
///
/// # Errors
/// The database cannot be reached, or on SQLite another writer holds on for too long.
pub(super) async fn begin_to_write(connections: &DatabaseConnection, line: &Line) -> Result<DatabaseTransaction> {
    let options =
        TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..Default::default() };
    match connections.begin_with_options(options).await {
        Ok(transaction) => Ok(transaction),
        // The connection may be what is broken: opened while the file was read-only, or in a transaction still.
        Err(error) if connections.get_database_backend() == DbBackend::Sqlite && !is_busy(&error) => {
            discard_one(connections).await;
            Ok(connections.begin_with_options(options).await?)
        }
        // Nothing was done on it yet.
        Err(error) if line.is_lost(&error) => Ok(connections.begin_with_options(options).await?),
        Err(error) => Err(error.into()),
    }
}

/// Closes a connection of SQLite, so that the next is opened anew.
async fn discard_one(connections: &DatabaseConnection) {
    if let Ok(connection) = connections.get_sqlite_connection_pool().acquire().await {
        // It is gone either way.
        let _ = connection.close().await;
    }
}
