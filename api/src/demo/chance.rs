//! Chance that comes out the same on every machine.
//!
//! Every stream follows from the seed, a purpose and a number, so that a change in one part of the demo leaves the
//! others as they were. The demo only adds, multiplies and compares what a stream gives: `ln` and `cos` differ
//! between machines in their last digit.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use uuid::Uuid;

/// What a stream of chance is for. Whoever changes a number here changes what the demo makes, and so its edition.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose {
    /// Ids of one table.
    Ids = 1,
    /// Names of schools; these come out the same for every seed.
    SchoolNames = 2,
    /// Sizes and rates of a school.
    School = 3,
    /// How many start in Reception.
    Intake = 4,
    /// One pupil: name, birthday, characteristics, attainment.
    Pupil = 5,
    /// Who joins, leaves and moves in a year.
    Moves = 6,
    /// One member of staff.
    Staff = 7,
    /// How a cohort of a school differs from others.
    Cohort = 8,
    /// First judgements of a window and subject.
    Judgements = 9,
    /// Second judgements and outcomes of an exercise.
    Moderation = 10,
    /// How severe a moderator is.
    Severity = 11,
    /// The plans of a school in a year, and the work on them.
    Planning = 12,
    /// What was taught in the classes of a school in a year.
    Teaching = 13,
    /// How its plans were adapted.
    Adaptations = 14,
}

/// A stream of chance.
pub(super) struct Chance(ChaCha8Rng);

impl Chance {
    /// The stream of a seed for a purpose; `number` tells several of one purpose apart.
    pub(super) fn new(seed: u64, purpose: Purpose, number: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&(purpose as u64).to_le_bytes());
        key[16..24].copy_from_slice(&number.to_le_bytes());
        Self(ChaCha8Rng::from_seed(key))
    }

    /// 64 random bits.
    pub(super) fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A whole number from 0 to `limit - 1`.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        // Multiply and shift; the bias is below `limit / 2^64`.
        let wide = u128::from(self.bits()) * (limit as u128);
        (wide >> 64) as usize
    }

    /// A number from 0 to 1, without 1.
    pub(super) fn share(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / 9_007_199_254_740_992.0
    }

    /// A number from `low` to `high`.
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.share()
    }

    /// True with this probability.
    pub(super) fn hits(&mut self, probability: f64) -> bool {
        self.share() < probability
    }

    /// One of several, each as likely.
    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// A normal deviate of mean 0 and standard deviation 1: the sum of twelve uniform numbers.
    pub(super) fn normal(&mut self) -> f64 {
        let mut sum = 0;
        for _ in 0..3 {
            let bits = self.bits();
            sum += (bits & 0xffff) + ((bits >> 16) & 0xffff) + ((bits >> 32) & 0xffff) + (bits >> 48);
        }
        (sum as f64 - 393_210.0) / 65_536.0
    }
}

/// Ids of one table: UUIDv7s in the order in which they are asked for.
pub(super) struct Ids {
    chance: Chance,
    moment: u64,
    count: u64,
}

impl Ids {
    /// Ids of the `number`th batch of rows, as if made at `moment` (milliseconds since 1970).
    pub(super) fn new(seed: u64, number: u64, moment: i64) -> Self {
        Self { chance: Chance::new(seed, Purpose::Ids, number), moment: moment.unsigned_abs(), count: 0 }
    }

    /// The next id.
    pub(super) fn next(&mut self) -> Uuid {
        // RFC 9562, 6.2, method 1: a counter follows the milliseconds.
        let mut random = [0; 10];
        random[..2].copy_from_slice(&((self.count % 4096) as u16).to_be_bytes());
        random[2..].copy_from_slice(&self.chance.bits().to_be_bytes());
        let id = uuid::Builder::from_unix_timestamp_millis(self.moment + self.count / 4096, &random).into_uuid();
        self.count += 1;
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_normal_deviate_has_mean_nought_and_deviation_one() {
        let mut chance = Chance::new(1, Purpose::Pupil, 0);
        let drawn: Vec<f64> = (0..100_000).map(|_| chance.normal()).collect();
        let mean = drawn.iter().sum::<f64>() / 100_000.0;
        let variance = drawn.iter().map(|z| (z - mean) * (z - mean)).sum::<f64>() / 100_000.0;
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.02, "{mean} {variance}");
    }

    #[test]
    fn ids_are_of_version_seven_and_rise() {
        let mut ids = Ids::new(1, 2, 1_700_000_000_000);
        let made: Vec<Uuid> = (0..10_000).map(|_| ids.next()).collect();
        assert!(made.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(made.iter().all(|id| id.get_version_num() == 7));
    }

    #[test]
    fn a_stream_is_this_one_on_every_machine() {
        let mut chance = Chance::new(1, Purpose::School, 3);
        assert_eq!([chance.below(1000), chance.below(1000), chance.below(1000)], [260, 94, 720]);
    }
}
