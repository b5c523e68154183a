//! Values of units that are drawn towards their mean.

use plumbline_statistics::{UnitEstimate, shrink};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// Units that differ by `between`, each known with an error: what the intervals of shrunken values cover, and how often one excludes 0 where
/// all are 0.
fn shrunken(units: usize, between: f64, rounds: usize, random: &mut ChaCha8Rng) -> (f64, f64) {
    let mut normal = || {
        let (radius, angle): (f64, f64) =
            ((-2.0 * (1.0 - random.random::<f64>()).ln()).sqrt(), std::f64::consts::TAU * random.random::<f64>());
        radius * angle.cos()
    };
    let (mut held, mut excludes, mut all) = (0.0, 0.0, 0.0);
    for _ in 0..rounds {
        let truths: Vec<f64> = (0..units).map(|_| between * normal()).collect();
        // The error of a shift of 6 to 40 judgements of which a fifth move by one.
        let errors: Vec<f64> =
            (0..units).map(|unit| (0.2 / (6.0 + 34.0 * (unit as f64 + 0.5) / units as f64)).sqrt()).collect();
        let given: Vec<UnitEstimate> = truths
            .iter()
            .zip(&errors)
            .map(|(truth, error)| UnitEstimate { estimate: truth + error * normal(), variance: error * error })
            .collect();
        for (found, truth) in shrink(&given).expect("it is defined").units.into_iter().zip(&truths) {
            let found = found.expect("it is defined");
            all += 1.0;
            held += f64::from(u8::from(found.low <= *truth && *truth <= found.high));
            excludes += f64::from(u8::from(found.low > 0.0 || found.high < 0.0));
        }
    }
    (held / all, excludes / all)
}

#[test]
fn shrunken_values_keep_their_promise() {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    for units in [5, 8, 50] {
        for between in [0.0, 0.06, 0.1, 0.2] {
            let (held, excludes) = shrunken(units, between, 2_000 / units, &mut random);
            assert!(held > 0.925, "{units} units, {between}: {held:.3}");
            if between == 0.0 {
                assert!(excludes < 0.05, "{units} units that do not differ: {excludes:.3} exclude 0");
            }
        }
    }
}

#[test]
#[ignore = "some seconds: prints a table of docs/statistics.md"]
fn the_table_of_shrunken_values() {
    let mut random = ChaCha8Rng::seed_from_u64(5);
    println!("| units | between them | held | excludes 0 |\n| --- | --- | --- | --- |");
    for units in [3, 5, 8, 20, 50] {
        for between in [0.0, 0.06, 0.1, 0.2] {
            let (held, excludes) = shrunken(units, between, 20_000 / units, &mut random);
            println!("| {units} | {between} | {:.1} % | {:.1} % |", held * 100.0, excludes * 100.0);
        }
    }
}
