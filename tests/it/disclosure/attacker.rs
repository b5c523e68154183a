//! An attacker who knows everything published, and shares no code with what it attacks.
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use microlp::{ComparisonOp, LinearExpr, OptimizationDirection, Problem};
use plumbline::disclosure::{Reason, Release};

/// What is public: a count or a reason for every cell, and the lines (total, parts).
pub struct Published {
    pub shown: Vec<Option<u32>>,
    pub releases: Vec<Release>,
    pub lines: Vec<(usize, Vec<usize>)>,
    pub threshold: u32,
}

impl Published {
    pub fn new(counts: &[u32], releases: &[Release], lines: &[(usize, Vec<usize>)], threshold: u32) -> Self {
        let shown = counts.iter().zip(releases).map(|(count, release)| release.is_shown().then_some(*count)).collect();
        Self { shown, releases: releases.to_vec(), lines: lines.to_vec(), threshold }
    }

    /// The range the linear programme leaves to a cell.
    pub fn range(&self, cell: usize) -> RangeInclusive<f64> {
        self.extreme(cell, OptimizationDirection::Minimize)..=self.extreme(cell, OptimizationDirection::Maximize)
    }

    fn extreme(&self, cell: usize, direction: OptimizationDirection) -> f64 {
        let top = f64::from(self.threshold) - 1.0;
        // Anything above this is as good as unbounded.
        let most = 1000.0 + self.shown.iter().flatten().map(|count| f64::from(*count)).sum::<f64>();
        let mut problem = Problem::new(direction);
        let vars: Vec<_> = (0..self.shown.len())
            .map(|other| {
                let bounds = match (self.releases[other], self.shown[other]) {
                    (_, Some(count)) => (f64::from(count), f64::from(count)),
                    (Release::Withheld(Reason::SmallCount), _) => (1.0, top),
                    (Release::Withheld(Reason::Complementary), _) => (top + 1.0, most),
                    _ => (0.0, most),
                };
                (bounds.0 < bounds.1)
                    .then(|| problem.add_var(if other == cell { 1.0 } else { 0.0 }, bounds))
                    .ok_or(bounds.0)
            })
            .collect();
        for (total, parts) in &self.lines {
            let mut terms: BTreeMap<usize, f64> = BTreeMap::new();
            for (other, by) in parts.iter().map(|part| (*part, 1.0)).chain([(*total, -1.0)]) {
                *terms.entry(other).or_default() += by;
            }
            let mut sum = LinearExpr::empty();
            let mut rest = 0.0;
            let mut any = false;
            for (other, by) in terms {
                match vars[other] {
                    Ok(var) => {
                        sum.add(var, by);
                        any = true;
                    }
                    Err(known) => rest -= by * known,
                }
            }
            if any {
                problem.add_constraint(sum, ComparisonOp::Eq, rest);
            } else {
                assert!(rest.abs() < 1e-6, "what is shown does not add up");
            }
        }
        match vars[cell] {
            Ok(var) => problem.solve().expect("the true table fits")[var],
            Err(known) => known,
        }
    }

    /// Which withheld cells linear algebra alone determines: those zero in every solution of the lines over
    /// withheld cells.
    pub fn determined(&self) -> Vec<usize> {
        let hidden: Vec<usize> = (0..self.shown.len()).filter(|cell| self.shown[*cell].is_none()).collect();
        let place = |cell: usize| hidden.binary_search(&cell).ok();
        let mut rows: Vec<Vec<f64>> = Vec::new();
        for (total, parts) in &self.lines {
            let mut row = vec![0.0; hidden.len()];
            for (cell, by) in parts.iter().map(|part| (*part, 1.0)).chain([(*total, -1.0)]) {
                if let Some(place) = place(cell) {
                    row[place] += by;
                }
            }
            rows.push(row);
        }
        // Reduced row echelon form: a cell is determined if a row has it alone.
        let mut rank = 0;
        for column in 0..hidden.len() {
            let Some(pivot) =
                (rank..rows.len()).max_by(|a, b| rows[*a][column].abs().total_cmp(&rows[*b][column].abs()))
            else {
                break;
            };
            if rows[pivot][column].abs() < 1e-9 {
                continue;
            }
            rows.swap(rank, pivot);
            let scale = rows[rank][column];
            rows[rank].iter_mut().for_each(|value| *value /= scale);
            let by = rows[rank].clone();
            for (number, row) in rows.iter_mut().enumerate() {
                let times = row[column];
                if number != rank && times != 0.0 {
                    row.iter_mut().zip(&by).for_each(|(value, by)| *value -= times * by);
                }
            }
            rank += 1;
        }
        let alone = |row: &Vec<f64>| {
            let mut places = (0..row.len()).filter(|place| row[*place].abs() > 1e-9);
            places.next().filter(|_| places.next().is_none())
        };
        rows.iter().filter_map(alone).map(|place| hidden[place]).collect()
    }
}

/// Checks both obligations, and that the reasons are true.
pub fn audit(counts: &[u32], releases: &[Release], lines: &[(usize, Vec<usize>)], threshold: u32, what: &str) {
    assert_eq!(counts.len(), releases.len());
    let published = Published::new(counts, releases, lines, threshold);
    for (cell, (count, release)) in counts.iter().zip(releases).enumerate() {
        let small = (1..threshold).contains(count);
        match release {
            Release::Shown => assert!(!small, "{what}: cell {cell} shows {count}"),
            Release::Withheld(Reason::SmallCount) => {
                assert!(small, "{what}: cell {cell} is {count}")
            }
            Release::Withheld(Reason::Complementary) => {
                assert!(*count >= threshold, "{what}: cell {cell} is {count}")
            }
            Release::Withheld(Reason::Unstated) => {}
        }
    }
    assert_eq!(published.determined(), [0; 0], "{what}: determined");
    for (cell, count) in counts.iter().enumerate().filter(|(cell, _)| !releases[*cell].is_shown()) {
        let range = published.range(cell);
        assert!(range.end() - range.start() > 0.5, "{what}: cell {cell} of {count} is known in {range:?}");
        if (1..threshold).contains(count) {
            let top = f64::from(threshold) - 1.0;
            assert!(
                *range.start() <= 1.0 + 1e-6 && *range.end() >= top - 1e-6,
                "{what}: cell {cell} of {count} is known in {range:?}"
            );
        }
    }
}
