//! The difference of a row to the rest of its trust.

use plumbline_statistics::{StratumSample, Whole, mean};
use rand::{Rng as _, SeedableRng as _};
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
            let own = mean(&samples).expect("it has judgements");
            let rest = whole.without(row).expect("there are others");
            differences.add(own.apart_from(&rest).interval.ok(), 0.0);
            shifts.add(own.as_shift().interval.ok(), 0.0);
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
        // The trust is generous, which forty works of a unit show and twelve do not.
        let of_shifts = shifts.coverage().expect("it is given");
        assert!(n < 40 || of_shifts < 0.9, "{units} units of {n}: {of_shifts:.3} of the shifts hold 0");
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

/// How a class is judged: the teacher sees pupils with an error of 0.38 and is so severe, who agrees a grade sees them with `error`.
#[derive(Clone, Copy, Debug)]
struct Judged {
    severe: f64,
    error: f64,
}

impl Judged {
    /// A pupil's first grade, and by how many it is moved. Pupils are normal, cut into four grades as those of the demo are.
    fn pupil(self, random: &mut ChaCha8Rng) -> (usize, f64) {
        let mut normal = || {
            let radius = (-2.0 * (1.0 - random.random::<f64>()).ln()).sqrt();
            radius * (std::f64::consts::TAU * random.random::<f64>()).cos()
        };
        let grade = |level: f64| [-1.92, -0.80, 0.88].iter().filter(|bound| level > **bound).count();
        let level = normal();
        let first = grade(level - self.severe + 0.38 * normal());
        (first, grade(level + self.error * normal()) as f64 - first as f64)
    }

    /// The shift that there would be with no end of pupils.
    fn truth(self, random: &mut ChaCha8Rng) -> f64 {
        let pupils = 1_000_000;
        (0..pupils).map(|_| self.pupil(random).1).sum::<f64>() / f64::from(pupils)
    }
}

/// Classes of a trust, each with four strata by first grade, of which 30 % are drawn, rounded up: of 28 pupils some ten works, of some strata a single
/// one. The first class is judged in its own way. What the interval of the difference to the rest covers of that class, and of all others together.
fn classes((pupils, own, others): (usize, Judged, Judged), rounds: usize, random: &mut ChaCha8Rng) -> (Tally, Tally) {
    const CLASSES: usize = 30;
    let apart = own.truth(random) - others.truth(random);
    let (mut of_own, mut of_others) = (Tally::default(), Tally::default());
    for _ in 0..rounds {
        let row = |class: usize, random: &mut ChaCha8Rng| -> Vec<(usize, StratumSample)> {
            let mut strata: [Vec<f64>; 4] = Default::default();
            for _ in 0..pupils {
                let (first, step) = if class == 0 { own } else { others }.pupil(random);
                strata[first].push(step);
            }
            let drawn = |(first, steps): (usize, Vec<f64>)| {
                // Pupils come by chance, so the first of them are as good a sample as any.
                let sampled = (steps.len() * 30).div_ceil(100);
                let values = steps.iter().take(sampled).map(|step| (*step, 1.0)).collect();
                (4 * class + first, StratumSample { population: steps.len() as f64, sampled: sampled as f64, values })
            };
            strata.into_iter().enumerate().map(drawn).filter(|(_, of)| of.sampled > 0.0).collect()
        };
        let rows: Vec<Vec<(usize, StratumSample)>> = (0..CLASSES).map(|class| row(class, random)).collect();
        let mut whole = Whole::default();
        for (number, sample) in rows.iter().flatten() {
            whole.add(*number, sample);
        }
        for (class, row) in rows.iter().enumerate() {
            let samples: Vec<StratumSample> = row.iter().map(|(_, sample)| sample.clone()).collect();
            let own = mean(&samples).expect("it has judgements");
            let difference = own.apart_from(&whole.without(row).expect("there are others"));
            let (tally, truth) =
                if class == 0 { (&mut of_own, apart) } else { (&mut of_others, -apart / (CLASSES - 1) as f64) };
            tally.add(difference.interval.ok(), truth);
        }
    }
    (of_own, of_others)
}

const USUAL: Judged = Judged { severe: 0.0, error: 0.2 };

#[test]
fn classes_that_do_not_differ_stand_apart_as_often_as_is_said() {
    let mut random = ChaCha8Rng::seed_from_u64(15);
    let (_, others) = classes((28, USUAL, USUAL), 100, &mut random);
    let held = others.coverage().expect("it is given");
    // 2,900 intervals tell a coverage to 0.4 %.
    assert!((0.94..0.985).contains(&held), "{held:.3}");
}

#[test]
#[ignore = "half a minute: prints a table of docs/statistics.md"]
fn the_table_of_classes() {
    let mut random = ChaCha8Rng::seed_from_u64(6);
    println!("| pupils | class | held | mean width | null |\n| --- | --- | --- | --- | --- |");
    for pupils in [12, 20, 28, 60] {
        let told = |class: &str, tally: &Tally| {
            let held = tally.coverage().expect("it is given in most rounds") * 100.0;
            let null = (1.0 - tally.given / tally.rounds) * 100.0;
            println!("| {pupils} | {class} | {held:.1} % | {:.2} | {null:.1} % |", tally.width / tally.given);
        };
        told("as all others", &classes((pupils, USUAL, USUAL), 500, &mut random).1);
        let unlike = [
            ("severe by 0.5 deviations", Judged { severe: 0.5, ..USUAL }),
            ("severe by a deviation", Judged { severe: 1.0, ..USUAL }),
            ("error of who agrees 0.38", Judged { error: 0.38, ..USUAL }),
            ("error of who agrees 0.6", Judged { error: 0.6, ..USUAL }),
        ];
        for (class, own) in unlike {
            told(class, &classes((pupils, own, USUAL), 2_000, &mut random).0);
        }
    }
}
