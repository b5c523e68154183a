//! Bringing a database to the shape that this version of Plumbline needs.

use std::collections::BTreeSet;

use plumbline_migration::{Migrator, MigratorTrait, is_installed};
use sea_orm::{ConnectionTrait, DatabaseTransaction, FromQueryResult, Statement};

use super::sealed::Handle as _;
use super::{ConnectError, Db, Tx};
use crate::error::Error;

/// Which steps a database has seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationState {
    /// Steps that were applied, oldest first.
    pub applied: Vec<String>,
    /// Steps that this version knows and the database has not seen.
    pub pending: Vec<String>,
    /// Steps that the database has seen and this version does not know.
    pub unknown: Vec<String>,
}

/// A database could not be brought to the shape that is needed; says what to do.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// A newer version was here.
    #[error(
        "the database was migrated by a newer version of plumbline (step {0} is unknown to this one). \
         Run that version, or restore a backup"
    )]
    Newer(String),
    /// A step failed; the transaction of all steps was rolled back.
    #[error(
        "migration failed and was rolled back, the database is as it was: {0}. \
         If tables exist that `plumbline migrate status` does not list, the database was half migrated by other means: \
         restore a backup, or point DATABASE_URL at an empty database"
    )]
    Failed(String),
    /// The database could not be reached.
    #[error(transparent)]
    Connect(#[from] ConnectError),
}

impl From<Error> for MigrateError {
    fn from(error: Error) -> Self {
        Self::Failed(one_line(&error.to_string()))
    }
}

impl From<sea_orm::DbErr> for MigrateError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Failed(one_line(&error.to_string()))
    }
}

impl Db {
    /// Applies the steps that are pending, all or none. Instances that start at once wait for
    /// each other: sea-orm-migration itself takes no lock.
    ///
    /// # Errors
    /// [`MigrateError`]; the database is then as it was.
    pub async fn migrate_up(&self) -> Result<MigrationState, MigrateError> {
        let tx = self.begin_migration().await?;
        let state = state(&tx).await?;
        if let Some(unknown) = state.unknown.first() {
            return Err(MigrateError::Newer(unknown.clone()));
        }
        if !state.pending.is_empty() {
            Migrator::up(tx.raw(), None).await?;
            tx.commit().await?;
        }
        Ok(state)
    }

    /// Takes the newest `steps` back, all or none.
    ///
    /// # Errors
    /// [`MigrateError`]; the database is then as it was.
    pub async fn migrate_down(&self, steps: u32) -> Result<(), MigrateError> {
        let tx = self.begin_migration().await?;
        if let Some(unknown) = state(&tx).await?.unknown.first() {
            return Err(MigrateError::Newer(unknown.clone()));
        }
        Migrator::down(tx.raw(), Some(steps)).await?;
        Ok(tx.commit().await?)
    }

    /// Which steps the database has seen. Only reads: nobody who writes waits for it, and it waits for nobody.
    ///
    /// # Errors
    /// The database failed.
    pub async fn migration_state(&self) -> Result<MigrationState, MigrateError> {
        let executor = self.executor();
        if is_installed(&executor).await? { seen(&executor).await } else { Ok(MigrationState::of(Vec::new())) }
    }

    async fn begin_migration(&self) -> Result<Tx, MigrateError> {
        let tx = self.begin().await?;
        tx.lock("plumbline migration").await?;
        Ok(tx)
    }
}

async fn state(tx: &Tx) -> Result<MigrationState, MigrateError> {
    Migrator::install(tx.raw()).await?;
    seen(tx.raw()).await
}

async fn seen(connection: &impl ConnectionTrait) -> Result<MigrationState, MigrateError> {
    #[derive(FromQueryResult)]
    struct Applied {
        version: String,
    }
    let sql = "SELECT version FROM seaql_migrations ORDER BY version";
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let applied: Vec<Applied> = Applied::find_by_statement(statement).all(connection).await?;
    Ok(MigrationState::of(applied.into_iter().map(|row| row.version).collect()))
}

impl MigrationState {
    /// Of a database that has seen these steps.
    fn of(applied: Vec<String>) -> Self {
        let known: Vec<String> = Migrator::migrations().iter().map(|step| step.name().to_owned()).collect();
        let seen: BTreeSet<&String> = applied.iter().collect();
        Self {
            pending: known.iter().filter(|step| !seen.contains(step)).cloned().collect(),
            unknown: applied.iter().filter(|step| !known.contains(step)).cloned().collect(),
            applied,
        }
    }
}

impl Tx {
    /// For the migrator alone, which brings its own statements.
    const fn raw(&self) -> &DatabaseTransaction {
        self.transaction()
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
