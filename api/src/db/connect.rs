//! Opening a database: what a URL means, and the settings that were measured to matter.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection};
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{ConnectOptions as _, Connection as _};
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DbBackend, DbErr, SqlxError};
use tokio::time::timeout;
use uuid::Uuid;

use super::connections::{Connections, Pools};
use super::line::Line;
use super::watch::{Watched, watch};
use super::{Db, Events, Settle, fitness, health::Health};
use crate::clock::Clock;

/// A database could not be opened; the text tells the operator what to do.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The URL is of no database that Plumbline runs on.
    #[error(
        "DATABASE_URL must begin with `sqlite:` or `postgres://`, but begins with `{0}`. \
         Examples: sqlite:plumbline.sqlite, postgres://plumbline:secret@localhost/plumbline"
    )]
    Scheme(String),
    /// The URL names several servers.
    #[error(
        "DATABASE_URL names several hosts ({0}). Plumbline connects to one: name the address that your failover keeps \
         (a virtual address, or a name in DNS), or a proxy that pools sessions"
    )]
    SeveralHosts(String),
    /// The server is not one on which the service can stand.
    #[error("the database {url} cannot be used: {reason}. {advice}")]
    Unfit {
        /// The URL without its password.
        url: String,
        /// What is wrong.
        reason: String,
        /// What to do.
        advice: &'static str,
    },
    /// The database did not answer.
    #[error("cannot open the database {url}: {reason}. {advice}")]
    Unreachable {
        /// The URL without its password.
        url: String,
        /// What the driver said, on one line.
        reason: String,
        /// What to do.
        advice: &'static str,
    },
}

/// Fewer pupils than this are few: the Department for Education suppresses 1 to 5.
const THRESHOLD: u32 = 6;

impl Db {
    /// Opens the database that `url` names, with at most `connections` at once, and on PostgreSQL one more for the
    /// audit. `settle` keeps figures right: it runs before each commit of a transaction that touched something.
    ///
    /// # Errors
    /// [`ConnectError`], on one line, with what to do.
    pub async fn connect(url: &str, connections: u32, settle: Settle) -> Result<Self, ConnectError> {
        Self::open(url, connections, settle, false).await
    }

    /// As [`Db::connect`], but on PostgreSQL statements for viewers run behind row-level security. The wall must be up
    /// ([`Db::raise_wall`]).
    ///
    /// # Errors
    /// [`ConnectError`], on one line, with what to do.
    pub async fn connect_behind_wall(url: &str, connections: u32, settle: Settle) -> Result<Self, ConnectError> {
        Self::open(url, connections, settle, true).await
    }

    async fn open(url: &str, connections: u32, settle: Settle, walled: bool) -> Result<Self, ConnectError> {
        let is_server = !url.starts_with("sqlite:");
        let url = &*with_mode(url);
        let line = Arc::new(Line::new(is_server));
        let mut server = None;
        let (read, write, audit) = if url.starts_with("sqlite:") {
            // The writer goes first: it creates the file and sets the journal mode.
            let write = open(url, sqlite(url, 1), SQLITE_ADVICE).await?;
            let in_memory = url.contains(":memory:") || url.contains("mode=memory");
            let read =
                if in_memory { write.clone() } else { open(url, sqlite(url, connections), SQLITE_ADVICE).await? };
            (read, write.clone(), write)
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let name = format!("plumbline {:08x}", Uuid::new_v4().as_fields().0);
            let all = postgres(url, connections, walled, &name, &line);
            let mut one = postgres(url, 1, walled, &name, &line);
            one.connect_lazy(true);
            fitness::inspect(url).await?;
            let pool = open(url, all.clone(), POSTGRES_ADVICE).await?;
            let audit = open(url, one.clone(), POSTGRES_ADVICE).await?;
            server = Some((name, all, one));
            (pool.clone(), pool, audit)
        } else {
            let scheme = url.split(':').next().unwrap_or_default();
            return Err(ConnectError::Scheme(scheme.chars().take(20).collect()));
        };
        let backend = read.get_database_backend();
        let connections = Arc::new(Connections::new(Pools { read, write, audit }, line));
        if let Some((name, all, audit)) = server
            && let Ok(options) = url.parse::<PgConnectOptions>()
        {
            let options = options.application_name("plumbline watch").disable_statement_logging();
            let connections = Arc::downgrade(&connections);
            tokio::spawn(watch(Watched { connections, all, audit, options, name }));
        }
        let (statements, statements_apart) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let walled = walled && backend == DbBackend::Postgres;
        let events = Events::new(is_server.then(|| url.to_owned()));
        Ok(Self {
            connections,
            backend,
            statements,
            statements_apart,
            changes: Arc::default(),
            settle,
            threshold: THRESHOLD,
            clock: Clock::System,
            walled,
            holds: true,
            witness: None,
            events,
            health: Arc::new(Health::of(url)),
        })
    }

    /// The same database with another threshold: fewer pupils than this are few. It is 6 unless the trust set another
    /// number.
    #[must_use]
    pub const fn with_threshold(mut self, threshold: u32) -> Self {
        self.threshold = threshold;
        self
    }

