//! Rows that few moderators judged.

use plumbline_statistics::{JudgedBy, StratumSample, mean, moderator_effect};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::tally::Tally;

/// Who judges the works of one row; those of all others are shared out by chance.
#[derive(Clone, Copy, Debug)]
struct Shared {
    moderators: usize,
    /// How far moderators differ, in deviations of pupils.
    apart: f64,
    /// Works of the row.
    n: usize,
    /// How many moderators judge the row.
    of_row: usize,
}

/// Fair units of 40 works and a row among them: how often the interval of the row's shift holds the truth, with what it owes to its moderators and
/// without. Pupils are normal, cut into four grades; teacher and moderator each see them with an error of 0.38.
fn judged_by_few(shared: Shared, rounds: usize, random: &mut ChaCha8Rng) -> (Tally, Tally) {
    let normal = |random: &mut ChaCha8Rng| {
        let radius = (-2.0 * (1.0 - random.random::<f64>()).ln()).sqrt();
        radius * (std::f64::consts::TAU * random.random::<f64>()).cos()
    };
    let grade = |level: f64| [-1.2, -0.3, 0.9].iter().filter(|bound| level > **bound).count() as f64;
    let (mut with, mut without) = (Tally::default(), Tally::default());
    for _ in 0..rounds {
        let severity: Vec<f64> = (0..shared.moderators).map(|_| shared.apart * normal(random)).collect();
        let mut cells: Vec<JudgedBy> = Vec::new();
        let mut own = Vec::new();
        let mut of_row = vec![0.0; shared.of_row];
        for unit in 0..10 {
            for work in 0..if unit == 0 { shared.n } else { 40 } {
                let moderator =
                    if unit == 0 { work % shared.of_row } else { random.random_range(0..shared.moderators) };
                let level = normal(random);
                let first = grade(level + 0.38 * normal(random));
                let step = grade(level + severity[moderator] + 0.38 * normal(random)) - first;
                cells.push(JudgedBy { unit, moderator, n: 1.0, sum: step, squares: step * step });
                if unit == 0 {
                    own.push((step, 1.0));
                    of_row[moderator] += 1.0;
                }
            }
        }
        let n = shared.n as f64;
        let alike = of_row.iter().map(|m| m * (m - 1.0)).sum::<f64>() / (n * (n - 1.0));
        let row = mean(&[StratumSample { population: 3.0 * n, sampled: n, values: own }]).expect("it has judgements");
        let effect = moderator_effect(&cells).expect("moderators share units");
        with.add(row.judged_by(alike, effect).as_shift().interval.ok(), 0.0);
        without.add(row.as_shift().interval.ok(), 0.0);
    }
    (with, without)
}

#[test]
fn a_fair_row_is_not_blamed_for_its_moderators() {
    let mut random = ChaCha8Rng::seed_from_u64(28);
    for (n, of_row) in [(40, 1), (100, 3)] {
        let shared = Shared { moderators: 8, apart: 0.2, n, of_row };
        let (with, without) = judged_by_few(shared, 1_200, &mut random);
        let [held, plain] = [with, without].map(|tally| tally.coverage().expect("it is given"));
        // 1,200 rounds tell a coverage to 1.3 % or so.
        assert!(held > 0.925 && plain < 0.80, "{n} works by {of_row}: {held:.3}, and {plain:.3} without");
    }
}

#[test]
#[ignore = "a minute: prints a table of docs/statistics.md"]
fn the_table_of_moderators() {
    let mut random = ChaCha8Rng::seed_from_u64(4);
    println!(
        "| moderators | they differ by | n | judged by | held | mean width | held without | width without |\n| --- | --- | --- | --- | --- | --- | --- | --- |"
    );
    for moderators in [3, 5, 8, 20] {
        for apart in [0.0, 0.1, 0.2, 0.4] {
            for (n, of_row) in [(12, 1), (40, 1), (40, 3), (100, 3)] {
                let shared = Shared { moderators, apart, n, of_row: of_row.min(moderators) };
                let (with, without) = judged_by_few(shared, 4_000, &mut random);
                let told = |tally: &Tally| tally.coverage().expect("it is given in most rounds") * 100.0;
                println!(
                    "| {moderators} | {apart} | {n} | {of_row} | {:.1} % | {:.2} | {:.1} % | {:.2} |",
                    told(&with),
                    with.width / with.given,
                    told(&without),
                    without.width / without.given
                );
            }
        }
    }
}
