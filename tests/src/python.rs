//! Other people's software from PyPI: installed once into an environment of its own in `tests/python`,
//! as `requirements.txt` pins it, then run.

use std::path::PathBuf;
use std::process::Stdio;

use tokio::process::Command;
use tokio::sync::OnceCell;

static INSTALLED: OnceCell<()> = OnceCell::const_new();

/// The folder of the environment and of the scripts that use it.
#[must_use]
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("python")
}

/// A command that runs a script of `tests/python`; installs the packages first. Give it arguments, and
/// [`run`](crate::npm::run) or [`start`](crate::npm::start) it.
///
/// # Panics
/// There is no Python (3.10 or later) with `venv`, or the packages cannot be installed.
pub async fn python(script: &str) -> Command {
    INSTALLED.get_or_init(install).await;
    let mut command = Command::new(folder().join(".venv/bin/python"));
    command.arg(script).current_dir(folder()).stdin(Stdio::null()).kill_on_drop(true).env("PYTHONHASHSEED", "0");
    command
}

/// Installs what the requirements name, unless exactly that is there already.
async fn install() {
    let (wanted, stamp) = (folder().join("requirements.txt"), folder().join(".venv/installed"));
    let wanted = std::fs::read(wanted).expect("tests/python/requirements.txt");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return;
    }
    let advice = "install Python 3.10 or later with venv: the tests hold the service against packages from there";
    let done = Command::new("python3").args(["-m", "venv", ".venv"]).current_dir(folder()).output().await;
    let done = done.unwrap_or_else(|error| panic!("no python3 ({error}): {advice}"));
    assert!(done.status.success(), "no venv ({}): {advice}", String::from_utf8_lossy(&done.stderr));
    let mut pip = Command::new(folder().join(".venv/bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r", "requirements.txt"]);
    let done = pip.current_dir(folder()).stdin(Stdio::null()).output().await.expect("pip");
    assert!(done.status.success(), "pip failed: {}", String::from_utf8_lossy(&done.stderr));
    std::fs::write(stamp, wanted).expect("a mark in the environment");
}
