//! What changed between two versions of a curriculum.

use std::collections::{BTreeSet, HashMap};

use async_graphql::Enum;
use plumbline_entity::objective;
use uuid::Uuid;

/// What happened to an objective between two versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Enum)]
pub enum ObjectiveChangeKind {
    /// It is new.
    Added,
    /// It is not there any more.
    Removed,
    /// It comes at another place: in another year group or strand, or before what it came after.
    Moved,
    /// It says something else: its statement, its reason, its code, or whether it is knowledge or skill.
    Reworded,
    /// It builds on others, or stands for another of the trust's.
    Relinked,
}

/// The objectives of a version, and what each of them builds on, by key.
#[derive(Clone, Debug, Default)]
pub struct Whole {
    /// The objectives.
    pub objectives: Vec<objective::Model>,
    /// From the key of an objective to those of what it builds on.
    pub builds_on: HashMap<Uuid, BTreeSet<Uuid>>,
}

/// What happened to one objective.
#[derive(Clone, Debug)]
pub struct Change {
    /// What happened: added, or removed, or one or more of the others.
    pub kinds: Vec<ObjectiveChangeKind>,
    /// As it was; none for a new one.
    pub before: Option<objective::Model>,
    /// As it is; none for one that was removed.
    pub after: Option<objective::Model>,
}

/// What changed from one version to another, in the sequence of the later; what was removed comes last.
#[must_use]
pub fn changes(before: &Whole, after: &Whole) -> Vec<Change> {
    let old: HashMap<Uuid, &objective::Model> = before.objectives.iter().map(|row| (row.key, row)).collect();
    let (was, is) = (in_sequence(&before.objectives), in_sequence(&after.objectives));
    let place: HashMap<Uuid, usize> = was.iter().enumerate().map(|(at, row)| (row.key, at)).collect();
    let places: Vec<(Uuid, usize)> = is.iter().filter_map(|row| Some((row.key, *place.get(&row.key)?))).collect();
    let stayed = longest_rising(&places);
    let mut found = Vec::new();
    for row in &is {
        let Some(earlier) = old.get(&row.key) else {
            let kinds = vec![ObjectiveChangeKind::Added];
            found.push(Change { kinds, before: None, after: Some((*row).clone()) });
            continue;
        };
        let years = |row: &objective::Model| (row.lowest_year_group, row.highest_year_group);
        let moved = years(earlier) != years(row) || earlier.strand != row.strand || !stayed.contains(&row.key);
        let says = |row: &objective::Model| (row.statement.clone(), row.reason.clone(), row.code.clone(), row.category);
        let relinked =
            before.builds_on.get(&row.key) != after.builds_on.get(&row.key) || earlier.stands_for != row.stands_for;
        let kinds: Vec<_> = [
            (moved, ObjectiveChangeKind::Moved),
            (says(earlier) != says(row), ObjectiveChangeKind::Reworded),
            (relinked, ObjectiveChangeKind::Relinked),
        ]
        .into_iter()
        .filter_map(|(did, kind)| did.then_some(kind))
        .collect();
        if !kinds.is_empty() {
            found.push(Change { kinds, before: Some((*earlier).clone()), after: Some((*row).clone()) });
        }
    }
    let remaining: BTreeSet<Uuid> = is.iter().map(|row| row.key).collect();
    let removed = was.into_iter().filter(|row| !remaining.contains(&row.key));
    found.extend(removed.map(|row| Change {
        kinds: vec![ObjectiveChangeKind::Removed],
        before: Some(row.clone()),
        after: None,
    }));
    found
}

/// Objectives in the order in which they are taught.
#[must_use]
pub fn in_sequence(objectives: &[objective::Model]) -> Vec<&objective::Model> {
    let mut rows: Vec<&objective::Model> = objectives.iter().collect();
    rows.sort_by_key(|row| (row.lowest_year_group, row.position, row.id));
    rows
}

/// The keys of a longest run, with gaps, whose earlier places rise: those that kept their order. What is not among them was
/// moved; so if one of a hundred is put first, one was moved and not a hundred. (Patience sorting; Fredman 1975.)
fn longest_rising(places: &[(Uuid, usize)]) -> BTreeSet<Uuid> {
    // For each length the run that ends lowest: where its last one stands in `places`.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(places.len());
    for (at, (_, place)) in places.iter().enumerate() {
        let length = ends.partition_point(|end| places[*end].1 < *place);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        if length == ends.len() {
            ends.push(at);
        } else {
            ends[length] = at;
        }
    }
    let mut kept = BTreeSet::new();
    let mut at = ends.last().copied();
    while let Some(here) = at {
        kept.insert(places[here].0);
        at = before[here];
    }
    kept
}

#[cfg(test)]
mod tests {
    use plumbline_entity::{objective::ObjectiveCategory, year_group::YearGroup};

    use super::*;

    fn row(key: u128, year: YearGroup, position: i32) -> objective::Model {
        objective::Model {
            id: Uuid::from_u128(key),
            trust_id: Uuid::nil(),
            school_id: None,
            subject_id: Uuid::nil(),
            curriculum_version_id: Uuid::nil(),
            key: Uuid::from_u128(key),
            code: format!("o{key}"),
            category: ObjectiveCategory::Knowledge,
            strand: "Strand".to_owned(),
            lowest_year_group: year,
            highest_year_group: year,
            position,
            statement: "Statement".to_owned(),
            reason: None,
            stands_for: None,
            version: 1,
        }
    }

    fn whole(objectives: Vec<objective::Model>) -> Whole {
        Whole { objectives, ..Whole::default() }
    }

    fn told(changes: &[Change]) -> Vec<(u128, Vec<ObjectiveChangeKind>)> {
        let key = |change: &Change| change.after.as_ref().or(change.before.as_ref()).map_or(0, |row| row.key.as_u128());
        changes.iter().map(|change| (key(change), change.kinds.clone())).collect()
    }

    #[test]
    fn each_kind_of_change_is_told() {
        use ObjectiveChangeKind::{Added, Moved, Relinked, Removed, Reworded};
        let year = YearGroup::Year3;
        let before = whole((1..=5).map(|key| row(key, year, i32::try_from(key).unwrap_or(0) * 10)).collect());
        let mut after = before.clone();
        after.objectives.remove(1);
        after.objectives[0].lowest_year_group = YearGroup::Year2;
        after.objectives[1].statement = "Another".to_owned();
        after.objectives[1].stands_for = Some(Uuid::nil());
        after.builds_on.insert(Uuid::from_u128(4), BTreeSet::from([Uuid::from_u128(3)]));
        after.objectives.push(row(9, year, 5));
        assert_eq!(
            told(&changes(&before, &after)),
            [
                (1, vec![Moved]),
                (9, vec![Added]),
                (3, vec![Reworded, Relinked]),
                (4, vec![Relinked]),
                (2, vec![Removed])
            ]
        );
        assert!(changes(&after, &after).is_empty());
    }

    #[test]
    fn one_that_is_put_first_was_moved_and_the_others_were_not() {
        let before = whole((1..=50).map(|key| row(key, YearGroup::Year4, i32::try_from(key).unwrap_or(0))).collect());
        let mut after = before.clone();
        for row in &mut after.objectives {
            row.position += 1;
        }
        after.objectives[49].position = 1;
        assert_eq!(told(&changes(&before, &after)), [(50, vec![ObjectiveChangeKind::Moved])]);
    }
}
