//! The whole procedure: label, find witnesses, withhold what they change.

use std::cmp::Reverse;

use super::labels::{Labels, nested, shown_zeros};
use super::search::{Change, Search};
use super::system::System;
use super::table::{Reason, Release, Table};

/// How many times zeros inside small counts are given up one by one before all of them are.
const PATIENCE: usize = 8;
/// Witnesses remembered for each node, to be stretched for its next need.
const REMEMBERED: usize = 6;

/// Decides for every cell of the table, in order of its id, whether it is shown.
///
/// Always ends, and always keeps the promise in [`super`]; the dearest answer is to withhold everything but
/// zeros. The same table gives the same answer; the order of lines, and of parts in a line, does not matter.
/// The order of cells breaks ties between complements that would do equally well, and nothing else.
///
/// A threshold of 0 or 1 withholds nothing; at 2 the single pupils are withheld unstated. A table that does not add up is withheld whole.
#[must_use]
pub fn protect(table: &Table, threshold: u32) -> Vec<Release> {
    if !table.adds_up() {
        return vec![Release::Withheld(Reason::Unstated); table.len()];
    }
    let mut nested = nested(table, threshold);
    for attempt in 0..=PATIENCE + 1 {
        let mut zero = shown_zeros(table, &nested);
        let system = System::new(table, &mut zero);
        let mut shield = Shield::new(table, &system, &nested, threshold);
        let bare = shield.cover_zeros();
        if bare.is_empty() {
            shield.cover_small();
            return system
                .node_of
                .iter()
                .map(|node| node.map_or(Release::Shown, |node| shield.labels.of[node]))
                .collect();
        }
        // A zero that no fitting table lifts would be known for one, withheld or not: show it.
        for (cell, nested) in nested.iter_mut().enumerate() {
            let lost = system.node_of[cell].is_some_and(|node| bare.contains(&node));
            if table.counts[cell] == 0 && (lost || attempt >= PATIENCE) {
                *nested = false;
            }
        }
    }
    vec![Release::Withheld(Reason::Unstated); table.len()]
}

/// Labels in the making, with the witnesses found so far.
struct Shield<'a> {
    system: &'a System,
    search: Search<'a>,
    labels: Labels,
    /// Nodes some witness lifts to k-1 or more (a zero: to 1 or more).
    lifted: Vec<bool>,
    /// Nodes some witness lowers to 1 or less.
    lowered: Vec<bool>,
    witnesses: Vec<Change>,
    /// The witnesses that change each node.
    known: Vec<Vec<usize>>,
    top: i64,
}

impl<'a> Shield<'a> {
    fn new(table: &Table, system: &'a System, nested: &[bool], threshold: u32) -> Self {
        let labels = Labels::new(table, system, nested, threshold);
        // At k = 2 a small count could only be 1, so it has to be able to be 2.
        let top = (i64::from(threshold) - 1).max(2);
        Self {
            system,
            search: Search::new(system),
            labels,
            lifted: system.count.iter().map(|count| *count >= top).collect(),
            lowered: system.count.iter().map(|count| *count <= 1).collect(),
            witnesses: Vec::new(),
            known: vec![Vec::new(); system.count.len()],
            top,
        }
    }

    /// Finds a witness for every withheld zero; returns those without one.
    fn cover_zeros(&mut self) -> Vec<usize> {
        let zeros = |node: &usize| self.system.count[*node] == 0;
        let open: Vec<usize> = (0..self.system.count.len()).filter(zeros).collect();
        open.into_iter().filter(|node| !self.lifted[*node] && !self.change(*node, 1)).collect()
    }

    /// Finds both witnesses for every small node, coarse levels first. Where there is none, everything connected
    /// is withheld unstated: then any multiple of the true table fits, so every count may be anything.
    fn cover_small(&mut self) {
        let small = |node: &usize| self.labels.is_small(self.system.count[*node]);
        let mut open: Vec<usize> = (0..self.system.count.len()).filter(small).collect();
        open.sort_by_key(|node| (Reverse(self.system.height[*node]), *node));
        let mut parts: Option<Vec<usize>> = None;
        for node in open {
            let count = self.system.count[node];
            let up = self.lifted[node] || self.change(node, self.top - count);
            let down = up && (self.lowered[node] || self.change(node, 1 - count));
            if !(up && down) {
                let parts = parts.get_or_insert_with(|| self.system.components());
                for other in 0..parts.len() {
                    if parts[other] == parts[node] {
                        self.labels.of[other] = Release::Withheld(Reason::Unstated);
                        self.lifted[other] = true;
                        self.lowered[other] = true;
                    }
                }
            }
        }
    }

    /// Finds a table in which `node` differs by `by`, and withholds what it changes.
    fn change(&mut self, node: usize, by: i64) -> bool {
        let stretched = self.known[node].iter().rev().find_map(|known| self.stretch(*known, node, by));
        let Some(witness) = stretched.or_else(|| self.search.witness(&self.labels, node, by)) else {
            return false;
        };
        for &(node, by) in &witness {
            let count = self.system.count[node];
            let value = count + by;
            if let Some(release) = self.labels.allowing(node, count, value) {
                self.labels.of[node] = release;
            }
            self.lifted[node] |= value >= if count == 0 { 1 } else { self.top };
            self.lowered[node] |= value <= 1;
            let known = &mut self.known[node];
            known.push(self.witnesses.len());
            if known.len() > REMEMBERED {
                known.remove(0);
            }
        }
        self.witnesses.push(witness);
        true
    }

    /// A witness found before, stretched or turned round so that `node` differs by `by`; none if that does not
    /// fit what is said already.
    fn stretch(&self, known: usize, node: usize, by: i64) -> Option<Change> {
        let witness = &self.witnesses[known];
        let unit = witness.iter().find(|(other, _)| *other == node)?.1;
        witness
            .iter()
            .map(|&(other, change)| {
                let scaled = change.checked_mul(by)?;
                let count = self.system.count[other];
                let value = count + scaled / unit;
                let free = self.labels.allowing(other, count, value) == Some(self.labels.of[other]);
                (scaled % unit == 0 && free).then_some((other, scaled / unit))
            })
            .collect()
    }
}
