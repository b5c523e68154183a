//! Drawing a sample by strata, reproducibly.
//!
//! Every judgement has a permanent random number that follows from the seed and its own id alone
//! (Ohlsson 1995, "Coordination of samples using permanent random numbers"). Of each stratum the
//! judgements with the smallest numbers are drawn, which is a simple random sample without
//! replacement. So the sample depends neither on the machine nor on the order in which rows come,
//! which judgements of a stratum are drawn does not depend on the others, and a larger share holds
//! the smaller one: work that was drawn before stays drawn when a sample is expanded.
//!
//! Of the grades on both sides of a boundary another share may be drawn: that is where judgements are least certain. Every figure weighs
//! a work by the inverse of its probability, so it is unbiased all the same.
//!
//! Strata are by class, so that a class that needs more to have its minimum changes nobody's
//! probability but its own, and the probability of each judgement is known (Neyman 1934).

use std::collections::BTreeMap;

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
    /// The class.
    pub class: Uuid,
    /// The year group.
    pub year_group: YearGroup,
    /// The grade of the first judgements.
    pub grade: Uuid,
}

/// How much is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SampleRule {
    /// Share of each stratum, in per cent.
    pub percent: u8,
    /// Share of the strata of the grades on both sides of a boundary, in per cent, in place of `percent`.
    pub at_boundary: Option<Boundary>,
    /// Least number of each class, as far as it has them.
    pub least: usize,
    /// Most of each class, though one of each stratum of which any is to be drawn.
    pub most: Option<usize>,
}

/// Two grades next to each other, of which more (or less) is drawn than of the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Boundary {
    /// The grade below and the grade above.
    pub grades: [Uuid; 2],
    /// Their share, in per cent.
    pub percent: u8,
}

impl SampleRule {
    /// The share of the strata of a grade, in per cent.
    fn percent_of(&self, grade: Uuid) -> usize {
        let own = self.at_boundary.filter(|boundary| boundary.grades.contains(&grade));
        usize::from(own.map_or(self.percent, |boundary| boundary.percent).min(100))
    }
}

/// A stratum with what was drawn of it. `works.len() / size` is the inclusion probability of each of its judgements.
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
    /// The code under which moderators see the work: a number in random order, so that it tells
    /// neither the school nor the grade.
    pub code: String,
}

/// A candidate with its permanent random numbers.
#[derive(Clone, Copy)]
struct Ticket<'a> {
    /// By which it is drawn. The id behind it settles the tie that practically never happens.
    draw: (u64, Uuid),
    /// By which its code is numbered: another number, for the first would tell who was drawn early.
    number: u64,
    candidate: &'a Candidate,
}

/// How many are drawn of each stratum, given how large it is: its share, rounded up; then of each class as many more as it lacks of
/// its least number, and as many fewer as it has above its most.
///
/// It depends on sizes alone. So each judgement of a stratum is as likely to be drawn as any other of it, and what will be drawn can
/// be said before anything is.
#[must_use]
pub fn sizes_of_sample(sizes: &BTreeMap<StratumKey, usize>, rule: &SampleRule) -> BTreeMap<StratumKey, usize> {
    let mut classes: BTreeMap<Uuid, Vec<Share>> = BTreeMap::new();
    for (key, size) in sizes {
        let drawn = (size * rule.percent_of(key.grade)).div_ceil(100);
        classes.entry(key.class).or_default().push(Share { key: *key, size: *size, drawn });
    }
    for shares in classes.values_mut() {
        top_up(shares, rule.least);
        if let Some(most) = rule.most {
            cut_back(shares, most);
        }
    }
    classes.into_values().flatten().map(|share| (share.key, share.drawn)).collect()
}

