//! What mechanisms and slices count of their work, for whoever reads the metrics. A count begins at 0 with the process.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A count of something that happens.
#[derive(Debug)]
pub struct Count {
    /// Its name as a metric, without the prefix of all and `_total`.
    pub name: &'static str,
    /// What it counts.
    pub help: &'static str,
    so_far: AtomicU64,
}

impl Count {
    const fn of(name: &'static str, help: &'static str) -> Self {
        Self { name, help, so_far: AtomicU64::new(0) }
    }

    /// It happened once more.
    pub fn add_one(&self) {
        self.so_far.fetch_add(1, Relaxed);
    }

    /// How often it has happened.
    #[must_use]
    pub fn so_far(&self) -> u64 {
        self.so_far.load(Relaxed)
    }
}

/// Classes whose cells, from which comparisons are answered, were counted anew at the end of a transaction.
pub static CELLS_COUNTED: Count =
    Count::of("cells_counted", "Classes whose cells were counted anew at the end of a transaction");
/// Editions of an exercise, from which those who see no pupils are answered.
pub static EDITIONS_MADE: Count = Count::of("editions_made", "Editions of moderation exercises that were made");

/// All counts.
pub static ALL: [&Count; 2] = [&CELLS_COUNTED, &EDITIONS_MADE];
