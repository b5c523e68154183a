//! A database that was filled once, and of which each try gets a copy of its own.

use plumbline::{app::App, comparison::cells, db::Db, graphql::router};

use crate::{TestApp, TestDatabase};

/// A filled database that nobody is connected to, and the service that filled it.
pub struct Prepared {
    service: App,
    database: TestDatabase,
}

impl Prepared {
    /// What a test has filled so far, closed.
    pub async fn from(app: TestApp) -> Self {
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
        let app = App { db: db.clone(), releases: Default::default(), ..self.service.clone() };
        let raw = database.raw().await;
        TestApp { router: router(app.clone()), db, app, raw, database }
    }
}