/// Draws from each stratum as many as [`sizes_of_sample`] says. Strata come in the order of their keys.
#[must_use]
pub fn draw_sample(candidates: &[Candidate], rule: &SampleRule, seed: i64) -> Vec<DrawnStratum> {
    let mut strata: BTreeMap<StratumKey, Vec<Ticket<'_>>> = BTreeMap::new();
    for candidate in candidates {
        strata.entry(key_of(candidate)).or_default().push(ticket(candidate, seed));
    }
    for tickets in strata.values_mut() {
        tickets.sort_unstable_by_key(|ticket| ticket.draw);
        tickets.dedup_by_key(|ticket| ticket.draw);
    }
    let sizes: BTreeMap<StratumKey, usize> = strata.iter().map(|(key, tickets)| (*key, tickets.len())).collect();
    for (key, drawn) in sizes_of_sample(&sizes, rule) {
        if let Some(tickets) = strata.get_mut(&key) {
            tickets.truncate(drawn);
        }
    }
    let codes = codes(strata.values().flatten());
    strata.into_iter().filter_map(|(key, tickets)| stratum(key, *sizes.get(&key)?, &tickets, &codes)).collect()
}

fn key_of(candidate: &Candidate) -> StratumKey {
    let Candidate { school, class, year_group, grade, .. } = *candidate;
    StratumKey { school, class, year_group, grade }
}

/// How much of a stratum is to be drawn.
struct Share {
    key: StratumKey,
    size: usize,
    drawn: usize,
}

/// Adds one after the other, where the smallest share is drawn, until the class has its minimum.
fn top_up(class: &mut [Share], minimum: usize) {
    let drawn: usize = class.iter().map(|share| share.drawn).sum();
    for _ in drawn..minimum {
        let room = class.iter_mut().filter(|share| share.drawn < share.size);
        // One fraction is below another if it is so multiplied crosswise.
        let least = room.min_by(|one, other| (one.drawn * other.size).cmp(&(other.drawn * one.size)));
        let Some(least) = least else { return };
        least.drawn += 1;
    }
}

/// Takes away one after the other, where the largest share is drawn, until the class has no more than its most. One of each stratum
/// stays: of work of which none can be drawn, a sample says nothing.
fn cut_back(class: &mut [Share], most: usize) {
    let drawn: usize = class.iter().map(|share| share.drawn).sum();
    for _ in most..drawn {
        let room = class.iter_mut().filter(|share| share.drawn > 1);
        let largest = room.max_by(|one, other| (one.drawn * other.size).cmp(&(other.drawn * one.size)));
        let Some(largest) = largest else { return };
        largest.drawn -= 1;
    }
}

fn ticket(candidate: &Candidate, seed: i64) -> Ticket<'_> {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[16..].copy_from_slice(candidate.judgement.as_bytes());
    let mut random = ChaCha8Rng::from_seed(key);
    Ticket { draw: (random.next_u64(), candidate.judgement), number: random.next_u64(), candidate }
}

fn codes<'a>(drawn: impl Iterator<Item = &'a Ticket<'a>>) -> BTreeMap<Uuid, String> {
    let mut order: Vec<(u64, Uuid)> = drawn.map(|ticket| (ticket.number, ticket.candidate.judgement)).collect();
    order.sort_unstable();
    order.into_iter().zip(1_u32..).map(|((_, judgement), number)| (judgement, format!("W{number:05}"))).collect()
}

