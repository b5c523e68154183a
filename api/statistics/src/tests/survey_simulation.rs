//! What the estimates do over many samples from a known population.

use super::super::{StratumSample, mean};
use super::{Checked, DEFINED, Lcg, close, proportion};

/// Grades as strata: population, moderated, how many of the population agree. The third is the
/// borderline one, with little agreement and a far larger part moderated.
const GRADES: [(usize, usize, usize); 4] = [(120, 12, 108), (200, 20, 190), (60, 30, 30), (40, 8, 34)];
const ROUNDS: u32 = 4_000;

/// Draws `sampled` of `population` without replacement; how many of the drawn agree.
fn draw(random: &mut Lcg, population: usize, sampled: usize, agreeing: usize) -> f64 {
    let (mut left, mut good, mut found) = (population as f64, agreeing as f64, 0.0);
    for _ in 0..sampled {
        if random.uniform() * left < good {
            good -= 1.0;
            found += 1.0;
        }
        left -= 1.0;
    }
    found
}

/// Weighted shares are unbiased where the borderline grade is over-sampled, and the raw rate is
/// not.
#[test]
fn weights_undo_the_over_sampling_of_borderline_work() -> Checked {
    let mut random = Lcg(20_240_917);
    let population: usize = GRADES.iter().map(|grade| grade.0).sum();
    let agreeing: usize = GRADES.iter().map(|grade| grade.2).sum();
    let truth = agreeing as f64 / population as f64;
    let (mut weighted, mut raw, mut covered) = (0.0, 0.0, 0.0);
    for _ in 0..ROUNDS {
        let (mut moderated, mut found) = (0.0, 0.0);
        let mut strata = Vec::new();
        for (population, sampled, agreeing) in GRADES {
            let agreed = draw(&mut random, population, sampled, agreeing);
            let n = sampled as f64;
            moderated += n;
            found += agreed;
            strata.push(StratumSample {
                population: population as f64,
                sampled: n,
                values: vec![(1.0, agreed), (0.0, n - agreed)],
            });
        }
        let share = proportion(&strata).ok_or(DEFINED)?;
        weighted += share.estimate;
        raw += found / moderated;
        covered += f64::from(u8::from(share.low <= truth && truth <= share.high));
    }
    let rounds = f64::from(ROUNDS);
    close(weighted / rounds, truth, 0.003);
    assert!((raw / rounds - truth).abs() > 0.08, "the raw rate should be biased");
    assert!(covered / rounds > 0.93, "coverage {}", covered / rounds);
    Ok(())
}

/// The same for a domain that takes a part of each stratum, its size in the sample being chance:
/// half of each grade's judgements, drawn afresh from a process of judging (a shift of -1, 0 or 1).
#[test]
fn a_domain_across_strata_is_covered() -> Checked {
    let mut random = Lcg(7);
    let lowered = [0.10, 0.05, 0.40, 0.15];
    let weights = GRADES.map(|grade| grade.0 as f64);
    let truth = -weights.iter().zip(lowered).map(|(n, p)| n * p).sum::<f64>() / weights.iter().sum::<f64>();
    let (mut sum, mut covered, mut shown) = (0.0, 0.0, 0.0);
    for _ in 0..ROUNDS {
        let mut strata = Vec::new();
        for ((population, sampled, _), chance) in GRADES.into_iter().zip(lowered) {
            let (mut down, mut same) = (0.0, 0.0);
            for _ in 0..sampled {
                let inside = random.uniform() < 0.5;
                let is_down = random.uniform() < chance;
                if inside && is_down {
                    down += 1.0;
                } else if inside {
                    same += 1.0;
                }
            }
            let values = vec![(-1.0, down), (0.0, same)];
            strata.push(StratumSample { population: population as f64, sampled: sampled as f64, values });
        }
        let Some(found) = mean(&strata).and_then(|mean| mean.as_shift().known()) else {
            continue;
        };
        shown += 1.0;
        sum += found.estimate;
        covered += f64::from(u8::from(found.low <= truth && truth <= found.high));
    }
    close(sum / shown, truth, 0.01);
    assert!(covered / shown > 0.93, "coverage {}", covered / shown);
    Ok(())
}
