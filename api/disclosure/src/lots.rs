//! Lots: how often a pupil counts. One is drawn for each pupil.

use rand::Rng;

/// The variance of a lot, whose mean is 1.
///
/// Source: noise by multipliers of mean 1 that go with the record into every table (Evans, Zayatz and Slanta
/// 1998, Journal of Official Statistics 14:537), here in whole numbers. How it was chosen: docs/adr/0017.
pub const VARIANCE: f64 = 0.35;

/// What protection adds to the variance of a figure, as a share of its sampling variance. With independent lots of
/// mean 1, a mean over n judgements gains [`VARIANCE`] times its own sampling variance, whatever n is. What exchange
/// adds was measured: about half as much again. So an error grows by the square root of 1.5, which is 22 %.
pub const ADDED_VARIANCE: f64 = 0.5;

/// The chances of 0, 1 and 2. The remaining lots, one in 500, are 3 or more without a limit, each number half as
/// likely as the one below. So no count that is shown limits the number of pupils from above or, if it is above 0,
/// from below.
const CHANCES: [f64; 3] = [0.167, 0.670, 0.161];

/// Draws how often a pupil counts: a whole number of mean 1 and variance [`VARIANCE`].
pub fn draw(rng: &mut impl Rng) -> u32 {
    let mut left: f64 = rng.random();
    for (times, chance) in (0..).zip(CHANCES) {
        if left < chance {
            return times;
        }
        left -= chance;
    }
    let mut times = 3;
    while rng.random::<bool>() {
        times += 1;
    }
    times
}

/// Draws for so many pupils: the sum of their lots.
pub fn draw_for(pupils: u64, rng: &mut impl Rng) -> u64 {
    (0..pupils).map(|_| u64::from(draw(rng))).sum()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn lots_have_mean_one_and_the_variance_that_is_told() {
        let tail: Vec<(f64, f64)> = (0..60).map(|more| (f64::from(3 + more), 0.001 / 2_f64.powi(more))).collect();
        let all = || [0.0, 1.0, 2.0].into_iter().zip(CHANCES).chain(tail.iter().copied());
        let moment = |power: i32| all().map(|(times, chance)| times.powi(power) * chance).sum::<f64>();
        assert!((moment(0) - 1.0).abs() < 1e-9 && (moment(1) - 1.0).abs() < 1e-9);
        assert!((moment(2) - 1.0 - VARIANCE).abs() < 1e-9);
    }

    #[test]
    fn lots_are_drawn_as_they_are_told() {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(5);
        let drawn: Vec<u32> = (0..200_000).map(|_| draw(&mut rng)).collect();
        let share = |times: u32| drawn.iter().filter(|lot| **lot == times).count() as f64 / 200_000.0;
        for (times, chance) in (0..).zip(CHANCES) {
            assert!((share(times) - chance).abs() < 0.005, "{times}: {}", share(times));
        }
        assert!(drawn.iter().any(|lot| *lot > 3));
    }
}