fn stratum(
    key: StratumKey,
    size: usize,
    tickets: &[Ticket<'_>],
    codes: &BTreeMap<Uuid, String>,
) -> Option<DrawnStratum> {
    let work = |ticket: &Ticket<'_>| {
        let judgement = ticket.candidate.judgement;
        codes.get(&judgement).map(|code| DrawnWork { judgement, code: code.clone() })
    };
    let works: Vec<DrawnWork> = tickets.iter().filter_map(work).collect();
    (!works.is_empty()).then_some(DrawnStratum { key, size, works })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

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

    const fn proportional(percent: u8, least: usize) -> SampleRule {
        SampleRule { percent, at_boundary: None, least, most: None }
    }

    fn judgements(sample: &[DrawnStratum]) -> BTreeSet<Uuid> {
        sample.iter().flat_map(|stratum| &stratum.works).map(|work| work.judgement).collect()
    }

    #[test]
    fn each_stratum_gives_its_share_and_each_class_its_minimum() {
        for seed in 0..200 {
            let all = population(seed);
            let (percent, minimum) = ((seed % 101) as u8, (seed % 8) as usize);
            let sample = draw_sample(&all, &proportional(percent, minimum), seed as i64);
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
    fn a_class_below_its_minimum_has_more_drawn_where_least_was() {
        let share = |grade, size, drawn| Share {
            key: StratumKey { school: id(2, 0), class: id(3, 0), year_group: YearGroup::Year6, grade: id(4, grade) },
            size,
            drawn,
        };
        let mut class = [share(0, 3, 1), share(1, 12, 1), share(2, 1, 1)];
        top_up(&mut class, 6);
        assert_eq!(class.each_ref().map(|share| share.drawn), [1, 4, 1], "4 of 12 is no more than 1 of 3");
        top_up(&mut class, 100);
        assert_eq!(class.each_ref().map(|share| share.drawn), [3, 12, 1], "no more than there are");
    }

    #[test]
    fn a_class_above_its_most_has_fewer_drawn_where_most_was_and_keeps_one_of_each_grade() {
        for seed in 0..200 {
            let all = population(seed);
            let most = (seed % 9) as usize;
            let rule = SampleRule { most: Some(most), ..proportional(60, 0) };
            let sample = draw_sample(&all, &rule, seed as i64);
            let uncut = draw_sample(&all, &proportional(60, 0), seed as i64);
            assert!(judgements(&sample).is_subset(&judgements(&uncut)), "what stays would have been drawn anyway");
            assert_eq!(sample.len(), uncut.len(), "no grade of a class is lost");
            for class in all.iter().map(|candidate| candidate.class) {
                let strata = || sample.iter().filter(|stratum| stratum.key.class == class);
                let drawn: usize = strata().map(|stratum| stratum.works.len()).sum();
                assert!(drawn <= most.max(strata().count()), "{drawn} where {most} are the most");
            }
        }
        let share = |grade, size, drawn| Share {
            key: StratumKey { school: id(2, 0), class: id(3, 0), year_group: YearGroup::Year6, grade: id(4, grade) },
            size,
            drawn,
        };
        let mut class = [share(0, 3, 3), share(1, 12, 6), share(2, 1, 1)];
        cut_back(&mut class, 6);
        assert_eq!(class.each_ref().map(|share| share.drawn), [1, 4, 1], "3 of 3 was more than 6 of 12");
        cut_back(&mut class, 0);
        assert_eq!(class.each_ref().map(|share| share.drawn), [1, 1, 1]);
    }

    #[test]
    fn more_is_drawn_on_both_sides_of_a_boundary_and_weighed_by_its_strata_the_sample_is_unbiased() {
        // Sixty judgements of four grades. Of the two at the boundary every other one is a grade too high, of the others none is.
        let candidate = |number: u64| Candidate {
            judgement: id(1, number),
            school: id(2, 0),
            class: id(3, 0),
            year_group: YearGroup::Year6,
            grade: id(4, number % 4),
        };
        let all: Vec<Candidate> = (0..60).map(candidate).collect();
        let lenient = |judgement: Uuid| {
            let number = (judgement.as_u128() & 0xffff) as u64;
            matches!(number % 4, 1 | 2) && (number / 4).is_multiple_of(2)
        };
        let at_boundary = Some(Boundary { grades: [id(4, 1), id(4, 2)], percent: 60 });
        let rule = SampleRule { at_boundary, ..proportional(10, 0) };
        let truth = all.iter().filter(|candidate| lenient(candidate.judgement)).count() as f64 / 60.0;
        const SEEDS: i64 = 4_000;
        let (mut weighted, mut raw) = (0.0, 0.0);
        for seed in 0..SEEDS {
            let sample = draw_sample(&all, &rule, seed);
            let drawn: Vec<usize> = sample.iter().map(|stratum| stratum.works.len()).collect();
            assert_eq!(drawn, [2, 9, 9, 2]);
            for stratum in &sample {
                let found = stratum.works.iter().filter(|work| lenient(work.judgement)).count() as f64;
                weighted += found * stratum.size as f64 / stratum.works.len() as f64 / 60.0;
                raw += found / 22.0;
            }
        }
        let (weighted, raw) = (weighted / SEEDS as f64, raw / SEEDS as f64);
        // Five errors of a mean of 4,000 samples, whose deviation is below .1.
        assert!((weighted - truth).abs() < 0.008, "{weighted:.4} where {truth:.4} is true");
        assert!(raw > truth + 0.1, "without weights {raw:.3} would be said of {truth:.3}");
    }

    #[test]
    fn what_will_be_drawn_is_known_from_sizes_alone() {
        for seed in 0..50 {
            let all = population(seed);
            let at_boundary = Some(Boundary { grades: [id(4, 1), id(4, 2)], percent: 40 });
            let rule = SampleRule { percent: 15, at_boundary, least: 5, most: Some(9) };
            let mut sizes: BTreeMap<StratumKey, usize> = BTreeMap::new();
            for candidate in &all {
                *sizes.entry(key_of(candidate)).or_default() += 1;
            }
            let drawn = draw_sample(&all, &rule, seed as i64);
            let drawn: BTreeMap<StratumKey, usize> = drawn.iter().map(|one| (one.key, one.works.len())).collect();
            assert_eq!(sizes_of_sample(&sizes, &rule), drawn);
        }
    }

    #[test]
    fn weighed_by_its_strata_a_sample_that_was_topped_up_is_unbiased() {
        // A class of thirty fair judgements, and one of eight in which each is a grade too low; ten per cent, but five of each class.
        let candidate = |number: u64, class: u64| Candidate {
            judgement: id(1, number),
            school: id(2, 0),
            class: id(3, class),
            year_group: YearGroup::Year6,
            grade: id(4, number % 2),
        };
        let all: Vec<Candidate> = (0..38).map(|number| candidate(number, u64::from(number >= 30))).collect();
        let severe = |judgement: &DrawnWork| judgement.judgement >= id(1, 30);
        let mut sum = 0.0;
        const SEEDS: i64 = 2_000;
        for seed in 0..SEEDS {
            let (mut shift, mut weights) = (0.0, 0.0);
            for stratum in draw_sample(&all, &proportional(10, 5), seed) {
                let weight = stratum.size as f64 / stratum.works.len() as f64;
                shift += weight * stratum.works.iter().filter(|work| severe(work)).count() as f64;
                weights += weight * stratum.works.len() as f64;
            }
            sum += shift / weights;
        }
        // By strata of school and grade it was .336.
        assert!((sum / SEEDS as f64 - 8.0 / 38.0).abs() < 1e-9, "{}", sum / SEEDS as f64);
    }

    #[test]
    fn the_order_of_rows_and_a_row_that_comes_twice_change_nothing() {
        for seed in 0..50 {
            let all = population(seed);
            let sample = draw_sample(&all, &proportional(30, 6), 7);
            let mut turned = all.clone();
            turned.reverse();
            turned.extend(all.first().copied());
            assert_eq!(draw_sample(&turned, &proportional(30, 6), 7), sample);
        }
    }

    #[test]
    fn a_larger_share_holds_the_smaller_one() {
        let all = population(3);
        let small = judgements(&draw_sample(&all, &proportional(15, 0), 11));
        let large = judgements(&draw_sample(&all, &proportional(40, 0), 11));
        assert!(small.is_subset(&large) && small.len() < large.len());
        assert_eq!(judgements(&draw_sample(&all, &proportional(100, 0), 11)).len(), all.len());
    }

    #[test]
    fn another_seed_draws_another_sample_and_all_are_drawn_alike_often() {
        let all = population(5);
        let mut times: BTreeMap<Uuid, u32> = BTreeMap::new();
        for seed in 0..2_000 {
            for judgement in judgements(&draw_sample(&all, &proportional(50, 0), seed)) {
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
        let sample = draw_sample(&population(3), &proportional(10, 0), 42);
        let works: Vec<_> = sample.iter().flat_map(|stratum| &stratum.works).collect();
        let mut codes: Vec<&str> = works.iter().map(|work| work.code.as_str()).collect();
        let first: Vec<u128> = works.iter().take(4).map(|work| work.judgement.as_u128() & 0xffff).collect();
        assert_eq!(first, [0, 119, 118, 30]);
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), works.len(), "each work has a code of its own");
        assert_eq!(codes.first(), Some(&"W00001"));
    }
}
