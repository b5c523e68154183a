//! How far the moderators of an exercise differ, and how often two works of a row were judged by the same one: worked out when an
//! edition is made, over all works of the exercise, and kept with it. Every interval of a row holds it.
//!
//! It is rounded to hundredths and knows kinds of rows, never a row: who judged which school, or how many judged a class, would say where
//! the works lie that a moderator knows by their codes.

use std::collections::BTreeMap;

use plumbline_entity::{agreement_cell::AgreementBasis, year_group::YearGroup};
use plumbline_statistics::{JudgedBy, ModeratorEffect, moderator_effect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::values::Value;
use crate::comparison::cube::{Cell, Dimensions, RowKey};

/// A work as its moderator left it.
#[derive(Clone, Copy, Debug)]
pub struct JudgedWork {
    /// Who judged it a second time.
    pub moderator: Uuid,
    /// Its school.
    pub school: Uuid,
    /// Its class.
    pub class: Uuid,
    /// Its year group.
    pub year_group: YearGroup,
    /// The rank of its first grade.
    pub first: usize,
    /// The rank of the grade with which that is compared.
    pub second: usize,
}

/// How far moderators differ, by what first grades are compared with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Moderators(BTreeMap<AgreementBasis, OfBasis>);

/// How far moderators differ in one comparison.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct OfBasis {
    /// How many works tell it.
    works: f64,
    shift: Option<Differ>,
    exact: Option<Differ>,
    within_one: Option<Differ>,
    apart: Option<Differ>,
    /// By boundary, from the one below the second grade on.
    boundaries: Vec<Option<Differ>>,
    /// By the places of rows: the probability that two works of a row are the same moderator's, 0 to 1.
    alike: BTreeMap<String, f64>,
}

/// How far moderators differ in a value.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Differ {
    /// Of the variance of a judgement, the share that is its moderator's.
    correlation: f64,
    /// How many differences between moderators tell it.
    degrees: f64,
}

fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

impl Moderators {
    /// Of the works of an exercise over a scale of `ranks` grades; `phases` gives the phase of each year group.
    pub fn of(
        works: &BTreeMap<AgreementBasis, Vec<JudgedWork>>,
        ranks: usize,
        phases: &BTreeMap<YearGroup, Uuid>,
    ) -> Self {
        Self(works.iter().map(|(basis, works)| (*basis, OfBasis::of(works, ranks, phases))).collect())
    }

    /// Of several exercises: each counts by its works.
    pub fn together(all: impl IntoIterator<Item = Self>) -> Self {
        let mut of: BTreeMap<AgreementBasis, Vec<OfBasis>> = BTreeMap::new();
        for (basis, one) in all.into_iter().flat_map(|moderators| moderators.0) {
            of.entry(basis).or_default().push(one);
        }
        Self(of.into_iter().map(|(basis, all)| (basis, OfBasis::together(&all))).collect())
    }

    /// How far moderators differ in a value. `None` where that is not known: no school had two moderators, or an earlier build
    /// made the edition.
    pub fn effect(&self, basis: AgreementBasis, value: Value) -> Option<ModeratorEffect> {
        let Differ { correlation, degrees } = self.0.get(&basis)?.differ(value)?;
        Some(ModeratorEffect { ratio: correlation / (1.0 - correlation), degrees })
    }

    /// Whether it is known how far they differ in the shift, so that intervals can hold it.
    pub fn differ_in_shift(&self, basis: AgreementBasis) -> bool {
        self.effect(basis, Value::Shift).is_some()
    }

    /// The probability that two works of a row at this level are the same moderator's, over all rows of the level.
    pub fn alike(&self, basis: AgreementBasis, dimensions: Dimensions) -> Option<f64> {
        self.0.get(&basis)?.alike.get(&dimensions.places()).copied()
    }
}

