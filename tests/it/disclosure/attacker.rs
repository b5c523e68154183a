//! The attacker knows the method and its numbers, holds all answers at once, and shares no code with what it attacks.
//! It learns what shown counts mean by protecting trusts of its own.

use std::collections::{BTreeMap, BTreeSet};

use plumbline_disclosure::{Outcome, Record};
use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

use super::trusts::trust;
use super::ways::{Row, THRESHOLD, Table, Way, true_table};

/// How many tries there were, how many were right, and how many were right by guessing without the answers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tries {
    pub tries: u32,
    pub right: u32,
    pub guessed: u32,
    /// How often the attacker was sure: 95 in 100 or more.
    pub sure: u32,
}

impl Tries {
    pub fn add(&mut self, other: Self) {
        self.tries += other.tries;
        self.right += other.right;
        self.guessed += other.guessed;
        self.sure += other.sure;
    }

    pub fn share(&self, of: u32) -> f64 {
        f64::from(of) / f64::from(self.tries.max(1))
    }
}

fn is_small(count: i64) -> bool {
    (1..THRESHOLD as i64).contains(&count)
}

/// What shown counts mean: how often a count shown as one number was truly another.
#[derive(Default)]
pub struct Learnt {
    by_shown: BTreeMap<i64, BTreeMap<i64, u32>>,
    overall: BTreeMap<i64, u32>,
}

/// Whether the attacker looks at the row's counts by grade: those of trusts and phases are seldom small.
fn is_local(row: Row) -> bool {
    matches!(row, Row::Class(_) | Row::SchoolYear(..) | Row::SchoolGroup(..) | Row::School(_))
}

fn cells<'a>(truth: &'a Table, shown: &'a Table) -> impl Iterator<Item = (i64, i64)> + 'a {
    let keys: BTreeSet<_> = truth.keys().chain(shown.keys()).filter(|(row, _)| is_local(*row)).collect();
    keys.into_iter().map(|key| (truth.get(key).copied().unwrap_or(0), shown.get(key).copied().unwrap_or(0)))
}

impl Learnt {
    /// Protects trusts of its own, and looks at what their counts become.
    pub fn of(way: Way, trusts: usize, rng: &mut ChaCha8Rng) -> Self {
        let mut learnt = Self::default();
        for _ in 0..trusts {
            let records = trust(rng.random_range(3..12), rng);
            let (truth, shown) = (true_table(&records), way.protect(&records, rng));
            for (count, shown) in cells(&truth, &shown) {
                *learnt.by_shown.entry(shown).or_default().entry(count).or_default() += 1;
                *learnt.overall.entry(count).or_default() += 1;
            }
        }
        learnt
    }

    /// The likeliest true count, and how likely it is.
    fn likeliest(counts: &BTreeMap<i64, u32>) -> Option<(i64, f64)> {
        let all: u32 = counts.values().sum();
        let (count, times) = counts.iter().max_by_key(|(_, times)| **times)?;
        Some((*count, f64::from(*times) / f64::from(all)))
    }

    /// Guesses each small count by grade from what is shown; beside it, guesses the commonest small count each time.
    pub fn guess_counts(&self, truth: &Table, shown: &Table) -> Tries {
        let mut tries = Tries::default();
        let small: BTreeMap<i64, u32> =
            self.overall.iter().filter(|(count, _)| is_small(**count)).map(|(count, times)| (*count, *times)).collect();
        let common = Self::likeliest(&small).map(|(count, _)| count);
        for (count, shown) in cells(truth, shown).filter(|(count, _)| is_small(*count)) {
            tries.tries += 1;
            tries.guessed += u32::from(common == Some(count));
            let Some((likely, chance)) = self.by_shown.get(&shown).and_then(Self::likeliest) else { continue };
            tries.right += u32::from(likely == count);
            tries.sure += u32::from(likely == count && chance >= 0.95);
        }
        tries
    }
}

/// Takes each small count by grade of a school as the mean of all ways in which the answers tell it.
pub fn average_over_groups(records: &[Record], truth: &Table, shown: &Table) -> Tries {
    let mut values: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for record in records {
        for (attribute, value) in record.groups.into_iter().enumerate() {
            values.entry(attribute).or_default().insert(value);
        }
    }
    let count = |row: Row, outcome: Outcome| shown.get(&(row, outcome)).copied().unwrap_or(0);
    let mut tries = Tries::default();
    for (&(row, outcome), &true_count) in truth.iter().filter(|(_, count)| is_small(**count)) {
        let Row::School(school) = row else { continue };
        let by_group =
            values.values().map(|of| of.iter().map(|value| count(Row::SchoolGroup(school, *value), outcome)).sum());
        let told: Vec<i64> = std::iter::once(count(row, outcome)).chain(by_group).collect();
        let mean = told.iter().sum::<i64>() as f64 / told.len() as f64;
        tries.tries += 1;
        tries.right += u32::from((mean - true_count as f64).abs() < 0.5);
    }
    tries
}

