//! A change in the making: which nodes it changes, and which rows it leaves out of balance.

use super::system::System;

/// A step of a search, with what it takes to go back.
#[derive(Debug)]
pub(super) struct Balance<'a> {
    system: &'a System,
    /// The change of each node, mostly none.
    pub(super) change: Vec<i64>,
    /// The nodes changed, in order.
    pub(super) trail: Vec<usize>,
    /// By how much each row is out of balance.
    pub(super) residual: Vec<i64>,
    /// The rows out of balance.
    pub(super) open: Vec<usize>,
}

impl<'a> Balance<'a> {
    pub(super) fn new(system: &'a System) -> Self {
        Self {
            system,
            change: vec![0; system.count.len()],
            trail: Vec::new(),
            residual: vec![0; system.rows.len()],
            open: Vec::new(),
        }
    }

    /// The nodes changed, each with its change.
    pub(super) fn changes(&self) -> impl Iterator<Item = (usize, i64)> + '_ {
        self.trail.iter().map(|node| (*node, self.change[*node]))
    }

    /// How many more rows would be out of balance with this change.
    pub(super) fn strain(&self, node: usize, change: i64) -> i64 {
        let mut strain = 0;
        for &(row, by) in &self.system.rows_of[node] {
            let before = self.residual[row];
            strain += i64::from(before + by * change != 0) - i64::from(before != 0);
        }
        strain
    }

    /// Changes a node not changed so far.
    pub(super) fn apply(&mut self, node: usize, change: i64) {
        self.change[node] = change;
        self.trail.push(node);
        self.shift(node, change);
    }

    /// Takes back the last change.
    pub(super) fn undo(&mut self) {
        if let Some(node) = self.trail.pop() {
            let change = std::mem::take(&mut self.change[node]);
            self.shift(node, -change);
        }
    }

    /// Takes back every change.
    pub(super) fn clear(&mut self) {
        while !self.trail.is_empty() {
            self.undo();
        }
    }

    fn shift(&mut self, node: usize, change: i64) {
        for &(row, by) in &self.system.rows_of[node] {
            let before = self.residual[row];
            self.residual[row] += by * change;
            let after = self.residual[row];
            if before == 0 && after != 0 {
                self.open.push(row);
            } else if before != 0 && after == 0 {
                self.open.retain(|open| *open != row);
            }
        }
    }
}
