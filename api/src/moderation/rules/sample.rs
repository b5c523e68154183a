//! Drawing a sample by strata, reproducibly.
//!
//! Every judgement has a permanent random number that follows from the seed and its own id alone
//! (Ohlsson 1995, "Coordination of samples using permanent random numbers"). Of each stratum the
//! judgements with the smallest numbers are drawn, which is a simple random sample without
//! replacement. So the sample depends neither on the machine nor on the order in which rows come,
//! a stratum's draw does not depend on the others, and a larger share holds the smaller one: work
//! that was drawn before stays drawn when a sample is expanded.

use std::collections::{BTreeMap, BTreeSet};

use plumbline_entity::year_group::YearGroup;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use uuid::Uuid;

/// A current judgement whose grade has a rank: what may be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The judgement.
    pub judgement: Uuid,
    /// The school it was made in.
    pub school: Uuid,
    /// The class it was made in.
    pub class: Uuid,
    /// The pupil's year group.
    pub year_group: YearGroup,
    /// The grade given; codes that are not grades must not be offered.
    pub grade: Uuid,
}

/// What makes a stratum: judgements that are alike before anybody looks at the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StratumKey {
    /// The school.
    pub school: Uuid,
    /// The year group.
    pub year_group: YearGroup,
    /// The grade of the first judgements.
    pub grade: Uuid,
}

/// A stratum with what was drawn of it. `works.len() / size` is the inclusion probability to weigh
/// by; where a class was topped up, it is the mean of its stratum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawnStratum {
    /// Which.
    pub key: StratumKey,
    /// Judgements in the stratum.
    pub size: usize,
    /// The works drawn, in the order in which they were; never empty.
    pub works: Vec<DrawnWork>,
}

/// A judgement that was drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawnWork {
    /// The judgement.
    pub judgement: Uuid,
    /// The class it was made in.
    pub class: Uuid,
    /// The code under which moderators see the work: a number in random order, so that it tells
    /// neither the school nor the grade.
    pub code: String,
}

/// A candidate with its permanent random numbers.
#[derive(Clone, Copy)]
struct Ticket<'a> {
    /// By which it is drawn. The id behind it settles the tie that practically never happens.
    draw: (u64, Uuid),
    /// By which its code is numbered: another number, for the first would tell who was topped up.
    number: u64,
    candidate: &'a Candidate,
}

/// Draws `percent` of each stratum (rounded up), and of each class as many more as it lacks of
/// `minimum_per_class`, as far as it has them. Strata come in the order of their keys.
#[must_use]
pub fn draw_sample(candidates: &[Candidate], percent: u8, minimum_per_class: usize, seed: i64) -> Vec<DrawnStratum> {
    let mut strata: BTreeMap<StratumKey, Vec<Ticket<'_>>> = BTreeMap::new();
    let mut classes: BTreeMap<Uuid, Vec<Ticket<'_>>> = BTreeMap::new();
    for candidate in candidates {
        let ticket = ticket(candidate, seed);
        strata.entry(key_of(candidate)).or_default().push(ticket);
        classes.entry(candidate.class).or_default().push(ticket);
    }
    let mut drawn: BTreeSet<Uuid> = BTreeSet::new();
    for tickets in strata.values_mut().chain(classes.values_mut()) {
        tickets.sort_unstable_by_key(|ticket| ticket.draw);
        tickets.dedup_by_key(|ticket| ticket.draw);
    }
    for tickets in strata.values() {
        let wanted = (tickets.len() * usize::from(percent.min(100))).div_ceil(100);
        drawn.extend(tickets.iter().take(wanted).map(|ticket| ticket.candidate.judgement));
    }
    for tickets in classes.values() {
        top_up(tickets, minimum_per_class, &mut drawn);
    }
    let codes = codes(strata.values().flatten().filter(|ticket| drawn.contains(&ticket.candidate.judgement)));
    strata.into_iter().filter_map(|(key, tickets)| stratum(key, &tickets, &codes)).collect()
}

fn key_of(candidate: &Candidate) -> StratumKey {
    StratumKey { school: candidate.school, year_group: candidate.year_group, grade: candidate.grade }
}

fn ticket(candidate: &Candidate, seed: i64) -> Ticket<'_> {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[16..].copy_from_slice(candidate.judgement.as_bytes());
    let mut random = ChaCha8Rng::from_seed(key);
    Ticket { draw: (random.next_u64(), candidate.judgement), number: random.next_u64(), candidate }
}

/// Draws the next of a class until it has its minimum.
fn top_up(class: &[Ticket<'_>], minimum: usize, drawn: &mut BTreeSet<Uuid>) {
    let (has, lacks): (Vec<Uuid>, Vec<Uuid>) =
        class.iter().map(|ticket| ticket.candidate.judgement).partition(|judgement| drawn.contains(judgement));
    drawn.extend(lacks.into_iter().take(minimum.saturating_sub(has.len())));
}

fn codes<'a>(drawn: impl Iterator<Item = &'a Ticket<'a>>) -> BTreeMap<Uuid, String> {
    let mut order: Vec<(u64, Uuid)> = drawn.map(|ticket| (ticket.number, ticket.candidate.judgement)).collect();
    order.sort_unstable();
    order.into_iter().zip(1_u32..).map(|((_, judgement), number)| (judgement, format!("W{number:05}"))).collect()
}

