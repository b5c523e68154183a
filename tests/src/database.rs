//! A database for each test: a copy of one that was migrated once.

use std::path::PathBuf;

use plumbline::audit::{self, Entry};
use plumbline::comparison::cells;
use plumbline::db::{Db, Tx};
use plumbline_entity::audit_entry::AuditKind;
use sea_orm::{ConnectionTrait, DatabaseConnection};
use tokio::sync::{Mutex, OnceCell};
use uuid::Uuid;

use crate::postgres;

/// A database of a test's own; removed with it.
pub struct TestDatabase {
    /// Where it is.
    pub url: String,
    file: Option<PathBuf>,
    on_server: Option<(String, String)>,
}

static SQLITE_TEMPLATE: OnceCell<PathBuf> = OnceCell::const_new();
static POSTGRES_TEMPLATE: OnceCell<String> = OnceCell::const_new();
/// PostgreSQL copies a template only while nobody else does.
static COPYING: Mutex<()> = Mutex::const_new(());

impl TestDatabase {
    /// A migrated SQLite database in a file.
    pub async fn sqlite() -> Self {
        let template = SQLITE_TEMPLATE
            .get_or_init(|| async {
                let folder = std::env::temp_dir().join(format!("plumbline-test-{}", std::process::id()));
                std::fs::create_dir_all(&folder).expect("a folder for test databases");
                let file = folder.join("template.sqlite");
                let _ = std::fs::remove_file(&file);
                migrate(&format!("sqlite:{}", file.display())).await;
                file
            })
            .await;
        let file = template.with_file_name(format!("{}.sqlite", Uuid::now_v7().simple()));
        std::fs::copy(template, &file).expect("a copy of the template");
        Self { url: format!("sqlite:{}", file.display()), file: Some(file), on_server: None }
    }

    /// A migrated PostgreSQL database; `None` where there is no server.
    pub async fn postgres() -> Option<Self> {
        let server = postgres::server().await?;
        let template = POSTGRES_TEMPLATE
            .get_or_init(|| async {
                sweep(server).await;
                let name = format!("plumbline_test_{}_template", std::process::id());
                on(server, &format!("CREATE DATABASE {name}")).await;
                migrate(&format!("{server}/{name}")).await;
                name
            })
            .await;
        Some(Self::from_template(server, template).await)
    }

    /// An empty database, not migrated, beside this one.
    pub async fn empty_like(&self) -> Self {
        match &self.on_server {
            None => {
                let folder = self.file.as_ref().and_then(|file| file.parent()).expect("a folder");
                let file = folder.join(format!("{}.sqlite", Uuid::now_v7().simple()));
                Self { url: format!("sqlite:{}", file.display()), file: Some(file), on_server: None }
            }
            Some((server, _)) => {
                let name = format!("plumbline_test_{}_{}", std::process::id(), Uuid::now_v7().simple());
                on(server, &format!("CREATE DATABASE {name}")).await;
                Self { url: format!("{server}/{name}"), file: None, on_server: Some((server.clone(), name)) }
            }
        }
    }

    /// A copy of this database. Nobody may be connected to this one meanwhile.
    pub async fn copy(&self) -> Self {
        match (&self.file, &self.on_server) {
            (Some(file), _) => {
                let copy = file.with_file_name(format!("{}.sqlite", Uuid::now_v7().simple()));
                std::fs::copy(file, &copy).expect("a copy of the database");
                Self { url: format!("sqlite:{}", copy.display()), file: Some(copy), on_server: None }
            }
            (None, Some((server, name))) => Self::from_template(server, name).await,
            (None, None) => unreachable!("a database is in a file or on a server"),
        }
    }

    async fn from_template(server: &str, template: &str) -> Self {
        let name = format!("plumbline_test_{}_{}", std::process::id(), Uuid::now_v7().simple());
        let copying = COPYING.lock().await;
        on(server, &format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        drop(copying);
        Self { url: format!("{server}/{name}"), file: None, on_server: Some((server.to_owned(), name)) }
    }

    /// A connection that knows no scope, for looking behind the service's back.
    pub async fn raw(&self) -> DatabaseConnection {
        let url = if self.file.is_some() { format!("{}?mode=rwc", self.url) } else { self.url.clone() };
        sea_orm::Database::connect(url).await.expect("the test's database")
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Some(file) = &self.file {
            for end in ["", "-wal", "-shm"] {
                let _ = std::fs::remove_file(format!("{}{end}", file.display()));
            }
        }
        // On a thread of its own, because `drop` cannot wait. The next run sweeps what a killed run leaves.
        if let Some((server, name)) = self.on_server.take() {
            let dropping = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                if let Ok(runtime) = runtime {
                    runtime.block_on(async {
                        if let Some(connection) = postgres::answers(&server).await {
                            let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                            let _ = connection.execute_unprepared(&sql).await;
                        }
                    });
                }
            });
            let _ = dropping.join();
        }
    }
}

/// Commits what a test wrote by hand, with its entry in the audit.
pub async fn commit(tx: Tx) {
    let entry = Entry::at_console(AuditKind::Console, None, "tests", crate::TestApp::now());
    audit::commit(tx, entry).await.expect("a commit");
}

async fn migrate(url: &str) {
    let db = Db::connect(url, 2, cells::settle).await.expect("a database for tests");
    db.migrate_up().await.expect("the migrations");
    db.close().await;
}

async fn on(server: &str, sql: &str) {
    let connection = postgres::answers(server).await.expect("the PostgreSQL of the tests");
    connection.execute_unprepared(sql).await.expect("a statement of the harness");
}

/// Drops what test runs that were killed have left behind.
async fn sweep(server: &str) {
    let connection = postgres::answers(server).await.expect("the PostgreSQL of the tests");
    let sql = "SELECT datname FROM pg_database WHERE datname LIKE 'plumbline\\_test\\_%'";
    let statement = sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, sql);
    for row in connection.query_all_raw(statement).await.expect("a list of databases") {
        let name: String = row.try_get("", "datname").expect("a name");
        let owner = name.split('_').nth(2).and_then(|pid| pid.parse::<u32>().ok());
        let alive = owner.is_some_and(|pid| std::path::Path::new(&format!("/proc/{pid}")).exists());
        if !alive {
            let _ = connection.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        }
    }
}
