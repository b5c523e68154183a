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

/// A server, or a pooler before one, of a test's own. It ends with the test.
pub struct Apart {
    /// Where it listens, on 127.0.0.1.
    pub port: u16,
    /// The folder with its files.
    pub folder: PathBuf,
    // The shell waits for the end of a pipe that only this holds, and then stops it.
    _shell: Child,
}

impl Apart {
    /// A PostgreSQL with settings of its own (`ssl=on`) and these lines for who is let in. `files` are laid into its data folder. `None` where
    /// there is none; with `CI=true` that is a failure.
    pub async fn server(settings: &[&str], let_in: &str, files: &[(&str, &str)]) -> Option<Self> {
        let bin = must_be_there(binaries(), "initdb", "postgresql")?.display().to_string();
        let (folder, port) = place()?;
        for (name, text) in files.iter().chain(&[("let_in", let_in)]) {
            std::fs::write(folder.join(name), text).expect("a file");
        }
        let data = folder.display().to_string();
        let settings: String = settings.iter().map(|setting| format!(" -c {setting}")).collect();
        let take = files
            .iter()
            .map(|(name, _)| format!("cp '{data}/{name}' '{data}/data/'; chmod 600 '{data}/data/{name}'; "));
        let script = format!(
            "set -e; '{bin}/initdb' -D '{data}/data' -U postgres --auth=trust --no-sync -E UTF8 --locale=C >/dev/null; {}\
             cp '{data}/let_in' '{data}/data/pg_hba.conf'; \
             '{bin}/postgres' -D '{data}/data' -k '{data}' -h 127.0.0.1 -p {port} -c fsync=off{settings} >/dev/null 2>&1 & server=$!; \
             cat >/dev/null; kill -INT $server; wait $server; rm -rf '{data}'",
            take.collect::<String>()
        );
        Self::begin(script, folder, port, "accepting").await
    }

    /// A pgbouncer before a server (`host:port`), with a way to pool. `None` where there is none; with `CI=true` that is a failure.
    pub async fn pooler(server: &str, mode: &str) -> Option<Self> {
        let pgbouncer =
            ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"].iter().map(PathBuf::from).find(|file| file.is_file());
        let pgbouncer = must_be_there(pgbouncer, "pgbouncer", "pgbouncer")?.display().to_string();
        let (folder, port) = place()?;
        let (host, at) = server.split_once(':').expect("a host and a port");
        let data = folder.display().to_string();
        let settings = format!(
            "[databases]\n* = host={host} port={at} user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir = {data}\nauth_type = any\npool_mode = {mode}\nignore_startup_parameters = extra_float_digits,options\n"
        );
        std::fs::write(folder.join("pgbouncer.ini"), settings).expect("a file");
        let script = format!(
            "'{pgbouncer}' -q '{data}/pgbouncer.ini' >/dev/null 2>&1 & pooler=$!; cat >/dev/null; kill -INT $pooler; wait $pooler; rm -rf '{data}'"
        );
        Self::begin(script, folder, port, "open").await
    }

    async fn begin(script: String, folder: PathBuf, port: u16, until: &str) -> Option<Self> {
        let shell = as_postgres(&script, &folder)?;
        for _ in 0..200 {
            // Until it takes connections in earnest, PostgreSQL answers whoever asks for TLS with an error.
            if is_open(port, until == "accepting").await {
                return Some(Self { port, folder, _shell: shell });
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("nothing listens on {port} after 20 s")
    }
}

/// Whether something listens there; of a server, whether it has said that it speaks TLS or does not.
async fn is_open(port: u16, answers: bool) -> bool {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let Ok(mut stream) = tokio::net::TcpStream::connect(("127.0.0.1", port)).await else { return false };
    if !answers {
        return true;
    }
    // SSLRequest: its length, and a number that stands for no version.
    let asked = stream.write_all(&[0, 0, 0, 8, 4, 210, 22, 47]).await;
    let mut said = [0];
    asked.is_ok() && stream.read_exact(&mut said).await.is_ok() && matches!(said[0], b'S' | b'N')
}

fn must_be_there(found: Option<PathBuf>, what: &str, package: &str) -> Option<PathBuf> {
    if found.is_none() {
        let advice = format!("install the package `{package}` of Debian");
        assert!(std::env::var("CI").as_deref() != Ok("true"), "no {what} for the tests: {advice}");
        eprintln!("LEFT OUT: this test, for there is no {what}: {advice}");
    }
    found
}

/// A folder and a port that nobody else has.
fn place() -> Option<(PathBuf, u16)> {
    let folder = std::env::temp_dir().join(format!("plumbline-apart-{}", uuid::Uuid::now_v7().simple()));
    std::fs::create_dir_all(&folder).ok()?;
    let port = std::net::TcpListener::bind("127.0.0.1:0").ok()?.local_addr().ok()?.port();
    Some((folder, port))
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
