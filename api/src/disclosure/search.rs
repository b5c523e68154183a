//! The search for a witness: another table that fits everything published.

use super::balance::Balance;
use super::labels::Labels;
use super::system::System;
use super::table::{Reason, Release};

/// Changes of nodes that keep every row balanced.
pub(super) type Change = Vec<(usize, i64)>;

/// How dear the withholding of further nodes may become, in steps: nothing, then ever more.
const BUDGETS: [u64; 10] = [0, 1 << 4, 1 << 6, 1 << 8, 1 << 10, 1 << 12, 1 << 14, 1 << 17, 1 << 23, u64::MAX];
/// Dives within each budget before it is given up (fixed, so that the answer is too).
const EFFORT: [u32; 10] = [6, 6, 6, 6, 6, 8, 8, 8, 10, 200];
/// Partial changes looked at in one dive.
const DIVE: u32 = 60;
/// Nodes one witness may change.
const WIDEST: usize = 60;
/// Ways tried to balance one row.
const BRANCHES: usize = 4;
/// Rows longer than this are left to the end.
const LONG: usize = 12;
/// What one more row out of balance weighs, against doublings of cost.
const STRAIN: i64 = 4;
/// What it costs to leave unsaid a size that the reason would tell: as much as to withhold some dozens more.
const UNSAID: u64 = 400;

/// A way to balance a row: rank, tie-break, cost, node and its change.
type Way = (i64, u64, u64, usize, i64);

/// Looks for witnesses over one system, keeping its working arrays between searches.
pub(super) struct Search<'a> {
    system: &'a System,
    /// Changes of the steps already found.
    base: Vec<i64>,
    /// The step being sought.
    step: Balance<'a>,
    effort: u32,
    /// Which dive this is: it settles ties.
    dive: u64,
}

impl<'a> Search<'a> {
    pub(super) fn new(system: &'a System) -> Self {
        let nodes = system.count.len();
        Self { system, base: vec![0; nodes], step: Balance::new(system), effort: 0, dive: 0 }
    }

    /// A change of `node` by `by`, with changes of others that balance it, at about the least cost; none if
    /// none was found.
    pub(super) fn witness(&mut self, labels: &Labels, node: usize, by: i64) -> Option<Change> {
        for (budget, effort) in BUDGETS.into_iter().zip(EFFORT) {
            let found = self.in_steps(labels, node, by, budget, effort);
            let mut changed: Vec<usize> = found.iter().map(|(node, _)| *node).collect();
            changed.retain(|node| self.base[*node] != 0);
            changed.sort_unstable();
            changed.dedup();
            let whole = self.base[node] == by;
            let change: Change = changed.iter().map(|node| (*node, self.base[*node])).collect();
            for (node, _) in found {
                self.base[node] = 0;
            }
            if whole {
                return Some(change);
            }
        }
        None
    }

    /// Adds steps to `base` until `node` has changed by `by` or no further step is found: first the whole way,
    /// else half of what is left, and so on. Returns all nodes touched.
    fn in_steps(&mut self, labels: &Labels, node: usize, by: i64, budget: u64, effort: u32) -> Change {
        let mut found = Change::new();
        let mut left = by;
        let mut size = by;
        let mut budget = budget;
        while left != 0 && size != 0 {
            let value = self.system.count[node] + self.base[node] + size;
            let cost = self.cost(labels, node, value);
            let mut spent = 0;
            let mut closed = false;
            for dive in 0..effort {
                self.dive = u64::from(dive);
                self.effort = DIVE;
                closed = cost.is_some_and(|cost| {
                    cost <= budget && {
                        self.step.apply(node, size);
                        self.close(labels, budget - cost, &mut spent)
                    }
                });
                if closed || self.effort > 0 {
                    break;
                }
                self.step.clear();
            }
            if closed {
                budget = budget.saturating_sub(spent + cost.unwrap_or(0));
                for (node, change) in self.step.changes() {
                    self.base[node] += change;
                    found.push((node, change));
                }
                left -= size;
                size = left;
            } else {
                size /= 2;
            }
            self.step.clear();
        }
        found
    }

    /// Balances all open rows within the budget, depth first, the row with the fewest ways first.
    fn close(&mut self, labels: &Labels, budget: u64, spent: &mut u64) -> bool {
        if self.step.open.is_empty() {
            return true;
        }
        if self.step.trail.len() >= WIDEST {
            return false;
        }
        let ways = self.fewest_ways(labels, budget);
        for (_, _, cost, node, change) in ways {
            if self.effort == 0 {
                return false;
            }
            self.effort -= 1;
            self.step.apply(node, change);
            if self.close(labels, budget - cost, spent) {
                *spent += cost;
                return true;
            }
            self.step.undo();
        }
        false
    }

    /// The ways to balance the open row that has the fewest, best first.
    fn fewest_ways(&self, labels: &Labels, budget: u64) -> Vec<Way> {
        let mut rows: Vec<(usize, usize)> =
            self.step.open.iter().map(|row| (self.system.rows[*row].len(), *row)).collect();
        rows.sort_unstable();
        let mut best: Option<Vec<Way>> = None;
        let mut ways = Vec::new();
        for (length, row) in rows {
            let bar = best.as_ref().map_or(usize::MAX, Vec::len);
            if bar <= 1 || (best.is_some() && length > LONG) {
                break;
            }
            ways.clear();
            for &(node, by) in &self.system.rows[row] {
                if self.step.change[node] != 0 || self.step.residual[row] % by != 0 {
                    continue;
                }
                let change = -self.step.residual[row] / by;
                let value = self.system.count[node] + self.base[node] + change;
                if let Some(cost) = self.cost(labels, node, value)
                    && cost <= budget
                {
                    ways.push((0, 0, cost, node, change));
                    if ways.len() >= bar {
                        break;
                    }
                }
            }
            if ways.len() < bar {
                best = Some(ways.clone());
            }
        }
        let mut ways = best.unwrap_or_default();
        for way in &mut ways {
            let dear = i64::from(way.2.saturating_add(1).ilog2());
            way.0 = STRAIN * self.step.strain(way.3, way.4) + dear;
            way.1 = shuffle(way.3, self.dive);
        }
        ways.sort_unstable();
        ways.truncate(BRANCHES);
        ways
    }

    /// What it costs, beyond what the steps before have spent, that a node could have this value.
    fn cost(&self, labels: &Labels, node: usize, value: i64) -> Option<u64> {
        let price = |value: i64| self.price(labels, node, value);
        let base = self.base[node];
        let paid = if base == 0 { 0 } else { price(self.system.count[node] + base).unwrap_or(0) };
        Some(price(value)?.saturating_sub(paid))
    }

    fn price(&self, labels: &Labels, node: usize, value: i64) -> Option<u64> {
        let count = self.system.count[node];
        let allowing = labels.allowing(node, count, value)?;
        let said = labels.of[node];
        if allowing == said {
            return Some(0);
        }
        let withhold = if said.is_shown() { self.system.weight[node] } else { 0 };
        let unsaid = if allowing == Release::Withheld(Reason::Unstated) { UNSAID } else { 0 };
        Some(withhold.saturating_add(unsaid))
    }
}

/// A number that looks random, of a node in a dive; the first dive keeps to the order of nodes.
fn shuffle(node: usize, dive: u64) -> u64 {
    if dive == 0 {
        return 0;
    }
    let mixed = (node as u64 ^ dive.rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 32
}
