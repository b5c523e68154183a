//! A database that was filled once. Each try gets a copy of it.

use std::sync::Arc;

use plumbline::{
    app, audit,
    comparison::cells,
    db::Db,
    protocol::{Service, router},
};
use sea_orm::ConnectionTrait;

use crate::attempt::RECORDS;
use crate::{TestApp, TestDatabase};

/// A filled database that nobody is connected to, and the service that filled it.
pub struct Prepared {
    service: Service,
    database: TestDatabase,
}

/// The table that counts, on SQLite, the rows written into any table but those that record what was tried.
const WRITTEN: &str = "rows_written";

impl Prepared {
    /// Closes what a test has filled so far, and keeps it.
    pub async fn from(app: TestApp) -> Self {
        if !app.db.is_postgres() {
            count_writes(&app).await;
        }
        let TestApp { app: service, db, raw, router, database } = app;
        drop(router);
        let _ = raw.close().await;
        db.close().await;
        Self { service, database }
    }

    /// The service on a copy. Tokens that the first one gave hold here too.
    pub async fn fresh(&self) -> TestApp {
        let database = self.database.copy().await;
        let db = Db::connect(&database.url, 2, cells::settle).await.expect("the copy");
        let log = audit::Log::start(db.clone(), self.service.clock);
        let schema = Arc::new(app::schema_on(&self.service.config, &db));
        let app = Service { db: db.clone(), audit: log, schema, ..self.service.clone() };
        let raw = database.raw().await;
        TestApp { router: router(app.clone()), db, app, raw, database }
    }

    /// How many rows were written on a copy; `None` on PostgreSQL, where nothing counts them. Rows that were rolled
    /// back do not count. This is much faster than reading all tables and comparing them.
    pub async fn written(&self, copy: &TestApp) -> Option<i64> {
        if copy.db.is_postgres() { None } else { Some(copy.rows(WRITTEN).await) }
    }
}

async fn count_writes(app: &TestApp) {
    let tables = app.tables().await;
    app.raw.execute_unprepared(&format!("CREATE TABLE {WRITTEN} (n INTEGER)")).await.expect("a table that counts");
    for table in tables.iter().filter(|table| !RECORDS.contains(&table.as_str())) {
        for event in ["INSERT", "UPDATE", "DELETE"] {
            let sql = format!(
                "CREATE TRIGGER {table}_{event} AFTER {event} ON {table} BEGIN INSERT INTO {WRITTEN} VALUES (1); END"
            );
            app.raw.execute_unprepared(&sql).await.expect("a trigger that counts");
        }
    }
}