impl OfBasis {
    fn of(works: &[JudgedWork], ranks: usize, phases: &BTreeMap<YearGroup, Uuid>) -> Self {
        let differ = |value: Value| {
            let cell = |work: &JudgedWork| {
                let value = value.of(work.first, work.second);
                (work.school, work.moderator, value)
            };
            differ(works.iter().map(cell))
        };
        let alike = Dimensions::all_of_places().map(|by| (by.places(), alike(works, by, phases)));
        Self {
            // Works of an exercise are far below what a float counts exactly.
            works: u32::try_from(works.len()).map_or(f64::from(u32::MAX), f64::from),
            shift: differ(Value::Shift),
            exact: differ(Value::Exact),
            within_one: differ(Value::WithinOne),
            apart: differ(Value::Apart),
            boundaries: (1..ranks).map(|rank| differ(Value::Boundary(rank))).collect(),
            alike: alike.filter_map(|(by, alike)| Some((by, hundredths(alike?)))).collect(),
        }
    }

    fn differ(&self, value: Value) -> Option<Differ> {
        match value {
            Value::Shift => self.shift,
            Value::Exact => self.exact,
            Value::WithinOne => self.within_one,
            Value::Apart => self.apart,
            Value::Boundary(rank) => *self.boundaries.get(rank.checked_sub(1)?)?,
        }
    }

    fn together(all: &[Self]) -> Self {
        if let [one] = all {
            return one.clone();
        }
        let mean = |of: &dyn Fn(&Self) -> Option<f64>| {
            let known: Vec<(f64, f64)> = all.iter().filter_map(|one| Some((one.works, of(one)?))).collect();
            let works: f64 = known.iter().map(|(works, _)| works).sum();
            (works > 0.0).then(|| known.iter().map(|(works, value)| works * value).sum::<f64>() / works)
        };
        let differ = |value: Value| {
            let degrees: f64 = all.iter().filter_map(|one| one.differ(value)).map(|differ| differ.degrees).sum();
            Some(Differ { correlation: mean(&|one| Some(one.differ(value)?.correlation))?, degrees })
        };
        let boundaries = all.iter().map(|one| one.boundaries.len()).max().unwrap_or(0);
        let levels = all.iter().flat_map(|one| one.alike.keys()).cloned();
        Self {
            works: all.iter().map(|one| one.works).sum(),
            shift: differ(Value::Shift),
            exact: differ(Value::Exact),
            within_one: differ(Value::WithinOne),
            apart: differ(Value::Apart),
            boundaries: (1..=boundaries).map(|rank| differ(Value::Boundary(rank))).collect(),
            alike: levels.filter_map(|by| Some((by.clone(), mean(&|one| one.alike.get(&by).copied())?))).collect(),
        }
    }
}

/// How far moderators differ in a value, schools being taken out first: a moderator to whom a generous school fell is not severe.
fn differ(works: impl Iterator<Item = (Uuid, Uuid, f64)>) -> Option<Differ> {
    let mut cells: BTreeMap<(Uuid, Uuid), (f64, f64, f64)> = BTreeMap::new();
    let (mut schools, mut moderators) = (BTreeMap::new(), BTreeMap::new());
    for (school, moderator, value) in works {
        let next = schools.len();
        schools.entry(school).or_insert(next);
        let next = moderators.len();
        moderators.entry(moderator).or_insert(next);
        let (n, sum, squares) = cells.entry((school, moderator)).or_default();
        (*n, *sum, *squares) = (*n + 1.0, *sum + value, *squares + value * value);
    }
    let judged: Vec<JudgedBy> = cells
        .into_iter()
        .filter_map(|((school, moderator), (n, sum, squares))| {
            Some(JudgedBy { unit: *schools.get(&school)?, moderator: *moderators.get(&moderator)?, n, sum, squares })
        })
        .collect();
    let effect = moderator_effect(&judged)?;
    // Beyond this, whoever judged a work would be nearly all that there is to it.
    let correlation = hundredths(effect.correlation()).min(0.9);
    Some(Differ { correlation, degrees: effect.degrees })
}

