//! What a command that serves tells the console. It neither fails nor hangs if nobody reads: the macros of the standard
//! library panic if the reader has left, and wait as long as the reader sleeps.

use std::io::{self, Write};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

/// How long a reader may take; whoever takes longer may still read it later.
const PATIENCE: Duration = Duration::from_secs(1);

/// Prints a line on standard output.
pub(super) fn say(line: &str) {
    write(io::stdout(), line);
}

/// Prints a line on standard error.
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
