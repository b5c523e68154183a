//! The steps that make Plumbline's database, oldest first. Each runs up and down, on SQLite and
//! PostgreSQL; whoever runs them does so in one transaction (see `api/src/db/migrate.rs`).

use sea_orm_migration::prelude::*;

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

pub use sea_orm_migration::{MigratorTrait, SchemaManagerConnection};

/// All steps, in their order.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
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
        ]
    }
}