/// The probability that two works of a row are the same moderator's, over all rows by some dimensions.
fn alike(works: &[JudgedWork], by: Dimensions, phases: &BTreeMap<YearGroup, Uuid>) -> Option<f64> {
    let mut rows: BTreeMap<RowKey, BTreeMap<Uuid, f64>> = BTreeMap::new();
    for work in works {
        let cell = Cell {
            school_id: Some(work.school),
            class_id: Some(work.class),
            year_group: Some(work.year_group),
            group_value: String::new(),
            pupils: 1,
            of: (),
        };
        *rows.entry(by.key(&cell, phases)).or_default().entry(work.moderator).or_default() += 1.0;
    }
    let pairs = |n: f64| n * (n - 1.0);
    let (mut same, mut all) = (0.0, 0.0);
    for of in rows.values() {
        same += of.values().copied().map(pairs).sum::<f64>();
        all += pairs(of.values().sum());
    }
    (all > 0.0).then(|| same / all)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::comparison::cube::Dimension;

    fn work(moderator: u128, school: u128, first: usize, second: usize) -> JudgedWork {
        let [moderator, school, class] = [moderator, school, 100 + school].map(Uuid::from_u128);
        JudgedWork { moderator, school, class, year_group: YearGroup::Year4, first, second }
    }

    fn of(works: Vec<JudgedWork>) -> Moderators {
        Moderators::of(&BTreeMap::from([(AgreementBasis::BlindSecond, works)]), 3, &BTreeMap::new())
    }

    const BLIND: AgreementBasis = AgreementBasis::BlindSecond;

    #[test]
    fn how_often_two_works_of_a_row_are_the_same_moderators_is_told_of_kinds_of_rows() {
        // One school has one moderator, the other two; of three works each.
        let works = vec![
            work(1, 1, 0, 0),
            work(1, 1, 1, 1),
            work(1, 1, 1, 2),
            work(1, 2, 0, 1),
            work(2, 2, 1, 1),
            work(2, 2, 2, 1),
        ];
        let moderators = of(works);
        let by = |by: &[Dimension]| moderators.alike(BLIND, Dimensions::read(by).unwrap());
        // Of 3 pairs of the first school 3, and of 3 of the second 1; of 15 in all 6 + 1.
        assert_eq!(by(&[Dimension::School]), Some(0.67));
        assert_eq!(by(&[Dimension::Class]), Some(0.67));
        assert_eq!(by(&[]), Some(0.47));
        assert_eq!(by(&[Dimension::School, Dimension::Sex]), by(&[Dimension::School]), "a group is of its place");
        assert_eq!(moderators.alike(AgreementBasis::Agreed, Dimensions::read(&[]).unwrap()), None);
    }

    #[test]
    fn moderators_who_differ_are_seen_within_schools_and_several_exercises_count_by_their_works() {
        let severe = |n: usize| {
            let one = |at: usize| {
                work(1 + (at % 2) as u128, 1 + (at % 3) as u128, 1, if at.is_multiple_of(2) { 1 } else { at % 4 / 2 })
            };
            (0..n).map(one).collect::<Vec<_>>()
        };
        let differ = of(severe(48)).effect(BLIND, Value::Shift).unwrap();
        assert!(differ.ratio > 0.2 && (differ.degrees - 1.0).abs() < 1e-9, "{differ:?}");
        let alike = of((0..48).map(|at| work(at % 2, at % 3, 1, usize::from(at % 4 < 2))).collect());
        let none = alike.effect(BLIND, Value::Shift).unwrap();
        assert!(none.ratio < 0.02, "{none:?}");
        let both = Moderators::together([of(severe(48)), alike]).effect(BLIND, Value::Shift).unwrap();
        assert!(none.ratio < both.ratio && both.ratio < differ.ratio && (both.degrees - 2.0).abs() < 1e-9, "{both:?}");
        let alone = of(vec![work(1, 1, 1, 1), work(1, 1, 1, 2), work(2, 2, 0, 0), work(2, 2, 0, 1)]);
        assert_eq!(alone.effect(BLIND, Value::Shift), None, "each school had a moderator of its own");
    }

    #[test]
    fn it_is_kept_as_it_is() {
        let moderators = of((0..30).map(|at| work(at % 3, at % 2, at as usize % 3, (at as usize + 1) % 3)).collect());
        let kept = serde_json::to_value(&moderators).unwrap();
        assert_eq!(serde_json::from_value::<Moderators>(kept).unwrap(), moderators);
    }
}
