//! The service on a test's own database.

use axum::Router;
use chrono::{DateTime, Duration, Utc};
use plumbline::{
    app,
    auth::{SigningKey, TokenKeys, accounts_of, registrations_of},
    clock::Clock,
    comparison::cells,
    config::{Config, Limits},
    db::Db,
    protocol::{Service, router},
};
use plumbline_entity::staff_member;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use serde_json::Value;
use uuid::Uuid;

use crate::{Caller, TestDatabase};

/// The account with this address, where no two trusts of a test have the same.
///
/// # Errors
/// The database failed.
pub async fn find_staff_by_email(db: &Db, email: &str) -> plumbline::error::Result<Option<staff_member::Model>> {
    let mut accounts = accounts_of(db, email).await?;
    assert!(accounts.len() < 2, "{email} is known in several trusts: sign in by id");
    Ok(accounts.pop())
}

/// The service on a database of the test's own, with a clock that stands at 1 July 2026.
pub struct TestApp {
    /// The service.
    pub app: Service,
    /// Its database, as the service sees it.
    pub db: Db,
    /// Its database, as nobody else sees it.
    pub raw: DatabaseConnection,
    /// Its routes.
    pub router: Router,
    /// Where the database is; dropped last.
    pub database: TestDatabase,
}

impl TestApp {
    /// On SQLite.
    pub async fn on_sqlite() -> Self {
        Self::on(TestDatabase::sqlite().await).await
    }

    /// On PostgreSQL, where there is one.
    pub async fn on_postgres() -> Option<Self> {
        Some(Self::on(TestDatabase::postgres().await?).await)
    }

    /// On a new, empty database of the same kind as another's.
    pub async fn like(other: &Self) -> Self {
        if other.db.is_postgres() { Self::on_postgres().await.expect("a server") } else { Self::on_sqlite().await }
    }

    async fn on(database: TestDatabase) -> Self {
        let db = Db::connect(&database.url, 6, cells::settle).await.expect("the test's database");
        let keys = TokenKeys::new(&SigningKey::generate().expect("a key")).expect("keys");
        let mut config = Config { database_url: database.url.clone(), ..Config::default() };
        // Many things are asked at once here, by few people.
        (config.limits.requests, config.limits.requests_per_caller) = (256, 1_000);
        let app = app::service(config, db.clone(), keys, Clock::Fixed(Self::now()));
        let raw = database.raw().await;
        Self { router: router(app.clone()), db, app, raw, database }
    }

    /// The same service with one connection to its database, and another for the audit.
    pub async fn on_one_connection(self) -> Self {
        let db = Db::connect(&self.database.url, 1, cells::settle).await.expect("the test's database");
        let (config, keys) = (Config::clone(&self.app.config), TokenKeys::clone(&self.app.keys));
        let app = app::service(config, db.clone(), keys, self.app.clock);
        Self { router: router(app.clone()), db, app, ..self }
    }

    /// The same service with budgets that no caller can spend: for tests that ask for everything.
    #[must_use]
    pub fn with_endless_budgets(self) -> Self {
        let mut config = Config::clone(&self.app.config);
        (config.limits.cost_per_request, config.limits.cost_bucket) = (999_999_999, 999_999_999_999_999);
        let app = app::service(config, self.db.clone(), TokenKeys::clone(&self.app.keys), self.app.clock);
        Self { router: router(app.clone()), app, ..self }
    }

