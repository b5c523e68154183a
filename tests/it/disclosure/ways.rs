//! Ways to protect counts, side by side: ours, and those that it was chosen among.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use plumbline_disclosure::{Outcome, Record, exchange, protect};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// What can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Row {
    Trust,
    School(usize),
    Phase(usize),
    Year(usize),
    SchoolPhase(usize, usize),
    SchoolYear(usize, usize),
    Class(usize),
    Group(usize),
    SchoolGroup(usize, usize),
    YearByGroup(usize, usize),
}

impl Row {
    /// The rows that a judgement counts towards.
    pub fn of(record: &Record) -> Vec<Self> {
        let Record { school, class, year_group, phase, .. } = *record;
        let mut rows = vec![
            Self::Trust,
            Self::School(school),
            Self::Phase(phase),
            Self::Year(year_group),
            Self::SchoolPhase(school, phase),
            Self::SchoolYear(school, year_group),
            Self::Class(class),
        ];
        for value in record.groups {
            rows.extend([Self::Group(value), Self::SchoolGroup(school, value), Self::YearByGroup(year_group, value)]);
        }
        rows
    }
}

/// Counts by row and outcome.
pub type Table = BTreeMap<(Row, Outcome), i64>;

/// Counts each judgement as often as `times` says.
pub fn table(records: &[Record], times: &[u32]) -> Table {
    let mut table = Table::new();
    for (record, times) in records.iter().zip(times).filter(|(_, times)| **times > 0) {
        for row in Row::of(record) {
            *table.entry((row, record.outcome)).or_default() += i64::from(*times);
        }
    }
    table
}

/// True counts.
pub fn true_table(records: &[Record]) -> Table {
    table(records, &vec![1; records.len()])
}

/// A way to protect.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Way {
    /// True counts.
    Open,
    /// What the service does.
    Ours,
    /// What the service does with two outcomes of the same pupils, that of the blind second judgement and what was agreed, at its worst: both
    /// are the same. Whoever attacks adds up what both tables show.
    OursTwice,
    /// Lots of this variance, without exchange.
    Lots(f64),
    /// Noise of this variance on each cell by itself, by cell keys: rows do not add up, and a zero stays a zero.
    CellKeys(f64),
    /// Each cell rounded up or down to this base, right on average.
    Rounded(i64),
}

pub const THRESHOLD: usize = 6;

impl Way {
    /// How often a pupil counts in a table where nothing is protected.
    pub fn times(self) -> i64 {
        if self == Self::OursTwice { 2 } else { 1 }
    }

    pub fn protect(self, records: &[Record], rng: &mut ChaCha8Rng) -> Table {
        self.protect_again(records, &[], rng)
    }

    /// A later edition. `changed` names the records that changed, each with its outcome in the first edition.
    pub fn protect_again(self, records: &[Record], changed: &[(usize, Outcome)], rng: &mut ChaCha8Rng) -> Table {
        match self {
            Self::Open => true_table(records),
            Self::Ours => {
                let mut records = records.to_vec();
                let lots = protect(&mut records, changed, THRESHOLD, rng);
                table(&records, &lots)
            }
            Self::OursTwice => {
                let (mut one, mut other) = (records.to_vec(), records.to_vec());
                let lots = protect(&mut one, changed, THRESHOLD, rng);
                exchange(&mut other, changed, THRESHOLD, rng);
                let mut both = table(&one, &lots);
                for (cell, count) in table(&other, &lots) {
                    *both.entry(cell).or_default() += count;
                }
                both
            }
            Self::Lots(variance) => {
                let lots: Vec<u32> = records.iter().map(|_| lot(variance, rng)).collect();
                table(records, &lots)
            }
            Self::CellKeys(variance) => {
                let key: u64 = rng.random();
                let noisy = |(cell, count): ((Row, Outcome), i64)| {
                    let mut seed = DefaultHasher::new();
                    (key, cell).hash(&mut seed);
                    (cell, (count + noise(variance, &mut ChaCha8Rng::seed_from_u64(seed.finish()))).max(0))
                };
                true_table(records).into_iter().map(noisy).filter(|(_, count)| *count > 0).collect()
            }
            Self::Rounded(base) => {
                let mut rounded = |count: i64| {
                    let rest = count % base;
                    count - rest + if rng.random_range(0..base) < rest { base } else { 0 }
                };
                true_table(records)
                    .into_iter()
                    .map(|(cell, count)| (cell, rounded(count)))
                    .filter(|(_, n)| *n > 0)
                    .collect()
            }
        }
    }
}

/// A lot of mean 1 and this variance.
fn lot(variance: f64, rng: &mut ChaCha8Rng) -> u32 {
    let two = (variance / 2.0).min(0.5);
    match rng.random::<f64>() {
        draw if draw < two => 0,
        draw if draw < 2.0 * two => 2,
        _ => 1,
    }
}

/// A whole number of mean 0 and about this variance.
fn noise(variance: f64, rng: &mut ChaCha8Rng) -> i64 {
    // The difference of two geometric numbers has variance 2q / (1 - q)^2.
    let q = (variance + 1.0 - (2.0 * variance + 1.0).sqrt()) / variance;
    let mut geometric = || (rng.random::<f64>().ln() / q.ln()).floor();
    #[expect(clippy::cast_possible_truncation, reason = "a few at the most")]
    let difference = (geometric() - geometric()) as i64;
    difference
}