/// Somebody knows who is the only one in a row (the only one with a plan in a school, the only one of a class who was
/// moderated), and takes the outcome that is shown there for theirs. If none is shown, they take the commonest.
pub fn read_off_the_only_one(records: &[Record], shown: &Table) -> Tries {
    let mut members: BTreeMap<Row, Vec<usize>> = BTreeMap::new();
    for (at, record) in records.iter().enumerate() {
        for row in Row::of(record) {
            members.entry(row).or_default().push(at);
        }
    }
    let Some(common) = commonest(shown) else { return Tries::default() };
    let mut tries = Tries::default();
    for (row, of) in members {
        let [only] = of[..] else { continue };
        let there = shown.iter().filter(|((other, _), _)| *other == row);
        let read = there.max_by_key(|(_, count)| **count).map_or(common, |((_, outcome), _)| *outcome);
        tries.tries += 1;
        tries.right += u32::from(read == records[only].outcome);
        tries.guessed += u32::from(common == records[only].outcome);
    }
    tries
}

fn commonest(shown: &Table) -> Option<Outcome> {
    let whole = shown.iter().filter(|((row, _), _)| *row == Row::Trust);
    whole.max_by_key(|(_, count)| **count).map(|((_, outcome), _)| *outcome)
}

/// A trust lead knows works and their year groups by code, and sets what is agreed of them. They give one work of
/// each year group an outcome that nobody else there has. Then they look in which school, class, sex and SEN row of
/// its year group one such outcome turns up. A guess takes the largest row.
pub fn mark_a_work(records: &[Record], way: Way, rng: &mut ChaCha8Rng) -> [Tries; 4] {
    let mut records = records.to_vec();
    let marked = rng.random_range(0..records.len());
    let mark = Outcome { first: 0, moderated: 7 };
    let year_group = records[marked].year_group;
    let mut years: BTreeSet<usize> = BTreeSet::from([year_group]);
    records[marked].outcome = mark;
    for record in &mut records {
        if years.insert(record.year_group) {
            record.outcome = mark;
        }
    }
    let shown = way.protect(&records, rng);
    let kinds: [fn(&Record) -> Row; 4] = [
        |record| Row::SchoolYear(record.school, record.year_group),
        |record| Row::Class(record.class),
        |record| Row::YearByGroup(record.year_group, record.groups[0]),
        |record| Row::YearByGroup(record.year_group, record.groups[2]),
    ];
    kinds.map(|kind| {
        let mut sizes: BTreeMap<Row, i64> = BTreeMap::new();
        for record in records.iter().filter(|record| record.year_group == year_group) {
            *sizes.entry(kind(record)).or_default() += 1;
        }
        let largest = sizes.iter().max_by_key(|(_, size)| **size).map(|(row, _)| *row);
        let count = |row: &Row| shown.get(&(*row, mark)).copied().unwrap_or(0);
        let most = sizes.keys().map(count).max().unwrap_or(0);
        let seen: Vec<Row> = sizes.keys().copied().filter(|row| most > 0 && count(row) == most).collect();
        let taken = seen.choose(rng).copied().or(largest);
        let place = Some(kind(&records[marked]));
        Tries { tries: 1, right: u32::from(taken == place), guessed: u32::from(largest == place), sure: 0 }
    })
}

/// Somebody holds an edition and the next one, made when k works had changed. They know all of these changes but one.
/// They take the class in which the last work's new outcome went up, and its old one went down, the most. A guess
/// takes any class that showed the old outcome.
pub fn lay_editions_side_by_side(records: &[Record], way: Way, rng: &mut ChaCha8Rng) -> Tries {
    let before = way.protect(records, rng);
    let target = rng.random_range(0..records.len());
    let mut changed: Vec<(usize, Outcome)> = Vec::new();
    let mut later = records.to_vec();
    while changed.len() < THRESHOLD {
        let one = if changed.is_empty() { target } else { rng.random_range(0..records.len()) };
        if changed.iter().all(|(other, _)| *other != one) {
            changed.push((one, records[one].outcome));
            later[one].outcome.moderated = (records[one].outcome.moderated + 1) % 3;
        }
    }
    let after = way.protect_again(&later, &changed, rng);
    let (from, to) = (records[target].outcome, later[target].outcome);
    let mut known = later.clone();
    known[target] = records[target].clone();
    let (was, known) = (true_table(records), true_table(&known));
    let at =
        |table: &Table, class: usize, outcome: Outcome| table.get(&(Row::Class(class), outcome)).copied().unwrap_or(0);
    let rise = |class: usize, outcome: Outcome| {
        (at(&after, class, outcome) - at(&before, class, outcome))
            - way.times() * (at(&known, class, outcome) - at(&was, class, outcome))
    };
    let classes: BTreeSet<usize> = records.iter().map(|record| record.class).collect();
    let told = |class: usize| rise(class, to) - rise(class, from);
    let most = classes.iter().map(|class| told(*class)).max().unwrap_or(0);
    let likely: Vec<usize> = classes.iter().copied().filter(|class| told(*class) == most).collect();
    let showing: Vec<usize> = classes.iter().copied().filter(|class| at(&before, *class, from) > 0).collect();
    let place = records[target].class;
    Tries {
        tries: 1,
        right: u32::from(likely.choose(rng) == Some(&place)),
        guessed: u32::from(showing.choose(rng) == Some(&place)),
        sure: 0,
    }
}
