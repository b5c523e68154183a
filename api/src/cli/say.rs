//! What a command tells the console. None panics because its reader has left, as the macros of the standard library do.

use std::io::{self, ErrorKind, Write};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use super::Failure;

/// How long a reader may take; whoever takes longer may still read it later.
const PATIENCE: Duration = Duration::from_secs(1);

/// Hands out, on standard output, what a command was asked for. A reader may take as long as they like, and leave when they
/// have read enough.
///
/// # Errors
/// It could not be written, as on a disk that is full.
pub(super) fn hand_out(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(format!("cannot write to standard output: {error}").into())
        }
        _ => Ok(()),
    }
}

/// Prints a line on standard output, for a command that goes on. Nobody waits long for a reader who sleeps.
pub(super) fn say(line: &str) {
    write(io::stdout(), line);
}

/// Prints a line on standard error, likewise.
pub(super) fn report(line: &str) {
    write(io::stderr(), line);
}

fn write(mut to: impl Write + Send + 'static, line: &str) {
    let (line, (done, waits)) = (format!("{line}\n"), channel());
    let written = thread::Builder::new().name("console".to_owned()).spawn(move || {
        // Nobody is left who could be told that nobody reads.
        let _ = to.write_all(line.as_bytes()).and_then(|()| to.flush());
        let _ = done.send(());
    });
    if written.is_ok() {
        let _ = waits.recv_timeout(PATIENCE);
    }
}