    /// From now on nobody waits longer than this for one answer of a server: a statement, a commit, a connection. Until
    /// then it is 15 minutes, which is for commands. What is waited for in vain is answered as an outage, and is ended on the
    /// server. A file answers or fails by itself.
    pub fn has_patience(&self, milliseconds: u64) {
        self.connections.line.has_patience(milliseconds);
    }

    /// The same database, whose transactions hold nothing of what they read, to measure what holding costs. No
    /// configuration leads here.
    #[must_use]
    pub const fn holding_nothing(mut self) -> Self {
        self.holds = false;
        self
    }

    /// The same database, with another clock.
    #[must_use]
    pub const fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }
}

/// The SQLite file that a URL names, if it does not exist yet: opening it creates it.
#[must_use]
pub fn missing_file(url: &str) -> Option<&str> {
    file_of(url).filter(|path| !std::path::Path::new(path).exists())
}

/// The SQLite file that a URL names; none for one in memory, and for PostgreSQL.
fn file_of(url: &str) -> Option<&str> {
    let path = url.strip_prefix("sqlite:")?.split('?').next()?;
    let path = path.strip_prefix("//").unwrap_or(path);
    let in_memory = path.contains(":memory:") || url.contains("mode=memory");
    (!in_memory).then_some(path)
}

/// The folder of the SQLite file that a URL names; none for one in memory, and for PostgreSQL.
#[must_use]
pub fn folder_of(url: &str) -> Option<PathBuf> {
    Path::new(file_of(url)?).parent().map(Path::to_path_buf)
}

/// A file of SQLite that is open.
pub(super) struct File {
    url: String,
    path: PathBuf,
    identity: Option<(u64, u64)>,
}

impl File {
    /// The file that a URL names.
    pub(super) fn of(url: &str) -> Option<Self> {
        let path = PathBuf::from(file_of(url)?);
        Some(Self { url: url.to_owned(), identity: identity(&path), path })
    }

    /// The folder in which it is.
    pub(super) fn folder(&self) -> PathBuf {
        self.path.parent().unwrap_or(Path::new(".")).to_path_buf()
    }

    /// Whether the path still names the file that was opened.
    pub(super) fn is_still_there(&self) -> bool {
        identity(&self.path) == self.identity
    }

    /// Reads the file over a new connection.
    pub(super) async fn read_anew(&self) -> Result<(), DbErr> {
        let mut options = pool(&self.url, 1);
        options.map_sqlx_sqlite_opts(|sqlite| sqlite.create_if_missing(false));
        let connection = Database::connect(options).await?;
        let read = connection.execute_unprepared("SELECT COUNT(*) FROM sqlite_master").await;
        connection.close().await?;
        read.map(|_| ())
    }
}

/// By which a file is known, whatever it is called: its device and number there.
#[cfg(unix)]
fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    let known = std::fs::metadata(path).ok()?;
    Some((known.dev(), known.ino()))
}

#[cfg(not(unix))]
fn identity(path: &Path) -> Option<(u64, u64)> {
    path.exists().then_some((0, 0))
}

const SQLITE_ADVICE: &str = "Check that the folder exists and can be written to, or name another file in DATABASE_URL";
pub(super) const POSTGRES_ADVICE: &str =
    "Check that PostgreSQL runs there and that user, password and database are right, or set DATABASE_URL";

/// To so many bytes the journal of SQLite is cut back when it is begun anew.
const JOURNAL_BYTES: u32 = 16 << 20;

/// Readers beside one writer (WAL); a writer that waits for its turn rather than fail; and what is
/// acknowledged survives a power cut (`synchronous=FULL`).
fn sqlite(url: &str, connections: u32) -> ConnectOptions {
    let mut options = pool(url, connections);
    options.map_sqlx_sqlite_opts(|sqlite| {
        sqlite
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(30))
            .foreign_keys(true)
            .row_buffer_size(1024)
            // After much was written the journal is as large as that was, and would stay so.
            .pragma("journal_size_limit", JOURNAL_BYTES.to_string())
    });
    // After a disk that was full or broken SQLite has rolled back by itself. The driver does not know that and counts on:
    // it would begin savepoints in a transaction that nobody commits. Such a connection is closed, and another is opened.
    options.map_sqlx_sqlite_before_acquire(|connection, _| {
        let is_idle = !connection.is_in_transaction();
        Box::pin(async move { Ok(is_idle) })
    });
    options
}

/// A connection that nobody used for so long is asked whether it lives before it is used again. A firewall forgets it without
/// a word.
const IDLE: Duration = Duration::from_secs(5);
/// How long it may take to say so.
const SIGN_OF_LIFE: Duration = Duration::from_millis(500);

