//! Exchange: what few pupils share is moved away from them before anything is counted.
//!
//! A lot hides how many pupils there are; it does not hide what a single one has: whatever is counted there is
//! theirs. So the outcomes of the few in a place, the groups of few, and outcomes that few have are exchanged with
//! those of others, chosen by chance among enough.

use std::collections::BTreeMap;

use rand::Rng;
use rand::seq::IndexedRandom;

use super::record::{Outcome, PlaceKind, Record};

/// The kinds of place in which the few are looked for: all by which rows may be made. The order is part of what a
/// generator in a given state draws.
pub const PLACE_KINDS: [PlaceKind; 7] = {
    let none = PlaceKind { school: false, class: false, year_group: false, phase: false };
    let school = PlaceKind { school: true, ..none };
    [
        PlaceKind { class: true, year_group: true, ..school },
        PlaceKind { class: true, ..school },
        PlaceKind { year_group: true, ..school },
        PlaceKind { phase: true, ..school },
        school,
        PlaceKind { year_group: true, ..none },
        PlaceKind { phase: true, ..none },
    ]
};

/// The kinds of place in which pupil groups of few are looked for, beside the whole: all by which rows may be made
/// with a group for those who see no pupils.
pub const PLACE_KINDS_OF_GROUPS: [PlaceKind; 3] = {
    let [.., school, year_group, phase] = PLACE_KINDS;
    [school, year_group, phase]
};

/// The pupils who share something, by what they share.
fn members<K: Ord>(records: &[Record], key: impl Fn(&Record) -> K) -> BTreeMap<K, Vec<usize>> {
    let mut members: BTreeMap<K, Vec<usize>> = BTreeMap::new();
    for (at, record) in records.iter().enumerate() {
        members.entry(key(record)).or_default().push(at);
    }
    members
}

/// Those of `members` that are fewer than the threshold.
fn few<K: Ord>(members: BTreeMap<K, Vec<usize>>, threshold: usize) -> impl Iterator<Item = (K, Vec<usize>)> {
    members.into_iter().filter(move |(_, of)| of.len() < threshold)
}

/// Moves outcomes that fewer than `threshold` pupils of a year group have: whoever knows a work's year group and
/// outcome, for they judged it or agreed it under its code, would else see in which school, class and group it turns up.
///
/// They go to others of the year group who moved by as many grades, where these are enough, for then no place's agreement or
/// shift changes; else to others in the trust who did; else to anybody of the year group.
pub(super) fn rare_outcomes(records: &mut [Record], threshold: usize, rng: &mut impl Rng) {
    let all: Vec<usize> = (0..records.len()).collect();
    let rare = few(members(records, |record| (record.year_group, record.outcome)), threshold);
    for ((year_group, outcome), holders) in rare.collect::<Vec<_>>() {
        let pools: [&dyn Fn(&Record) -> bool; 3] = [
            &|record| record.year_group == year_group && record.outcome.step() == outcome.step(),
            &|record| record.outcome.step() == outcome.step(),
            &|record| record.year_group == year_group,
        ];
        let within = |pool: &&dyn Fn(&Record) -> bool| -> Vec<usize> {
            all.iter().copied().filter(|at| pool(&records[*at])).collect()
        };
        let enough = pools.iter().map(within).find(|pool| pool.len() >= 2 * threshold);
        let pool = enough.unwrap_or_else(|| all.clone());
        for holder in holders {
            swap_outcomes(records, holder, &pool, rng);
        }
    }
}

/// Moves the outcomes of judgements that were changed since the first edition to anybody, and with each those of some
/// that had what it had: else whoever lays the two side by side, and knows of the other changes, would see where the
/// last one's outcome came up, or where what it was before went missing.
pub(super) fn changed(records: &mut [Record], changed: &[(usize, Outcome)], threshold: usize, rng: &mut impl Rng) {
    let all: Vec<usize> = (0..records.len()).collect();
    for &(one, before) in changed {
        let alike: Vec<usize> = all.iter().copied().filter(|at| records[*at].outcome == before).collect();
        let decoys: Vec<usize> = alike.choose_multiple(rng, threshold.saturating_sub(1)).copied().collect();
        for moved in std::iter::once(one).chain(decoys) {
            swap_outcomes(records, moved, &all, rng);
        }
    }
}

