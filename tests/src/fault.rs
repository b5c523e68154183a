//! What came of a fault, for the table that `tests/faults/run` prints.

use std::io::Write as _;
use std::time::Duration;

/// A fault that is tried, and what came of it. Its line is added to the file that `FAULTS_TABLE` names, if it is set, when
/// this is dropped; if the test fails, the line says so.
#[derive(Debug)]
pub struct Fault {
    what: String,
    times: usize,
    acknowledged: usize,
    lost: usize,
    doubled: usize,
    wrong: usize,
    back: Option<Duration>,
}

impl Fault {
    /// A fault, in words.
    #[must_use]
    pub fn begins(what: impl Into<String>) -> Self {
        Self { what: what.into(), times: 0, acknowledged: 0, lost: 0, doubled: 0, wrong: 0, back: None }
    }

    /// It was brought about once more.
    pub const fn happens(&mut self) {
        self.times += 1;
    }

    /// It took so long after its end until all was well.
    pub fn back_after(&mut self, took: Duration) {
        self.back = self.back.max(Some(took));
    }

    /// How many changes were acknowledged, how many of these are not there, and how many are there twice. Fails if any is.
    pub fn kept(&mut self, acknowledged: usize, lost: usize, doubled: usize) {
        self.acknowledged += acknowledged;
        self.lost += lost;
        self.doubled += doubled;
        assert_eq!((lost, doubled), (0, 0), "{self:?}");
    }

    /// How many answers were wrong. Fails if any was.
    pub fn answered_wrong(&mut self, answers: usize) {
        self.wrong += answers;
        assert_eq!(answers, 0, "{self:?}");
    }
}

impl Drop for Fault {
    fn drop(&mut self) {
        let Some(file) = std::env::var_os("FAULTS_TABLE") else { return };
        let back = self.back.map_or("-".to_owned(), |back| format!("{:.1} s", back.as_secs_f64()));
        let came = if std::thread::panicking() { "FAILED" } else { "held" };
        let Self { what, times, acknowledged, lost, doubled, wrong, .. } = self;
        let line = format!("{what}\t{times}\t{acknowledged}\t{lost}\t{doubled}\t{wrong}\t{back}\t{came}\n");
        let file = std::fs::OpenOptions::new().create(true).append(true).open(file);
        // One write, so that lines of tests that run at once do not mix.
        let written = file.and_then(|mut file| file.write_all(line.as_bytes()));
        if let Err(error) = written {
            eprintln!("the table of faults could not be written: {error}");
        }
    }
}