fn stratum(key: StratumKey, tickets: &[Ticket<'_>], codes: &BTreeMap<Uuid, String>) -> Option<DrawnStratum> {
    let work = |ticket: &Ticket<'_>| {
        let Candidate { judgement, class, .. } = *ticket.candidate;
        codes.get(&judgement).map(|code| DrawnWork { judgement, class, code: code.clone() })
    };
    let works: Vec<DrawnWork> = tickets.iter().filter_map(work).collect();
    (!works.is_empty()).then_some(DrawnStratum { key, size: tickets.len(), works })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(kind: u128, number: u64) -> Uuid {
        Uuid::from_u128((kind << 64) + u128::from(number))
    }

    /// Schools, classes and grades of random sizes, with classes of mixed age among them.
    fn population(seed: u64) -> Vec<Candidate> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let size = random.next_u64() % 400;
        (0..size)
            .map(|number| {
                let school = random.next_u64() % 3;
                let class = school * 10 + random.next_u64() % 4;
                let year_group = YearGroup::from_number((class % 3 + random.next_u64() % 2) as i16);
                Candidate {
                    judgement: id(1, number),
                    school: id(2, school),
                    class: id(3, class),
                    year_group: year_group.unwrap_or(YearGroup::Year6),
                    grade: id(4, random.next_u64() % 4),
                }
            })
            .collect()
    }

    fn judgements(sample: &[DrawnStratum]) -> BTreeSet<Uuid> {
        sample.iter().flat_map(|stratum| &stratum.works).map(|work| work.judgement).collect()
    }

    #[test]
    fn each_stratum_gives_its_share_and_each_class_its_minimum() {
        for seed in 0..200 {
            let all = population(seed);
            let (percent, minimum) = ((seed % 101) as u8, (seed % 8) as usize);
            let sample = draw_sample(&all, percent, minimum, seed as i64);
            let drawn = judgements(&sample);
            assert_eq!(drawn.len(), sample.iter().map(|stratum| stratum.works.len()).sum::<usize>(), "none twice");
            for stratum in &sample {
                let members = all.iter().filter(|candidate| key_of(candidate) == stratum.key).count();
                assert_eq!(stratum.size, members);
                assert!(stratum.works.len() >= (members * usize::from(percent)).div_ceil(100));
                assert!(stratum.works.len() <= members);
            }
            for class in all.iter().map(|candidate| candidate.class) {
                let of_class = all.iter().filter(|candidate| candidate.class == class);
                let (has, pupils) =
                    (of_class.clone().filter(|c| drawn.contains(&c.judgement)).count(), of_class.count());
                assert!(has >= minimum.min(pupils), "{has} of {pupils} where {minimum} are wanted");
            }
        }
    }

    #[test]
    fn the_order_of_rows_and_a_row_that_comes_twice_change_nothing() {
        for seed in 0..50 {
            let all = population(seed);
            let sample = draw_sample(&all, 30, 6, 7);
            let mut turned = all.clone();
            turned.reverse();
            turned.extend(all.first().copied());
            assert_eq!(draw_sample(&turned, 30, 6, 7), sample);
        }
    }

    #[test]
    fn a_larger_share_holds_the_smaller_one() {
        let all = population(3);
        let small = judgements(&draw_sample(&all, 15, 0, 11));
        let large = judgements(&draw_sample(&all, 40, 0, 11));
        assert!(small.is_subset(&large) && small.len() < large.len());
        assert_eq!(judgements(&draw_sample(&all, 100, 0, 11)).len(), all.len());
    }

    #[test]
    fn another_seed_draws_another_sample_and_all_are_drawn_alike_often() {
        let all = population(5);
        let mut times: BTreeMap<Uuid, u32> = BTreeMap::new();
        for seed in 0..2_000 {
            for judgement in judgements(&draw_sample(&all, 50, 0, seed)) {
                *times.entry(judgement).or_default() += 1;
            }
        }
        for candidate in &all {
            let stratum = all.iter().filter(|other| key_of(other) == key_of(candidate)).count();
            let expected = 2_000.0 * (stratum.div_ceil(2) as f64) / stratum as f64;
            let found = f64::from(times.get(&candidate.judgement).copied().unwrap_or_default());
            // Five standard deviations of a share of one half.
            assert!((found - expected).abs() < 115.0, "{found} where {expected} is expected");
        }
    }

    #[test]
    fn the_sample_of_a_seed_is_this_one_on_every_machine() {
        let sample = draw_sample(&population(3), 10, 0, 42);
        let works: Vec<_> = sample.iter().flat_map(|stratum| &stratum.works).collect();
        let mut codes: Vec<&str> = works.iter().map(|work| work.code.as_str()).collect();
        let first: Vec<u128> = works.iter().take(4).map(|work| work.judgement.as_u128() & 0xffff).collect();
        assert_eq!(first, [23, 0, 119, 168]);
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), works.len(), "each work has a code of its own");
        assert_eq!(codes.first(), Some(&"W00001"));
    }
}
