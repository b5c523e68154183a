//! What each node says of itself before and after protection.

use super::system::{Classes, System};
use super::table::{Reason, Release, Table};

/// No fitting table is sought with counts beyond this, so that sums stay far from overflow.
const LARGEST: i64 = 1 << 33;

/// Which cells are parts, at any depth, of a small count. A small count is not broken down: its parts are
/// withheld without a word on their size, zeros among them, else `2 = 1 + 1` would tell that neither is 5.
pub(super) fn nested(table: &Table, threshold: u32) -> Vec<bool> {
    let mut classes = Classes::new(table.len());
    for line in &table.lines {
        if let [part] = line.parts[..] {
            classes.join(line.total, part);
        }
    }
    let mut parts_of = vec![Vec::new(); table.len()];
    for line in table.lines.iter().filter(|line| line.parts.len() > 1) {
        let total = classes.find(line.total);
        parts_of[total].extend(line.parts.iter().copied());
    }
    let mut nested = vec![false; table.len()];
    let small = |cell: &usize| (1..threshold).contains(&table.counts[*cell]);
    let mut open: Vec<usize> = (0..table.len()).filter(small).map(|cell| classes.find(cell)).collect();
    while let Some(total) = open.pop() {
        for part in std::mem::take(&mut parts_of[total]) {
            let part = classes.find(part);
            if part != total && !nested[part] {
                nested[part] = true;
                open.push(part);
            }
        }
    }
    (0..table.len()).map(|cell| nested[classes.find(cell)]).collect()
}

/// The zeros shown: those not part of a small count.
pub(super) fn shown_zeros(table: &Table, nested: &[bool]) -> Vec<bool> {
    table.counts.iter().zip(nested).map(|(count, nested)| *count == 0 && !nested).collect()
}

/// The release of every node, and what a reader may make of it.
#[derive(Debug)]
pub(super) struct Labels {
    pub(super) of: Vec<Release>,
    threshold: i64,
}

impl Labels {
    /// The primary rule: 1 to k-1 is withheld; parts of a small count are withheld unstated; the rest is shown.
    pub(super) fn new(table: &Table, system: &System, nested: &[bool], threshold: u32) -> Self {
        let mut of = vec![Release::Shown; system.count.len()];
        for (cell, node) in system.node_of.iter().enumerate() {
            let Some(node) = *node else { continue };
            let small = (1..threshold).contains(&table.counts[cell]);
            // `SmallCount` at k = 2 would say: one.
            if small && !nested[cell] && threshold > 2 {
                of[node] = Release::Withheld(Reason::SmallCount);
            } else if (small || nested[cell]) && of[node].is_shown() {
                of[node] = Release::Withheld(Reason::Unstated);
            }
        }
        Self { of, threshold: i64::from(threshold) }
    }

    /// The mildest release of a node under which it could as well be `value`; none if nothing allows that.
    pub(super) fn allowing(&self, node: usize, true_count: i64, value: i64) -> Option<Release> {
        let said = self.of[node];
        let fits = match said {
            Release::Shown => value == true_count,
            Release::Withheld(Reason::SmallCount) => (1..self.threshold).contains(&value),
            Release::Withheld(Reason::Complementary) => value >= self.threshold,
            Release::Withheld(Reason::Unstated) => value >= 0,
        };
        if value > LARGEST {
            None
        } else if fits {
            Some(said)
        } else if said.is_shown() && value >= self.threshold {
            Some(Release::Withheld(Reason::Complementary))
        } else if value >= 0 {
            Some(Release::Withheld(Reason::Unstated))
        } else {
            None
        }
    }

    /// Whether a true count is small, whatever its label.
    pub(super) fn is_small(&self, true_count: i64) -> bool {
        (1..self.threshold).contains(&true_count)
    }
}