/// Behind a wall, the service says on each connection that it is the service. Somebody who only has its password does
/// not. `name` tells the connections of this instance from those of others.
fn postgres(url: &str, connections: u32, walled: bool, name: &str, line: &Arc<Line>) -> ConnectOptions {
    let mut options = pool(url, connections);
    options.set_application_name(name);
    if walled {
        options.map_sqlx_postgres_opts(|postgres| postgres.options([("plumbline.service", "on")]));
    }
    let (taken, given_back) = (Arc::clone(line), Arc::clone(line));
    options.map_sqlx_postgres_before_acquire(move |connection, of| {
        let line = Arc::clone(&taken);
        Box::pin(async move {
            // The first that is dead is waited for, or was. Those that have been idle since then are not trusted any more.
            match line.doubted() {
                Some(since) if of.idle_for > since.elapsed() => Ok(false),
                _ if of.idle_for < IDLE => Ok(true),
                _ => lives(connection, &line).await,
            }
        })
    });
    options.map_sqlx_postgres_pool_opts(move |pool| {
        let line = Arc::clone(&given_back);
        let pool = pool.after_release(move |connection, _| {
            let line = Arc::clone(&line);
            Box::pin(async move {
                // The driver asks by itself, and would wait for ever.
                if line.doubted().is_some() { lives(connection, &line).await } else { Ok(true) }
            })
        });
        pool.after_connect(|connection, _| Box::pin(lets_the_server_notice(connection)))
    });
    options
}

async fn lives(connection: &mut PgConnection, line: &Line) -> Result<bool, SqlxError> {
    match timeout(SIGN_OF_LIFE, connection.ping()).await {
        Ok(answered) => answered.map(|()| true),
        Err(_) => {
            line.doubt();
            Err(no_sign_of_life())
        }
    }
}

fn no_sign_of_life() -> SqlxError {
    SqlxError::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, "the connection gives no sign of life"))
}

/// If this machine is gone without a word, the server notices within a minute, and ends a transaction that nobody goes on
/// with within five. Else what the transaction holds would be held for two hours.
async fn lets_the_server_notice(connection: &mut PgConnection) -> Result<(), SqlxError> {
    let sql =
        "SELECT set_config('tcp_keepalives_idle', '30', false), set_config('tcp_keepalives_interval', '10', false),
                      set_config('tcp_keepalives_count', '3', false), set_config('tcp_user_timeout', '60000', false),
                      set_config('idle_in_transaction_session_timeout', '5min', false)";
    sea_orm::sqlx::query(sql).execute(connection).await?;
    Ok(())
}

fn pool(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .connect_timeout(Duration::from_secs(5))
        .acquire_timeout(Duration::from_secs(10))
        .test_before_acquire(false)
        .sqlx_logging(false);
    options
}

async fn open(url: &str, options: ConnectOptions, advice: &'static str) -> Result<DatabaseConnection, ConnectError> {
    let mut opened = Database::connect(options.clone()).await;
    // If several instances open a new SQLite file at once, only one can set its journal mode. SQLite tells the others
    // at once that the file is locked, without the wait that it has for everything else.
    for _ in 0..100 {
        if !opened.as_ref().is_err_and(|error| error.to_string().contains("database is locked")) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        opened = Database::connect(options.clone()).await;
    }
    opened.map_err(|error| ConnectError::Unreachable { url: shown_url(url), reason: reason(&error), advice })
}

/// The URL of a server, which speaks TLS if it says so. Left to itself the driver would speak it wherever the server does. How soon a
/// connection that fell silent is replaced was tried without it (docs/adr/0025-database-that-fails.md).
fn with_mode(url: &str) -> Cow<'_, str> {
    let says =
        ["sslmode=", "ssl-mode="].iter().any(|name| url.contains(name)) || std::env::var_os("PGSSLMODE").is_some();
    if url.starts_with("sqlite:") || says {
        return Cow::Borrowed(url);
    }
    let begins = if url.contains('?') { '&' } else { '?' };
    Cow::Owned(format!("{url}{begins}sslmode=disable"))
}

/// A database URL as it may be shown: without its password.
#[must_use]
pub fn shown_url(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    match rest.rsplit_once('@') {
        Some((who, place)) => {
            let user = who.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}@{}", place.split('?').next().unwrap_or_default())
        }
        None => format!("{scheme}://{}", rest.split('?').next().unwrap_or_default()),
    }
}

/// The innermost words of a driver's error, on one line.
fn reason(error: &DbErr) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let text = cause.to_string();
    text.lines().next().unwrap_or_default().trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::{shown_url, with_mode};

    #[test]
    fn tls_is_spoken_where_the_address_says_so() {
        for (url, with) in [
            ("sqlite:a.sqlite", "sqlite:a.sqlite"),
            ("postgres://h/db", "postgres://h/db?sslmode=disable"),
            ("postgres://h/db?application_name=x", "postgres://h/db?application_name=x&sslmode=disable"),
            ("postgres://h/db?sslmode=verify-full", "postgres://h/db?sslmode=verify-full"),
        ] {
            assert_eq!(with_mode(url), with);
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        assert_eq!(shown_url("postgres://ann:s3cr@t@db:5432/p?sslmode=require"), "postgres://ann@db:5432/p");
        assert_eq!(shown_url("sqlite:data/p.sqlite"), "sqlite:data/p.sqlite");
    }
}
