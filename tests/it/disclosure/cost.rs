//! What protection costs: the error that it adds, and the rows that are withheld. Also the table that compares the
//! safety and usefulness of our way with those of the ways that it was chosen among. Anybody can print it:
//!
//! `cargo test -p plumbline-tests --test it disclosure::cost::table -- --ignored --nocapture`

use std::collections::BTreeMap;

use plumbline_disclosure::Outcome;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::attack::{averages, counts, editions, marks, only_ones};
use super::trusts::trust;
use super::ways::{Row, THRESHOLD, Table, Way, true_table};

/// A figure of a row: its n, the share that agree and the mean shift.
fn figures(table: &Table) -> BTreeMap<Row, (f64, f64, f64)> {
    let mut rows: BTreeMap<Row, (f64, f64, f64)> = BTreeMap::new();
    for ((row, Outcome { first, moderated }), count) in table {
        let count = *count as f64;
        let (n, agree, shift) = rows.entry(*row).or_default();
        *n += count;
        *agree += if first == moderated { count } else { 0.0 };
        *shift += count * (*moderated as f64 - *first as f64);
    }
    rows.into_iter().map(|(row, (n, agree, shift))| (row, (n, agree / n, shift / n))).collect()
}

/// How much the error grows (sample and protection together over the sample alone) and the mean bias, both for the
/// share that agree in rows of 12 to 18; and, by kind of row, how many rows of k and more there are and how many of
/// them are shown.
#[derive(Debug, Default)]
pub struct Cost {
    squares: f64,
    rows: f64,
    bias: f64,
    pub shown: BTreeMap<&'static str, (u32, u32)>,
}

impl Cost {
    pub fn of(way: Way, trusts: u64, from: u64) -> Self {
        let mut cost = Self::default();
        for seed in 0..trusts {
            let rng = &mut ChaCha8Rng::seed_from_u64(from + seed);
            let records = trust(rng.random_range(3..12), rng);
            let (truth, shown) = (figures(&true_table(&records)), figures(&way.protect(&records, rng)));
            for (row, (n, agree, _)) in truth {
                if n < THRESHOLD as f64 {
                    continue;
                }
                let protected = shown.get(&row).filter(|(n, ..)| *n >= THRESHOLD as f64);
                let kind = match row {
                    Row::Trust | Row::Phase(_) | Row::Year(_) | Row::Group(_) | Row::YearByGroup(..) => {
                        "trust, phase, year group"
                    }
                    Row::School(_) | Row::SchoolPhase(..) => "school, and by phase",
                    Row::SchoolYear(..) => "school by year group",
                    Row::Class(_) => "class",
                    Row::SchoolGroup(..) => "school by group",
                };
                let (there, of) = cost.shown.entry(kind).or_default();
                *of += 1;
                *there += u32::from(protected.is_some());
                // All of one common rate, so that the error of a sample of n is known.
                let rate = 0.7;
                if let Some((_, protected, _)) = protected
                    && (12.0..=18.0).contains(&n)
                {
                    cost.squares += (protected - agree).powi(2) * n / (rate * (1.0 - rate));
                    cost.bias += protected - agree;
                    cost.rows += 1.0;
                }
            }
        }
        cost
    }

    /// The error of sample and protection together over that of the sample alone.
    pub fn growth(&self) -> f64 {
        (1.0 + self.squares / self.rows.max(1.0)).sqrt()
    }

    pub fn bias(&self) -> f64 {
        self.bias / self.rows.max(1.0)
    }

    pub fn share(&self, kind: &str) -> f64 {
        let (there, of) = self.shown.get(kind).copied().unwrap_or_default();
        f64::from(there) / f64::from(of.max(1))
    }
}

#[test]
fn protection_adds_at_most_a_quarter_to_the_error_of_a_row_of_fifteen() {
    let cost = Cost::of(Way::Ours, 60, 700);
    assert!(cost.growth() <= 1.25 && cost.bias().abs() < 0.01, "{} {}", cost.growth(), cost.bias());
    assert!(cost.share("school by year group") >= 0.95, "{:?}", cost.shown);
    assert!(cost.share("class") >= 0.7 && cost.share("school by group") >= 0.9, "{:?}", cost.shown);
}

#[test]
#[ignore = "prints the table of docs/disclosure.md; minutes"]
fn table() {
    let ways = [
        ("true counts", Way::Open),
        ("rounded to 3", Way::Rounded(3)),
        ("rounded to 5", Way::Rounded(5)),
        ("cell keys, variance 0.5", Way::CellKeys(0.5)),
        ("cell keys, variance 1", Way::CellKeys(1.0)),
        ("cell keys, variance 2", Way::CellKeys(2.0)),
        ("lots alone, variance 0.25", Way::Lots(0.25)),
        ("lots alone, variance 0.35", Way::Lots(0.35)),
        ("lots alone, variance 1", Way::Lots(1.0)),
        ("exchange and lots (ours)", Way::Ours),
        ("ours, two outcomes added up", Way::OursTwice),
    ];
    println!(
        "| way | small counts: right, sure (guess) | averaged | the only one (guess) | marked: school (guess) | class (guess) | SEN (guess) | two editions (guess) | error x | bias | school year, class, school group shown |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for (name, way) in ways {
        let percent = |share: f64| format!("{:.0}", 100.0 * share);
        let both = |tries: super::attacker::Tries| {
            format!("{} ({})", percent(tries.share(tries.right)), percent(tries.share(tries.guessed)))
        };
        let small = counts(way, 40, 1_000);
        let cost = Cost::of(way, 60, 1_700);
        println!(
            "| {name} | {}, {} ({}) | {} | {} | {} | {} | {} | {} | {:.2} | {:.3} | {} {} {} |",
            percent(small.share(small.right)),
            percent(small.share(small.sure)),
            percent(small.share(small.guessed)),
            {
                let averaged = averages(way, 40, 1_200);
                percent(averaged.share(averaged.right))
            },
            both(only_ones(way, 150, 1_300)),
            both(marks(way, 400, 1_400, 0)),
            both(marks(way, 400, 1_400, 1)),
            both(marks(way, 400, 1_400, 3)),
            both(editions(way, 400, 1_500)),
            cost.growth(),
            cost.bias(),
            percent(cost.share("school by year group")),
            percent(cost.share("class")),
            percent(cost.share("school by group")),
        );
    }
}
