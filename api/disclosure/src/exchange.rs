//! Exchange: what few pupils share is moved away from them before anything is counted.
//!
//! A lot hides how many pupils there are. It does not hide what a single pupil has: if there is one, whatever is
//! counted there is theirs. So three things are exchanged with those of other pupils, chosen by chance among enough:
//! the outcomes of the few in a place, the groups of few, and outcomes that few have.

use std::collections::BTreeMap;

use rand::Rng;
use rand::seq::IndexedRandom;

use super::record::{Outcome, PlaceKind, Record};

/// The kinds of place in which the few are looked for: every kind by which rows can be made. Their order decides what
/// a generator in a given state draws.
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

/// The kinds of place in which pupil groups of few are looked for, besides the whole trust: every kind by which those
/// who see no pupils get rows with a group.
pub const PLACE_KINDS_OF_GROUPS: [PlaceKind; 3] = {
    let [.., school, year_group, phase] = PLACE_KINDS;
    [school, year_group, phase]
};

/// The pupils who share something, grouped by what they share.
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

/// Moves outcomes that fewer than `threshold` pupils of a year group have. Whoever judged a work, or agreed its grade,
/// under its code knows its year group and outcome. Without this they would see in which school, class and group that
/// outcome turns up.
///
/// The outcomes go to others of the year group who moved by as many grades, if these are enough: then no place's
/// agreement or shift changes. Otherwise they go to others in the trust who moved by as many, and otherwise to anybody
/// of the year group.
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

/// Moves the outcomes of judgements that changed since the first edition to anybody. With each it moves the outcomes
/// of some pupils that equal the earlier one. Otherwise somebody who lays the two editions side by side, and knows all
/// other changes, would see where the last outcome appeared or where the earlier one went missing.
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

/// Gives the pupils of a place with fewer than `threshold` pupils the outcomes of others, chosen by chance: from the
/// same school and year group if these are enough, otherwise from the school, otherwise from all. The others keep
/// their outcomes: a swap would disturb a second place without need.
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

/// Looks for values of a pupil group that fewer than `threshold` pupils have, in a school, year group or phase or in
/// the trust. Gives such a value to somebody with the same outcome, wherever they are. So the outcomes of all who have
/// the value stay as they are, and so do those of each place.
///
/// If fewer than `threshold` pupils have that outcome, or that value at all, anybody may get it.
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
