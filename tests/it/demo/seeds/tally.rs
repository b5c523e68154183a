//! What was seen in many demos, as a table, and what must hold of it.

use std::collections::BTreeMap;

use super::look::Seen;

/// How far what was seen may differ from what is promised.
pub(super) struct Bounds {
    /// In how many demos a planted effect may be missed, of a number of demos.
    missed: fn(usize) -> usize,
    /// A count of missed effects, or of intervals that miss the truth, is wrong if it is less likely by chance than
    /// this.
    chance: f64,
}

/// How often an interval may miss the truth: intervals are of 95 %.
const MISSES: f64 = 0.05;
/// How often a planted effect is missed at most, as all demos together show.
const MISSED: f64 = 0.03;

/// What was seen of all demos.
#[derive(Default)]
pub(super) struct Tally {
    seen: Vec<Seen>,
}

impl Tally {
    /// For many demos. Each effect must be found in nine of ten. More than one interval in twenty may miss the truth,
    /// but not more than chance brings about once in a hundred times.
    pub(super) const ALL: Bounds = Bounds { missed: |of| of / 10, chance: 0.01 };
    /// For the few demos of every run, which must not fail by chance. An effect may be missed once. A count is
    /// wrong if chance brings it about only once in ten thousand runs.
    pub(super) const A_FEW: Bounds = Bounds { missed: |_| 1, chance: 0.000_1 };

    pub(super) fn add(&mut self, seen: Seen) {
        let options = seen.options;
        for (effect, found, by) in &seen.found {
            let found = if *found { "found" } else { "MISSED" };
            println!("{} schools, seed {}: {effect} {found}: {by}", options.schools, options.seed);
        }
        for dark in &seen.dark {
            println!("{} schools, seed {}: DARK: {dark}", options.schools, options.seed);
        }
        self.seen.push(seen);
    }

    /// Prints the table, and fails if something goes beyond the bounds.
    pub(super) fn hold(&self, bounds: &Bounds) {
        let mut wrong = Vec::new();
        println!("\n| planted | found on | of demos |\n| --- | --- | --- |");
        for (effect, (found, of)) in self.effects() {
            println!("| {effect} | {found} | {of} |");
            if of - found > (bounds.missed)(of) {
                wrong.push(format!("{effect}: missed on {} of {of} demos", of - found));
            }
        }
        let looks = self.seen.iter().flat_map(|seen| &seen.found);
        let missed = looks.clone().filter(|(_, found, _)| !found).count();
        if missed > most(looks.count(), MISSED, bounds.chance) {
            wrong.push(format!("{missed} effects missed in all"));
        }
        println!("\n| where nothing is planted | intervals | miss the truth | at most | miss the usual |");
        println!("| --- | --- | --- | --- | --- |");
        for (figure, [of, missed, unusual]) in self.figures() {
            let at_most = most(of, MISSES, bounds.chance);
            let share = |count: usize| format!("{count} ({:.1} %)", 100.0 * count as f64 / of as f64);
            println!("| {figure} | {of} | {} | {at_most} | {} |", share(missed), share(unusual));
            if missed > at_most {
                wrong.push(format!("{figure}: {missed} of {of} intervals miss the truth"));
            }
        }
        let (rows, dark) =
            self.seen.iter().fold((0, 0), |(rows, dark), seen| (rows + seen.rows, dark + seen.dark.len()));
        println!("\n{dark} of {rows} rows of the trust, its phases and schools are dark");
        if dark > 0 {
            wrong.push(format!("{dark} rows are dark"));
        }
        for seen in self.seen.iter().filter(|seen| !seen.cells_hold) {
            wrong.push(format!(
                "{} schools, seed {}: a recount makes other cells",
                seen.options.schools, seen.options.seed
            ));
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    fn effects(&self) -> BTreeMap<&str, (usize, usize)> {
        let mut effects = BTreeMap::new();
        for (effect, found, _) in self.seen.iter().flat_map(|seen| &seen.found) {
            let (count, of) = effects.entry(*effect).or_default();
            *count += usize::from(*found);
            *of += 1;
        }
        effects
    }

    /// For each figure: how many intervals there are, how many miss the truth, and how many miss what is usual.
    fn figures(&self) -> BTreeMap<&str, [usize; 3]> {
        let mut figures: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
        for checked in self.seen.iter().flat_map(|seen| &seen.checked) {
            let counts = figures.entry(&checked.figure).or_default();
            counts[0] += 1;
            counts[1] += usize::from(checked.interval.excludes(checked.truth));
            counts[2] += usize::from(checked.interval.excludes(checked.usual));
        }
        figures
    }
}

/// A thing with this probability happens in more than this many of the tries only with this chance; the smallest such
/// number.
pub(super) fn most(of: usize, probability: f64, chance: f64) -> usize {
    let mut exactly = (1.0 - probability).powi(of as i32);
    let (mut at_most, mut count) = (exactly, 0);
    while count < of && 1.0 - at_most > chance {
        count += 1;
        exactly *= (of - count + 1) as f64 / count as f64 * probability / (1.0 - probability);
        at_most += exactly;
    }
    count
}

#[test]
fn the_bounds_are_those_of_the_binomial_distribution() {
    // By the table: of 20 with one in twenty, more than 4 once in four hundred times; of 3, all three once in 8,000.
    assert_eq!((most(20, 0.05, 0.01), most(20, 0.05, 0.0005)), (4, 5));
    assert_eq!((most(3, 0.05, 0.001), most(1, 0.05, 0.0001)), (2, 1));
}
