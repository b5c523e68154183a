//! Disclosure control: one protected table, from which every figure for those who see no pupils is computed.
//!
//! The judgements behind an edition are changed once, before anything is counted, and never looked at again:
//!
//! 1. **Exchange.** What fewer than k pupils share with nobody else is moved away from them: outcomes that few have,
//!    the outcomes of the few in a place, the groups of few, what changed since an edition before.
//! 2. **Lots.** Each pupil counts 0, 1, 2 or more times, by a lot of their own. The lots are not kept.
//!
//! Counts, weights, intervals and whether a row exists at all follow from the protected table. So all questions
//! together tell no more than the table does, and parts sum to their total. Nothing needs to be withheld to keep
//! somebody from working out something else by subtraction. What protection adds to the error of a figure is known
//! ([`lots::ADDED_VARIANCE`]) and is part of its interval.
//!
//! Pure: nothing here knows a database or a school. What was measured, and against which other ways:
//! docs/adr/0017-protected-editions.md; what is promised: docs/disclosure.md.

mod exchange;
pub mod lots;
mod record;

use rand::Rng;

pub use exchange::{PLACE_KINDS, PLACE_KINDS_OF_GROUPS};
pub use record::{Outcome, PlaceKind, Record};

/// Many judgements changed if one in this many did, and at least this many times the threshold.
const MANY: usize = 10;

/// Protects the judgements of an edition: exchanges what few share, and returns how often each record counts, in their
/// order.
///
/// The same generator in the same state gives the same table. For real trusts nobody may be able to repeat it.
pub fn protect(records: &mut [Record], changed: &[(usize, Outcome)], threshold: usize, rng: &mut impl Rng) -> Vec<u32> {
    exchange(records, changed, threshold, rng);
    records.iter().map(|_| lots::draw(rng)).collect()
}

/// Exchanges what few share. `threshold` is k: fewer than that are few. `changed` names the records whose outcome differs from
/// that of the exercise's first edition, each with the outcome that it had then.
///
/// Where an edition has two outcomes of the same pupils, each is exchanged by itself, and both count by the **same** lots
/// ([`protect`] draws them): lots drawn twice would average out, and what is exchanged twice tells no more than once.
pub fn exchange(records: &mut [Record], changed: &[(usize, Outcome)], threshold: usize, rng: &mut impl Rng) {
    // If many changed, nobody knows all changes but one. To move all of them would leave little to compare.
    if changed.len() < (records.len() / MANY).max(MANY * threshold) {
        exchange::changed(records, changed, threshold, rng);
    }
    exchange::rare_outcomes(records, threshold, rng);
    exchange::few_in_a_place(records, threshold, rng);
    exchange::groups_of_few(records, threshold, rng);
}

/// The steps on which protected weights stand, each a twentieth above the one below.
const STEP: f64 = 1.05;

/// A weight of the sample design, rounded to a coarse scale so that it reveals no count. Chance decides between the
/// step below and the step above, so that the weight is right on average.
///
/// `None` where there is no weight: below 1, or not finite.
pub fn protect_weight(weight: f64, rng: &mut impl Rng) -> Option<f64> {
    if !weight.is_finite() || weight < 1.0 {
        return None;
    }
    let steps = (weight.ln() / STEP.ln()).floor();
    let (below, above) = (STEP.powf(steps), STEP.powf(steps + 1.0));
    let chance = ((weight - below) / (above - below)).clamp(0.0, 1.0);
    Some(if rng.random::<f64>() < chance { above } else { below })
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn a_protected_weight_is_a_step_and_right_on_average() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let drawn: Vec<f64> = (0..20_000).filter_map(|_| protect_weight(2.2, &mut rng)).collect();
        let mean = drawn.iter().sum::<f64>() / drawn.len() as f64;
        assert!((mean - 2.2).abs() < 0.01, "{mean}");
        let steps = [16, 17].map(|steps| STEP.powi(steps));
        assert!(drawn.iter().all(|weight| steps.iter().any(|step| (weight - step).abs() < 1e-9)));
        assert_eq!(protect_weight(1.0, &mut rng), Some(1.0));
        assert_eq!(protect_weight(f64::NAN, &mut rng), None);
        assert_eq!(protect_weight(0.5, &mut rng), None);
    }
}
