//! The table as a linear system: equal cells merged, certain zeros dropped, lines as rows.

use super::table::Table;

/// How much dearer a cell is than its parts.
const LEVEL: u64 = 8;

/// One row of the system: nodes with their coefficients, which add up to zero over the counts.
pub(super) type Row = Vec<(usize, i64)>;

/// The linear system an attacker can write down, over nodes instead of cells. Cells that every reader knows to
/// be equal (a class of one year group, and that year group in the class) are one node; zeros that are shown, or
/// follow from zeros shown, are no node.
#[derive(Debug)]
pub(super) struct System {
    /// The node of each cell; none for a certain zero.
    pub(super) node_of: Vec<Option<usize>>,
    /// The true count of each node.
    pub(super) count: Vec<i64>,
    /// The rows, each once.
    pub(super) rows: Vec<Row>,
    /// The rows each node is in, with its coefficient.
    pub(super) rows_of: Vec<Row>,
    /// How many levels of parts lie below each node: 0 for the finest cells.
    pub(super) height: Vec<u32>,
    /// What it costs to withhold each node: its count, more for each line that breaks it down, and much more for
    /// each level of parts below it, so that schools and the trust are shown and the finest cells give way.
    pub(super) weight: Vec<u64>,
}

/// Sets of cells known to be equal, each named by its first cell.
pub(super) struct Classes(Vec<usize>);

impl Classes {
    pub(super) fn new(cells: usize) -> Self {
        Self((0..cells).collect())
    }

    pub(super) fn find(&mut self, cell: usize) -> usize {
        let mut root = cell;
        while self.0[root] != root {
            self.0[root] = self.0[self.0[root]];
            root = self.0[root];
        }
        root
    }

    pub(super) fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.find(a), self.find(b));
        self.0[a.max(b)] = a.min(b);
    }
}

impl System {
    /// The system of a table that adds up. `zero` says which zeros are shown, and is completed by those that
    /// follow from them.
    pub(super) fn new(table: &Table, zero: &mut [bool]) -> Self {
        let mut classes = Classes::new(table.len());
        while simplify(table, &mut classes, zero) {}

        let mut node_of = vec![None; table.len()];
        let mut count = Vec::new();
        for cell in 0..table.len() {
            let root = classes.find(cell);
            if zero[root] {
                continue;
            }
            if root == cell {
                node_of[cell] = Some(count.len());
                count.push(i64::from(table.counts[cell]));
            } else {
                node_of[cell] = node_of[root];
            }
        }

        let mut rows: Vec<Row> = (0..table.lines.len())
            .map(|line| row(table, line, &mut classes, zero))
            .filter(|row| !row.is_empty())
            .map(|row| row.into_iter().filter_map(|(cell, by)| Some((node_of[cell]?, by))).collect())
            .map(upright)
            .collect();
        rows.sort_unstable();
        rows.dedup();
        let mut rows_of = vec![Vec::new(); count.len()];
        for (number, row) in rows.iter().enumerate() {
            for &(node, by) in row {
                rows_of[node].push((number, by));
            }
        }
        let height = heights(table, &node_of, count.len());
        let mut breakdowns = vec![0_u64; count.len()];
        for total in table.lines.iter().filter_map(|line| node_of[line.total]) {
            breakdowns[total] += 1;
        }
        let weigh = |node: usize| {
            let level = LEVEL.saturating_pow(height[node]);
            count[node].unsigned_abs().saturating_mul(level).saturating_mul(breakdowns[node].max(1))
        };
        let weight = (0..count.len()).map(weigh).collect();
        Self { node_of, count, rows, rows_of, height, weight }
    }

    /// For each node, the number of the connected part of the system it lies in.
    pub(super) fn components(&self) -> Vec<usize> {
        let mut classes = Classes::new(self.count.len());
        for row in &self.rows {
            for pair in row.windows(2) {
                classes.join(pair[0].0, pair[1].0);
            }
        }
        (0..self.count.len()).map(|node| classes.find(node)).collect()
    }
}

/// One line over classes: coefficients summed, certain zeros left out, sorted.
fn row(table: &Table, line: usize, classes: &mut Classes, zero: &[bool]) -> Row {
    let line = &table.lines[line];
    let mut row: Row = line.parts.iter().map(|part| (classes.find(*part), -1)).collect();
    row.push((classes.find(line.total), 1));
    row.retain(|(root, _)| !zero[*root]);
    row.sort_unstable();
    row.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
    row.retain(|(_, by)| *by != 0);
    row
}

/// The row with its first coefficient positive, so that equal rows are the same.
fn upright(mut row: Row) -> Row {
    if row.first().is_some_and(|(_, by)| *by < 0) {
        for (_, by) in &mut row {
            *by = -*by;
        }
    }
    row
}

/// One pass: merges the two sides of `a = b`, and marks zeros that follow (parts of a zero; `0 = a + b`).
fn simplify(table: &Table, classes: &mut Classes, zero: &mut [bool]) -> bool {
    let mut changed = false;
    for line in 0..table.lines.len() {
        let row = row(table, line, classes, zero);
        let one_sign = row.iter().all(|(_, by)| *by > 0) || row.iter().all(|(_, by)| *by < 0);
        if one_sign {
            // The counts add up and are not negative, so each of these is a zero.
            for (root, _) in &row {
                zero[*root] = true;
            }
            changed |= !row.is_empty();
        } else if let [(a, by), (b, other)] = row[..]
            && by == -other
        {
            classes.join(a, b);
            changed = true;
        }
    }
    for cell in 0..zero.len() {
        let root = classes.find(cell);
        if zero[cell] && !zero[root] {
            zero[root] = true;
            changed = true;
        }
    }
    changed
}

/// Levels of parts below each node. A table whose lines go round in a circle gets some number, and no loop.
fn heights(table: &Table, node_of: &[Option<usize>], nodes: usize) -> Vec<u32> {
    const DEEPEST: usize = 24;
    let mut height = vec![0; nodes];
    for _ in 0..DEEPEST {
        let mut changed = false;
        for line in &table.lines {
            let Some(total) = node_of[line.total] else {
                continue;
            };
            let below = line.parts.iter().filter_map(|part| node_of[*part]).filter(|part| *part != total);
            if let Some(above) = below.map(|part| height[part] + 1).max()
                && above > height[total]
            {
                height[total] = above;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    height
}