/// Gives the pupils of a place that has fewer than `threshold` the outcomes of others, chosen by chance: of the same
/// school and year group, where these are enough; else of the school; else of all. The others keep theirs, for a swap
/// would disturb a second place to no purpose.
pub(super) fn few_in_a_place(records: &mut [Record], threshold: usize, rng: &mut impl Rng) {
    let lonely: Vec<Vec<usize>> =
        PLACE_KINDS.iter().flat_map(|place| of_few(records, threshold, |record| place.of(record))).collect();
    let cohorts = members(records, |record| (record.school, record.year_group));
    let schools = members(records, |record| record.school);
    let all: Vec<usize> = (0..records.len()).collect();
    for few in lonely {
        for &one in &few {
            let Record { school, year_group, .. } = records[one];
            let pools = [cohorts.get(&(school, year_group)), schools.get(&school), Some(&all)];
            let others = |pool: &Vec<usize>| -> Vec<usize> {
                pool.iter().copied().filter(|other| few.binary_search(other).is_err()).collect()
            };
            let enough = pools.into_iter().flatten().map(others).find(|pool| pool.len() >= 2 * threshold);
            if let Some(&other) = enough.as_ref().unwrap_or(&all).choose(rng) {
                records[one].outcome = records[other].outcome;
            }
        }
    }
}

fn of_few<K: Ord>(records: &[Record], threshold: usize, key: impl Fn(&Record) -> K) -> Vec<Vec<usize>> {
    few(members(records, key), threshold).map(|(_, of)| of).collect()
}

/// Gives the value of a pupil group that fewer than `threshold` pupils have, in a school, year group or phase or at
/// all, to somebody with the same outcome, wherever they are: so the outcomes of all who have that value stay what
/// they are, and those of each place as well.
///
/// Where fewer than `threshold` have that outcome, or that value at all, it goes to anybody.
pub(super) fn groups_of_few(records: &mut [Record], threshold: usize, rng: &mut impl Rng) {
    let all: Vec<usize> = (0..records.len()).collect();
    let holders: BTreeMap<Outcome, Vec<usize>> = members(records, |record| record.outcome);
    for attribute in 0..Record::ATTRIBUTES {
        let value = |record: &Record| record.groups[attribute];
        let mut to_move: BTreeMap<usize, bool> = BTreeMap::new();
        let mut gather = |found: Vec<Vec<usize>>, anywhere: bool| {
            for at in found.into_iter().flatten() {
                *to_move.entry(at).or_default() |= anywhere;
            }
        };
        gather(of_few(records, threshold, |record| (record.school, value(record))), false);
        gather(of_few(records, threshold, |record| (record.year_group, value(record))), false);
        gather(of_few(records, threshold, |record| (record.phase, value(record))), false);
        gather(of_few(records, threshold, value), true);
        for (one, anywhere) in to_move {
            let alike = holders.get(&records[one].outcome).filter(|of| !anywhere && of.len() >= threshold);
            if let Some(&other) = alike.unwrap_or(&all).choose(rng) {
                let (a, b) = (records[one].groups[attribute], records[other].groups[attribute]);
                records[one].groups[attribute] = b;
                records[other].groups[attribute] = a;
            }
        }
    }
}

fn swap_outcomes(records: &mut [Record], one: usize, pool: &[usize], rng: &mut impl Rng) {
    if let Some(&other) = pool.choose(rng) {
        let outcome = records[one].outcome;
        records[one].outcome = records[other].outcome;
        records[other].outcome = outcome;
    }
}
