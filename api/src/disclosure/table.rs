//! The table to protect: counts, and the lines that add up.

/// A cell of a [`Table`], numbered in the order of insertion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CellId(pub(super) usize);

impl CellId {
    /// Where the cell's release stands in the answer of [`super::protect()`].
    #[must_use]
    pub fn index(self) -> usize {
        self.0
    }
}

/// What becomes of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Release {
    /// The count may be shown.
    Shown,
    /// The count is withheld, for the reason given.
    Withheld(Reason),
}

impl Release {
    /// Whether the count may be shown.
    #[must_use]
    pub fn is_shown(self) -> bool {
        self == Release::Shown
    }
}

/// Why a cell is withheld, and so what its reader learns about its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The count is from 1 to k-1 (`SMALL_COUNT`).
    SmallCount,
    /// The count is k or more, and withheld so that another cannot be had by subtraction (`COMPLEMENTARY`).
    Complementary,
    /// Nothing is said about the count: it may be zero, small or large. Used for all parts of a small count
    /// (which is never broken down: two non-zero parts of a total of at most 5 would each be known to be at
    /// most 4), and where the very reason would narrow a small cell.
    Unstated,
}

/// A total and the parts that make it up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) total: usize,
    pub(super) parts: Vec<usize>,
}

/// Counts of pupils, and every line in which parts add up to a total.
///
/// A table whose lines do not add up, or name a cell it does not have, is faulty; all of it is withheld.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    pub(super) counts: Vec<u32>,
    pub(super) lines: Vec<Line>,
}

impl Table {
    /// An empty table.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a cell.
    pub fn cell(&mut self, count: u32) -> CellId {
        self.counts.push(count);
        CellId(self.counts.len() - 1)
    }

    /// States that `parts` add up to `total`. A line without parts says that the total is zero.
    pub fn line(&mut self, total: CellId, parts: Vec<CellId>) {
        let parts = parts.into_iter().map(|part| part.0).collect();
        self.lines.push(Line { total: total.0, parts });
    }

    /// The count of a cell, if the table has it.
    #[must_use]
    pub fn count(&self, cell: CellId) -> Option<u32> {
        self.counts.get(cell.0).copied()
    }

    /// How many cells there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.counts.len()
    }

    /// Whether there is no cell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Whether every line names cells of this table and adds up.
    pub(super) fn adds_up(&self) -> bool {
        let count = |cell: usize| self.counts.get(cell).copied().map(i64::from);
        self.lines.iter().all(|line| {
            let parts: Option<i64> = line.parts.iter().map(|part| count(*part)).sum();
            parts.is_some() && parts == count(line.total)
        })
    }
}
