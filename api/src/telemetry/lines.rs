//! Lines of the log on their way out. They wait in a queue for a thread that writes them. If the queue is full, or the
//! reader has left, lines are dropped and counted: no request waits or fails because of its log.

use std::io::{self, Write};
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tracing_appender::non_blocking::{ErrorCounter, NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::fmt::MakeWriter;

/// Most lines that wait for their reader. A line has some 200 bytes, so they take about a megabyte.
const MOST_WAITING: usize = 4_096;
/// How long the last lines may take to be written.
const LAST_LINES: Duration = Duration::from_secs(2);
/// Dropped lines are told of at most this often.
const BETWEEN_WARNINGS: Duration = Duration::from_secs(60);

/// A writer of lines to `out` that never waits, and what ends it.
pub(super) fn to(out: impl Write + Send + 'static) -> (Lines, Logging) {
    let tally = Arc::new(Tally::default());
    let written = Written { out, tally: Arc::clone(&tally), there: false, told_at: None };
    let builder = NonBlockingBuilder::default().lossy(true).buffered_lines_limit(MOST_WAITING);
    let (queue, guard) = builder.thread_name("log").finish(written);
    // Nothing was set before, so nothing is refused.
    let _ = tally.turned_away.set(queue.error_counter());
    (Lines { queue, tally: Arc::clone(&tally) }, Logging { guard: Some(guard), tally })
}

/// What became of the lines.
#[derive(Debug, Default)]
struct Tally {
    /// Handed over, by whoever logs.
    handed: AtomicU64,
    /// Taken from the queue, and written or not.
    taken: AtomicU64,
    /// Taken from the queue and not written: nobody reads any more.
    failed: AtomicU64,
    /// Refused by the queue, for it was full.
    turned_away: OnceLock<ErrorCounter>,
    /// Of the dropped ones, those that the log has told of.
    told: AtomicU64,
}

impl Tally {
    fn turned_away(&self) -> u64 {
        self.turned_away.get().map_or(0, |counter| counter.dropped_lines() as u64)
    }

    fn dropped(&self) -> u64 {
        self.failed.load(Relaxed) + self.turned_away()
    }

    /// Lines that are still to be written.
    fn waiting(&self) -> u64 {
        self.handed.load(Relaxed).saturating_sub(self.taken.load(Relaxed) + self.turned_away())
    }

    /// Logs how many lines were dropped since this was told last, if any were.
    fn tell(&self) -> bool {
        let dropped = self.dropped();
        let lines = dropped.saturating_sub(self.told.swap(dropped, Relaxed));
        if lines > 0 {
            tracing::warn!(lines, "lines of the log were dropped");
        }
        lines > 0
    }
}

/// Takes lines and returns at once.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    queue: NonBlocking,
    tally: Arc<Tally>,
}

impl Write for Lines {
    /// Takes a whole line: `tracing-subscriber` writes each with one call.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.tally.handed.fetch_add(1, Relaxed);
        self.queue.write(line)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Writes lines, in the thread that may wait for whoever reads.
struct Written<W> {
    out: W,
    tally: Arc<Tally>,
    /// Whether the last line could be written.
    there: bool,
    told_at: Option<Instant>,
}

impl<W: Write> Write for Written<W> {
    /// Takes a whole line: `tracing-appender` writes each with one call. Never fails.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.there = self.out.write_all(line).and_then(|()| self.out.flush()).is_ok();
        if !self.there {
            self.tally.failed.fetch_add(1, Relaxed);
        }
        self.tally.taken.fetch_add(1, Relaxed);
        Ok(line.len())
    }

    /// Called once the queue is empty: there is room then for a line about those that were dropped.
    fn flush(&mut self) -> io::Result<()> {
        let due = self.told_at.is_none_or(|told| told.elapsed() >= BETWEEN_WARNINGS);
        if self.there && due && self.tally.tell() {
            self.told_at = Some(Instant::now());
        }
        Ok(())
    }
}

/// Logging, for as long as this is kept.
#[derive(Debug)]
pub(super) struct Logging {
    guard: Option<WorkerGuard>,
    tally: Arc<Tally>,
}

impl Logging {
    /// A counter of the lines that were dropped.
    pub(super) fn dropped(&self) -> Dropped {
        Dropped(Arc::clone(&self.tally))
    }
}

impl Drop for Logging {
    /// Waits for the last lines, but not for a reader who does not take them.
    fn drop(&mut self) {
        let until = Instant::now() + LAST_LINES;
        let all_written = || {
            while self.tally.waiting() > 0 && Instant::now() < until {
                sleep(Duration::from_millis(2));
            }
            self.tally.waiting() == 0
        };
        // The line about dropped lines waits for room, and is waited for.
        let written = all_written() && (!self.tally.tell() || all_written());
        if !written && let Some(guard) = self.guard.take() {
            // Dropped, it would print on standard output that the thread is stuck, and be stuck there itself. The
            // thread ends with the process.
            mem::forget(guard);
        }
    }
}

/// How many lines of the log were dropped. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Dropped(Arc<Tally>);

impl Dropped {
    /// Since the process began.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.0.dropped()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, channel};

    use super::*;

    /// A reader who reads nothing, or has left.
    enum Reader {
        Asleep(Receiver<()>),
        Gone,
    }

    impl Write for Reader {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            if let Self::Asleep(woken) = self {
                let _ = woken.recv();
            }
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_for_a_reader_who_has_left_are_counted() {
        let (mut lines, logging) = to(Reader::Gone);
        let dropped = logging.dropped();
        for _ in 0..100 {
            lines.write_all(b"a line\n").expect("it never fails");
        }
        drop(logging);
        assert_eq!(dropped.lines(), 100);
    }

    #[test]
    fn a_reader_who_sleeps_is_waited_for_no_longer_than_two_seconds() {
        let (_wake, woken) = channel();
        let (mut lines, logging) = to(Reader::Asleep(woken));
        let started = Instant::now();
        for _ in 0..10_000 {
            lines.write_all(b"a line\n").expect("it never fails");
        }
        assert!(logging.dropped().lines() >= 10_000 - MOST_WAITING as u64 - 1, "{:?}", logging.dropped());
        drop(logging);
        assert!(started.elapsed() < LAST_LINES + Duration::from_secs(2), "{:?}", started.elapsed());
    }
}
