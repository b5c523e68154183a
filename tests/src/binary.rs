//! The real binary, started as a person would.

use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::OnceCell;
use uuid::Uuid;

static BINARY: OnceCell<PathBuf> = OnceCell::const_new();

/// `plumbline`, built once for the test run: cargo builds no binary for the tests of another package.
async fn binary() -> &'static PathBuf {
    BINARY
        .get_or_init(|| async {
            let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
            let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
            build.current_dir(root).args([
                "build",
                "--quiet",
                "--workspace",
                "--bin",
                "plumbline",
                "--message-format",
                "json",
            ]);
            let output = build.output().await.expect("cargo");
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let built = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
            let files: Vec<PathBuf> = built.filter_map(|line| Some(line["executable"].as_str()?.into())).collect();
            files.last().cloned().unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&output.stderr)))
        })
        .await
}

/// A folder and an environment of a test's own, in which commands run.
pub struct Console {
    /// The folder.
    pub folder: PathBuf,
    /// `DATABASE_URL`.
    pub database_url: String,
}

impl Drop for Console {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Console {
    /// A console on a database.
    #[must_use]
    pub fn new(database_url: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("plumbline-console-{}", Uuid::now_v7().simple()));
        std::fs::create_dir_all(&folder).expect("a folder");
        Self { folder, database_url: database_url.to_owned() }
    }

    async fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary().await);
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env_clear()
            .env("DATABASE_URL", &self.database_url)
            .env("PLUMBLINE_LOG__FILTER", "warn")
            // Nobody sends requests to it but the test.
            .env("PLUMBLINE_STOPPING__UNREADY_MILLISECONDS", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// Runs a command to its end, without the tests' own setting of logs.
    pub async fn run_as_it_comes(&self, arguments: &[&str]) -> Said {
        let mut command = self.command(arguments).await;
        command.env_remove("PLUMBLINE_LOG__FILTER");
        Self::to_its_end(command).await
    }

    /// Runs a command to its end, at most a minute.
    pub async fn run(&self, arguments: &[&str]) -> Said {
        self.run_with(arguments, &[]).await
    }

    /// Runs a command to its end with more of an environment.
    pub async fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Said {
        let mut command = self.command(arguments).await;
        command.envs(environment.iter().copied());
        Self::to_its_end(command).await
    }

    /// Runs a command to its end with a standard output that the test does not read.
    pub async fn run_into(&self, arguments: &[&str], output: impl Into<Stdio>) -> Said {
        let mut command = self.command(arguments).await;
        let child = command.stdout(output).spawn().expect("it started");
        let output = tokio::time::timeout(Duration::from_secs(60), child.wait_with_output()).await;
        Said::from(output.expect("it ended").expect("its errors"))
    }

    async fn to_its_end(mut command: Command) -> Said {
        let output = tokio::time::timeout(Duration::from_secs(60), command.output()).await;
        Said::from(output.expect("it ended").expect("it started"))
    }

    /// Starts a command, and waits for a line of its output that holds `words`.
    pub async fn start(&self, arguments: &[&str], words: &str) -> (Child, String) {
        self.start_with(arguments, words, &[]).await
    }

    /// Starts a command with more of an environment, without waiting for anything.
    pub async fn launch(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Child {
        let mut command = self.command(arguments).await;
        command.envs(environment.iter().copied());
        command.spawn().expect("it started")
    }

    /// Starts a command without the tests' own setting of logs, and does not wait for anything.
    pub async fn launch_as_it_comes(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments).await;
        command.env_remove("PLUMBLINE_LOG__FILTER");
        command.spawn().expect("it started")
    }

    /// As [`Console::start`], with more of an environment.
    pub async fn start_with(&self, arguments: &[&str], words: &str, environment: &[(&str, &str)]) -> (Child, String) {
        let mut child = self.launch(arguments, environment).await;
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let found = async {
            while let Some(line) = lines.next_line().await.expect("a line") {
                if line.contains(words) {
                    return line;
                }
            }
            panic!("it ended without `{words}`");
        };
        let line = tokio::time::timeout(Duration::from_secs(60), found).await.expect("it said so in time");
        // Reads on, so that a closed pipe does not end the process.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        (child, line)
    }
}

/// What a command said, and how it ended.
#[derive(Debug)]
pub struct Said {
    /// Whether it succeeded.
    pub success: bool,
    /// Standard output.
    pub output: String,
    /// Standard error.
    pub errors: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            success: output.status.success(),
            output: String::from_utf8_lossy(&output.stdout).into_owned(),
            errors: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Said {
    /// The one line with which it failed.
    #[must_use]
    pub fn failure(&self) -> &str {
        assert!(!self.success, "{self:?}");
        let lines: Vec<&str> = self.errors.lines().collect();
        assert_eq!(lines.len(), 1, "one line that says what to do: {self:?}");
        assert!(!self.errors.contains("panicked"), "{self:?}");
        lines[0]
    }
}
