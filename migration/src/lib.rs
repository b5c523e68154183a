//! The steps that make Plumbline's database, oldest first. Each runs up and down, on SQLite and
//! PostgreSQL; whoever runs them does so in one transaction (see `api/src/db/migrate.rs`).

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, Statement};

mod ddl;
mod m20261124_000001_organisation;
mod m20261124_000002_assessment;
mod m20261124_000003_moderation;
mod m20261124_000004_comparison;
mod m20261124_000005_idempotency;
mod m20261124_000006_demo;
mod m20261125_000007_access;
mod m20261125_000008_audit;
mod m20261125_000010_trusted_documents;
mod m20261126_000011_editions;
mod m20261127_000020_withdrawal;
mod m20261127_000021_pupil_records;
mod m20261127_000022_audit_segments;
mod m20261127_000040_unique_within_a_trust;
mod m20261127_000050_strata_by_class;
mod m20261127_000060_lists;
mod m20261128_000061_second_readings;
mod m20261128_000062_lists_of_moderation;
mod m20261128_000063_why_not_published;
mod m20261128_000064_corrections;
mod m20261128_000065_curriculum;
mod m20261128_000066_planning;
mod m20261128_000067_undone_merges;
mod m20261128_000068_exercises;

pub use sea_orm_migration::{MigratorTrait, SchemaManagerConnection};

/// All steps, in their order.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        Steps::migrations()
    }

    /// Every command comes by here, several times. So the table of the steps is made where it is not, and nothing is said
    /// to the database where it is: PostgreSQL answers `CREATE TABLE IF NOT EXISTS` with a notice each time.
    async fn install<C: ConnectionTrait>(db: &C) -> Result<(), DbErr> {
        if is_installed(db).await? { Ok(()) } else { Steps::install(db).await }
    }
}

/// Whether the database has the table of the steps that it has seen.
///
/// # Errors
/// The database failed.
pub async fn is_installed<C: ConnectionTrait>(db: &C) -> Result<bool, DbErr> {
    let backend = db.get_database_backend();
    let sql = match backend {
        DbBackend::Postgres => "SELECT to_regclass('seaql_migrations') IS NOT NULL AS there",
        _ => "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'seaql_migrations') AS there",
    };
    let row = db.query_one_raw(Statement::from_string(backend, sql)).await?;
    row.map_or(Ok(false), |row| row.try_get("", "there"))
}

/// The steps alone, with all else as the library has it.
struct Steps;

#[async_trait::async_trait]
impl MigratorTrait for Steps {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261124_000001_organisation::Migration),
            Box::new(m20261124_000002_assessment::Migration),
            Box::new(m20261124_000003_moderation::Migration),
            Box::new(m20261124_000004_comparison::Migration),
            Box::new(m20261124_000005_idempotency::Migration),
            Box::new(m20261124_000006_demo::Migration),
            Box::new(m20261125_000007_access::Migration),
            Box::new(m20261125_000008_audit::Migration),
            Box::new(m20261125_000010_trusted_documents::Migration),
            Box::new(m20261126_000011_editions::Migration),
            Box::new(m20261127_000020_withdrawal::Migration),
            Box::new(m20261127_000021_pupil_records::Migration),
            Box::new(m20261127_000022_audit_segments::Migration),
            Box::new(m20261127_000040_unique_within_a_trust::Migration),
            Box::new(m20261127_000050_strata_by_class::Migration),
            Box::new(m20261127_000060_lists::Migration),
            Box::new(m20261128_000061_second_readings::Migration),
            Box::new(m20261128_000062_lists_of_moderation::Migration),
            Box::new(m20261128_000063_why_not_published::Migration),
            Box::new(m20261128_000064_corrections::Migration),
            Box::new(m20261128_000065_curriculum::Migration),
            Box::new(m20261128_000066_planning::Migration),
            Box::new(m20261128_000067_undone_merges::Migration),
            Box::new(m20261128_000068_exercises::Migration),
        ]
    }
}
