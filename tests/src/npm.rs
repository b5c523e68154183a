//! Other people's software from npm: installed once from the lock file in `tests/npm`, then run.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::OnceCell;

static INSTALLED: OnceCell<()> = OnceCell::const_new();

/// The folder of the packages and of the scripts that use them.
#[must_use]
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("npm")
}

/// A command that runs a script of `tests/npm` with Node.js; installs the packages first. Give it arguments, and
/// [`run`] or [`start`] it.
///
/// # Panics
/// There is no Node.js (20 or later) with npm, or the packages cannot be installed.
pub async fn node(script: &str) -> Command {
    INSTALLED.get_or_init(install).await;
    let mut command = Command::new("node");
    command.arg(script).current_dir(folder()).stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// Installs what the lock file names, unless exactly that is there already.
async fn install() {
    let (locked, stamp) = (folder().join("package-lock.json"), folder().join("node_modules/.installed"));
    let locked = std::fs::read(locked).expect("tests/npm/package-lock.json");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == locked) {
        return;
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund", "--loglevel", "error"]).current_dir(folder()).stdin(Stdio::null());
    let advice =
        "install Node.js 20 or later with npm: the tests hold the service against clients and servers from there";
    let done = npm.output().await.unwrap_or_else(|error| panic!("no npm ({error}): {advice}"));
    assert!(done.status.success(), "npm ci failed: {}", String::from_utf8_lossy(&done.stderr));
    std::fs::write(stamp, locked).expect("a mark in node_modules");
}

/// Runs a script to its end, at most for `limit`. Returns its output; if it fails, fails with what it said.
///
/// # Panics
/// It failed, or did not end in time.
pub async fn run(mut command: Command, limit: Duration) -> String {
    let output = tokio::time::timeout(limit, command.output()).await.expect("it ended in time").expect("it started");
    let (said, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}\n{errors}");
    said.into_owned()
}

/// A script that runs until it is dropped, and the lines that it says.
pub struct Running {
    /// The process; it ends when this is dropped.
    pub child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

/// Starts a script that goes on until it is dropped.
///
/// # Panics
/// It did not start.
#[must_use]
pub fn start(mut command: Command) -> Running {
    let mut child = command.stdout(Stdio::piped()).spawn().expect("it started");
    let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    Running { child, lines }
}

impl Running {
    /// The next line that it says, within half a minute.
    ///
    /// # Panics
    /// There was none.
    pub async fn line(&mut self) -> String {
        let next = tokio::time::timeout(Duration::from_secs(30), self.lines.next_line());
        next.await.expect("a line in time").expect("its output").expect("a line before it ended")
    }
}