    /// The same service on the same database, with other settings.
    #[must_use]
    pub fn set_up(&self, change: impl FnOnce(&mut Config)) -> SetUp<'_> {
        let mut config = Config::clone(&self.app.config);
        change(&mut config);
        let keys = TokenKeys::clone(&self.app.keys);
        let app = app::service(config, self.db.clone(), keys, self.app.clock);
        SetUp { router: router(app.clone()), app, of: self }
    }

    /// The same service with other limits.
    #[must_use]
    pub fn with_limits(&self, limits: Limits) -> SetUp<'_> {
        self.set_up(|config| config.limits = limits)
    }

    /// Limits for tests and benchmarks in which it does not matter what a caller may spend.
    #[must_use]
    pub fn plenty() -> Limits {
        Limits { cost_bucket: 1_000_000_000, cost_restored_per_second: 1_000_000, ..Limits::default() }
    }

    /// The time of all tests.
    #[must_use]
    pub fn now() -> DateTime<Utc> {
        "2026-07-01T10:00:00Z".parse().expect("a time")
    }

    /// Signs somebody in by their email address.
    pub async fn sign_in(&self, email: &str) -> Caller {
        let person = find_staff_by_email(&self.db, email).await.expect("the database").expect(email);
        self.sign_in_as(person.id)
    }

    /// Signs somebody in by their id, whether there is such a person or not.
    #[must_use]
    pub fn sign_in_as(&self, staff_member: Uuid) -> Caller {
        let token = self.app.keys.issue(staff_member, Self::now(), Duration::hours(1)).expect("a token");
        Caller::new(self.router.clone(), Some(token), self.db.clone())
    }

    /// Signs somebody in at another time, by a clock that stands there.
    pub async fn sign_in_at(&self, email: &str, moment: DateTime<Utc>) -> Caller {
        let person = find_staff_by_email(&self.db, email).await.expect("the database").expect(email);
        let token = self.app.keys.issue(person.id, moment, Duration::hours(1)).expect("a token");
        let then = Service { clock: Clock::Fixed(moment), ..self.app.clone() };
        Caller::new(router(then), Some(token), self.db.clone())
    }

    /// Signs somebody in through a client application of the development issuer, which asks for them.
    pub async fn sign_in_through(&self, email: &str, client_id: &str) -> Caller {
        let person = find_staff_by_email(&self.db, email).await.expect("the database").expect(email);
        let life = Duration::hours(1);
        let token = self.app.keys.issue_through(person.id, client_id, Self::now(), life).expect("a token");
        Caller::new(self.router.clone(), Some(token), self.db.clone())
    }

    /// Signs in a client application of the development issuer, which asks for itself.
    #[must_use]
    pub fn sign_in_client(&self, client_id: &str) -> Caller {
        let registered = registrations_of(&self.db, "development", client_id);
        let registered = tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(registered));
        let trust = registered.expect("the database").first().map(|client| client.trust_id);
        let token = self.app.keys.issue_to_client(client_id, trust, Self::now(), Duration::hours(1)).expect("a token");
        Caller::new(self.router.clone(), Some(token), self.db.clone())
    }

    /// Somebody without a token.
    #[must_use]
    pub fn stranger(&self) -> Caller {
        Caller::new(self.router.clone(), None, self.db.clone())
    }

    /// How many rows a table has, whoever may see them.
    pub async fn rows(&self, table: &str) -> i64 {
        self.number(&format!("SELECT COUNT(*) AS n FROM {table}")).await
    }

    /// The number `n` of the only row of a query.
    pub async fn number(&self, sql: &str) -> i64 {
        let row = self.raw.query_one_raw(Statement::from_string(self.raw.get_database_backend(), sql)).await;
        row.expect(sql).expect("a row").try_get("", "n").expect("a number `n`")
    }

    /// All rows of a table as JSON, in a stable order: to show that nothing changed.
    pub async fn snapshot(&self, table: &str) -> Vec<Value> {
        use sea_orm::{FromQueryResult, JsonValue};
        let statement = Statement::from_string(self.raw.get_database_backend(), format!("SELECT * FROM {table}"));
        let mut rows = JsonValue::find_by_statement(statement).all(&self.raw).await.expect(table);
        rows.sort_by_cached_key(std::string::ToString::to_string);
        rows
    }
}

/// The test's service with other settings.
pub struct SetUp<'a> {
    /// Its routes.
    pub router: Router,
    /// The service.
    pub app: Service,
    of: &'a TestApp,
}

impl SetUp<'_> {
    /// Signs somebody in by their email address.
    pub async fn sign_in(&self, email: &str) -> Caller {
        let caller = self.of.sign_in(email).await;
        Caller::new(self.router.clone(), Some(caller.token().to_owned()), self.of.db.clone())
    }
}
