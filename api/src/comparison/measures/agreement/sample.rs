//! From cells to the sample that figures describe: pure. How many judgements one stands for depends on its stratum.
//! For true counts the design of the sample says it; for protected counts the weight beside the count does.

use std::collections::{BTreeMap, HashMap};

use plumbline_entity::{grade, year_group::YearGroup};
use uuid::Uuid;

use super::reads::{Drawn, Protected, StratumRow};
use crate::comparison::cube::Cell;

/// A stratum as it was drawn and moderated: of `size` judgements, `moderated` were judged again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stratum {
    pub size: f64,
    pub moderated: f64,
}

/// Moderated judgements of a row, of one stratum, that went from one rank to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count {
    /// Its stratum's number among [`Strata`].
    pub stratum: usize,
    pub first: usize,
    pub moderated: usize,
    pub pupils: u32,
}

/// What the numbers of strata stand for.
#[derive(Clone, Debug)]
pub enum Strata {
    /// The strata that were drawn from, in their order.
    Drawn(Vec<Stratum>),
    /// The number itself is the weight: how many judgements each of the stratum stands for, in thousandths. Such a
    /// stratum is as large as what a row counts of it.
    Weights,
}

impl Strata {
    /// The strata of what a row counts, by their numbers.
    pub fn of(&self, counts: &[Count]) -> BTreeMap<usize, Stratum> {
        let mut found: BTreeMap<usize, Stratum> = BTreeMap::new();
        for count in counts {
            match self {
                Self::Drawn(strata) => found.extend(strata.get(count.stratum).map(|drawn| (count.stratum, *drawn))),
                Self::Weights => {
                    let stratum = found.entry(count.stratum).or_insert(Stratum { size: 0.0, moderated: 0.0 });
                    let pupils = f64::from(count.pupils);
                    // A weight is at most a million.
                    #[expect(clippy::cast_precision_loss, reason = "thousandths of at most a million")]
                    let weight = count.stratum as f64 / 1000.0;
                    stratum.moderated += pupils;
                    stratum.size += pupils * weight;
                }
            }
        }
        found
    }
}

/// The rank of each grade, counted on from 0 without gaps, whatever the numbers in the framework.
pub struct Ranks(HashMap<Uuid, usize>);

impl Ranks {
    /// Of the grades of a framework, lowest first.
    pub fn of(grades: &[grade::Model]) -> Self {
        Self(grades.iter().enumerate().map(|(rank, grade)| (grade.id, rank)).collect())
    }

    /// What a protected cell counts; `None` where its grades are not of the framework.
    pub fn protected(&self, cell: &Cell<Protected>) -> Option<Count> {
        let of = &cell.of;
        self.count(usize::try_from(of.weight).ok()?, (of.first_grade_id, of.moderated_grade_id), cell.pupils)
    }

    fn count(&self, stratum: usize, (first, moderated): (Uuid, Uuid), pupils: u32) -> Option<Count> {
        Some(Count { stratum, first: *self.0.get(&first)?, moderated: *self.0.get(&moderated)?, pupils })
    }
}

/// An exercise, school, year group and first grade: what the sample is drawn by.
type StratumKey = (Uuid, Uuid, YearGroup, Uuid);

/// The sample design: how large each stratum is, and how much of it was moderated.
pub struct Design {
    numbers: HashMap<StratumKey, usize>,
    strata: Vec<Stratum>,
}

impl Design {
    /// Of the strata that were drawn from, whole, and how much of them was moderated.
    pub fn new(drawn: Vec<StratumRow>, moderated: Vec<StratumRow>) -> Self {
        // In the order of their keys: sums of floating-point numbers depend on it, and the database gives none.
        let [drawn, moderated] = [drawn, moderated].map(|rows| {
            let key = |row: &StratumRow| (row.exercise_id, row.school_id, row.year_group, row.first_grade_id);
            rows.iter().map(|row| (key(row), row.judgements)).collect::<BTreeMap<StratumKey, i64>>()
        });
        let number = |judgements: i64| u32::try_from(judgements).map_or(0.0, f64::from);
        let stratum = |(key, size): (&StratumKey, &i64)| Stratum {
            size: number(*size),
            moderated: number(moderated.get(key).copied().unwrap_or(0)),
        };
        let numbers = drawn.keys().copied().zip(0..).collect();
        Self { numbers, strata: drawn.iter().map(stratum).collect() }
    }

    /// What a cell counts; `None` if nothing was drawn from its stratum, or if its grades are not of the framework.
    pub fn count(&self, ranks: &Ranks, cell: &Cell<Drawn>) -> Option<Count> {
        let of = &cell.of;
        let stratum = self.numbers.get(&(of.exercise_id, cell.school_id?, cell.year_group?, of.first_grade_id))?;
        ranks.count(*stratum, (of.first_grade_id, of.moderated_grade_id), cell.pupils)
    }

    /// Its strata, as counts number them.
    pub fn strata(self) -> Strata {
        Strata::Drawn(self.strata)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weight_is_a_stratum_as_large_as_what_is_counted_of_it() {
        let count = |stratum, pupils| Count { stratum, first: 0, moderated: 0, pupils };
        let strata = Strata::Weights.of(&[count(2500, 4), count(1000, 3), count(2500, 2)]);
        let expected = [(1000, Stratum { size: 3.0, moderated: 3.0 }), (2500, Stratum { size: 15.0, moderated: 6.0 })];
        assert_eq!(strata, BTreeMap::from(expected));
    }

    #[test]
    fn a_row_has_the_strata_that_it_counts_of_and_they_are_whole() {
        let [whole, other] = [Stratum { size: 10.0, moderated: 5.0 }, Stratum { size: 8.0, moderated: 4.0 }];
        let one = Count { stratum: 1, first: 0, moderated: 0, pupils: 1 };
        assert_eq!(Strata::Drawn(vec![whole, other]).of(&[one]), BTreeMap::from([(1, other)]));
    }
}
