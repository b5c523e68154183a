//! Finding a PostgreSQL: `TEST_POSTGRES_URL`, else one on 127.0.0.1:5432, else one of our own.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};
use tokio::sync::OnceCell;

/// A server to make databases on: its URL without the name of a database.
static SERVER: OnceCell<Option<String>> = OnceCell::const_new();

/// The URL of a PostgreSQL server, up to and without the slash before the database.
/// `None` where there is none and none can be started; with `CI=true` that is a failure.
pub async fn server() -> Option<&'static str> {
    let found = SERVER.get_or_init(find).await;
    if found.is_none() {
        let advice =
            "set TEST_POSTGRES_URL, run one on 127.0.0.1:5432, or install PostgreSQL so that `initdb` is found";
        assert!(std::env::var("CI").as_deref() != Ok("true"), "no PostgreSQL for the tests: {advice}");
        eprintln!("LEFT OUT: this test on PostgreSQL, for there is none: {advice}");
    }
    found.as_deref()
}

async fn find() -> Option<String> {
    if let Ok(url) = std::env::var("TEST_POSTGRES_URL") {
        let server = url.rsplit_once('/').map_or(url.as_str(), |(server, _)| server).to_owned();
        assert!(answers(&server).await.is_some(), "TEST_POSTGRES_URL is set, but nothing answers there");
        return Some(server);
    }
    let user = std::env::var("USER").unwrap_or_else(|_| "root".to_owned());
    for user in ["postgres", user.as_str()] {
        let server = format!("postgres://{user}@127.0.0.1:5432");
        if answers(&server).await.is_some() {
            return Some(server);
        }
    }
    start().await
}

/// A connection to the server's own database, if there is one.
pub async fn answers(server: &str) -> Option<DatabaseConnection> {
    let mut options = ConnectOptions::new(format!("{server}/postgres"));
    options.connect_timeout(Duration::from_secs(2)).max_connections(1).sqlx_logging(false);
    let connection = Database::connect(options).await.ok()?;
    connection.execute_unprepared("SELECT 1").await.ok()?;
    Some(connection)
}

/// Starts a server of our own in a temporary folder, without durability. It ends with this process:
/// a shell waits for the end of a pipe that only we hold, and then stops it.
async fn start() -> Option<String> {
    let bin = binaries()?;
    let folder = std::env::temp_dir().join(format!("plumbline-test-postgres-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).ok()?;
    let port = std::net::TcpListener::bind("127.0.0.1:0").ok()?.local_addr().ok()?.port();
    let (bin, data) = (bin.display().to_string(), folder.display().to_string());
    let script = format!(
        "set -e; '{bin}/initdb' -D '{data}/data' -U postgres --auth=trust --no-sync -E UTF8 --locale=C >/dev/null; \
         '{bin}/postgres' -D '{data}/data' -k '{data}' -h 127.0.0.1 -p {port} -c fsync=off -c full_page_writes=off \
         -c synchronous_commit=off -c max_connections=300 >/dev/null 2>&1 & server=$!; cat >/dev/null; \
         kill -INT $server; wait $server; rm -rf '{data}'"
    );
    let child = as_postgres(&script, &folder)?;
    // Kept for the life of the process: the pipe must stay open.
    std::mem::forget(child);
    let server = format!("postgres://postgres@127.0.0.1:{port}");
    for _ in 0..100 {
        if answers(&server).await.is_some() {
            return Some(server);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    None
}

/// PostgreSQL refuses to run as root: then it is run as the user `postgres`.
fn as_postgres(script: &str, folder: &Path) -> Option<Child> {
    let id = Command::new("id").arg("-u").output().ok()?;
    let root = String::from_utf8_lossy(&id.stdout).trim() == "0";
    let mut command = if root {
        Command::new("chown").arg("postgres").arg(folder).status().ok().filter(std::process::ExitStatus::success)?;
        let mut command = Command::new("su");
        command.args(["postgres", "-s", "/bin/sh", "-c", script]);
        command
    } else {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    };
    command.current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()
}

/// The folder that holds `initdb`: on the path, or where Debian keeps it.
fn binaries() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    if let Ok(versions) = std::fs::read_dir("/usr/lib/postgresql") {
        folders.extend(versions.flatten().map(|version| version.path().join("bin")));
    }
    folders.into_iter().find(|folder| folder.join("initdb").is_file())
}
