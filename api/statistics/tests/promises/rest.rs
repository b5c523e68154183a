//! The difference of a row to the rest of its trust.

use plumbline_statistics::{StratumSample, Whole, mean};
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use crate::population::{Drawn, Setting};
use crate::tally::Tally;

/// Units of one trust that do not differ, all as generous as one another: how often the interval of the difference to the rest holds 0, how
/// often that of the shift does, and the mean width of the difference. A unit has `n` works, of a stratum of its own and of one that all share.
fn difference_to_rest(
    units: usize,
    n: usize,
    agreement: f64,
    rounds: usize,
    random: &mut ChaCha8Rng,
) -> (Tally, Tally) {
    let setting = Setting { grades: 4, agreement, two_steps: 0.02, lean: 0.6, n, drawn: Drawn::Evenly };
    let (mut differences, mut shifts) = (Tally::default(), Tally::default());
    for _ in 0..rounds {
        let drawn: Vec<Vec<f64>> = (0..units)
            .map(|_| {
                let pairs = setting.draw(random).into_iter().flat_map(|(_, pairs)| pairs);
                pairs.map(|(first, second)| second as f64 - first as f64).collect()
            })
            .collect();
        let shared = n / 2;
        let rows: Vec<Vec<(usize, StratumSample)>> = drawn
            .iter()
            .enumerate()
            .map(|(unit, steps)| {
                let (common, own) = steps.split_at(shared);
                let sample = |population: f64, sampled: usize, steps: &[f64]| StratumSample {
                    population,
                    sampled: sampled as f64,
                    values: steps.iter().map(|step| (*step, 1.0)).collect(),
                };
                // The common stratum is drawn by a third, that of the unit by two thirds.
                let common = sample(3.0 * (shared * units) as f64, shared * units, common);
                let own = sample(1.5 * own.len() as f64, own.len(), own);
                [(0, common), (unit + 1, own)].into_iter().filter(|(_, sample)| !sample.values.is_empty()).collect()
            })
            .collect();
        let mut whole = Whole::default();
        for (number, sample) in rows.iter().flatten() {
            whole.add(*number, sample);
        }
        for row in &rows {
            let samples: Vec<StratumSample> = row.iter().map(|(_, sample)| sample.clone()).collect();
            let shift = mean(&samples).expect("it has judgements").as_shift();
            let rest = whole.without(row).expect("there are others").as_shift();
            differences.add(shift.less(&rest).interval.ok(), 0.0);
            shifts.add(shift.interval.ok(), 0.0);
        }
    }
    (differences, shifts)
}

#[test]
fn who_is_as_generous_as_the_rest_does_not_differ_from_it() {
    let mut random = ChaCha8Rng::seed_from_u64(14);
    for (units, n) in [(8, 12), (8, 40), (30, 12)] {
        let (differences, shifts) = difference_to_rest(units, n, 0.7, 1_500 / units, &mut random);
        let held = differences.coverage().expect("it is given");
        // 1,500 intervals tell a coverage to 1.2 % or so.
        assert!((0.93..0.995).contains(&held), "{units} units of {n}: {held:.3}");
        let of_shifts = shifts.coverage().expect("it is given");
        assert!(of_shifts < held, "the trust is generous: more of the shifts exclude 0, {of_shifts:.3}");
    }
}

#[test]
#[ignore = "three minutes: prints a table of docs/statistics.md"]
fn the_table_of_differences() {
    let mut random = ChaCha8Rng::seed_from_u64(2);
    println!(
        "| units | n | agreement | difference holds 0 | mean width | shift excludes 0 |\n| --- | --- | --- | --- | --- | --- |"
    );
    for units in [3, 8, 30] {
        for n in [6, 12, 30, 100] {
            for agreement in [0.7, 0.9] {
                let (differences, shifts) = difference_to_rest(units, n, agreement, 24_000 / units, &mut random);
                let told = |tally: &Tally| tally.coverage().expect("it is given in most rounds") * 100.0;
                println!(
                    "| {units} | {n} | {:.0} % | {:.1} % | {:.2} | {:.1} % |",
                    agreement * 100.0,
                    told(&differences),
                    differences.width / differences.given,
                    100.0 - told(&shifts)
                );
            }
        }
    }
}
