//! From cells to the sample that figures describe: pure. How many judgements one stands for depends on its stratum.
//! For true counts the design of the sample says it; for protected counts the weight beside the count does.

use std::collections::{BTreeMap, HashMap};

use plumbline_entity::{agreement_cell::AgreementBasis, grade, year_group::YearGroup};
use uuid::Uuid;

use super::reads::{Drawn, Judged, ModeratedRow, Protected, StratumRow};
use crate::comparison::cube::Cell;

/// A stratum as it was drawn and moderated: of `size` judgements, `moderated` were judged again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stratum {
    pub size: f64,
    pub moderated: f64,
}

/// Judgements of a row, of one stratum and moderator, that went from one rank to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count {
    /// What the second rank is that of.
    pub basis: AgreementBasis,
    /// Who judged them a second time; the nil UUID where nobody did, and for protected counts.
    pub moderator: Uuid,
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
        Some(Count {
            basis: of.basis,
            moderator: Uuid::nil(),
            stratum: usize::try_from(of.weight).ok()?,
            first: self.rank(of.first_grade_id)?,
            moderated: self.rank(of.moderated_grade_id)?,
            pupils: cell.pupils,
        })
    }

    fn rank(&self, grade: Uuid) -> Option<usize> {
        self.0.get(&grade).copied()
    }
}

/// An exercise, school, class, year group and first grade: what the sample is drawn by. Samples that were drawn by school
/// have no class.
type StratumKey = (Uuid, Uuid, Option<Uuid>, YearGroup, Uuid);

/// The sample design: how large each stratum is, and how much of it was moderated by each basis.
pub struct Design {
    numbers: HashMap<StratumKey, usize>,
    /// Each stratum twice: as it was moderated by each basis, in the order of [`BASES`].
    strata: Vec<Stratum>,
}

const BASES: [AgreementBasis; 2] = [AgreementBasis::Agreed, AgreementBasis::BlindSecond];

/// Where a stratum is, as moderated by a basis.
const fn as_moderated(stratum: usize, basis: AgreementBasis) -> usize {
    BASES.len() * stratum
        + match basis {
            AgreementBasis::Agreed => 0,
            AgreementBasis::BlindSecond => 1,
        }
}

impl Design {
    /// Of the strata that were drawn from, whole, and how much of them was moderated.
    pub fn new(drawn: Vec<StratumRow>, moderated: Vec<ModeratedRow>) -> Self {
        // In the order of their keys: sums of floating-point numbers depend on it, and the database gives none.
        let key = |row: &StratumRow, class| (row.exercise_id, row.school_id, class, row.year_group, row.first_grade_id);
        let drawn: BTreeMap<StratumKey, i64> =
            drawn.iter().map(|row| (key(row, row.class_id), row.judgements)).collect();
        let numbers: HashMap<StratumKey, usize> = drawn.keys().copied().zip(0..).collect();
        let number = |judgements: i64| u32::try_from(judgements).map_or(0.0, f64::from);
        let sized = |size: &i64| BASES.map(|_| Stratum { size: number(*size), moderated: 0.0 });
        let mut strata: Vec<Stratum> = drawn.values().flat_map(sized).collect();
        let mut design = Self { numbers, strata: Vec::new() };
        for ModeratedRow { of: row, basis } in &moderated {
            let at =
                design.number_of(row.exercise_id, (row.school_id, row.class_id, row.year_group), row.first_grade_id);
            if let Some(stratum) = at.and_then(|at| strata.get_mut(as_moderated(at, *basis))) {
                stratum.moderated += number(row.judgements);
            }
        }
        design.strata = strata;
        design
    }

    /// The number of the stratum of some judgements.
    fn number_of(
        &self,
        exercise: Uuid,
        (school, class, year_group): (Uuid, Option<Uuid>, YearGroup),
        grade: Uuid,
    ) -> Option<usize> {
        let of = |class| self.numbers.get(&(exercise, school, class, year_group, grade)).copied();
        of(class).or_else(|| of(None))
    }

    /// Of all judgements that a cell counts, how many are of a stratum of which something was moderated: for these alone do
    /// figures speak.
    pub fn represented(&self, basis: AgreementBasis, exercises: &[Uuid], cell: &Cell<Judged>) -> Option<Represented> {
        let place = (cell.school_id?, cell.class_id, cell.year_group?);
        let is_moderated = |exercise: &Uuid| {
            let at = self.number_of(*exercise, place, cell.of.grade_id);
            let stratum = at.and_then(|at| self.strata.get(as_moderated(at, basis)));
            stratum.is_some_and(|stratum| stratum.moderated > 0.0)
        };
        let judgements = u64::from(cell.pupils);
        Some(Represented { judgements, of_these: if exercises.iter().any(is_moderated) { judgements } else { 0 } })
    }

    /// What a cell counts; `None` if nothing was drawn from its stratum, or if its grades are not of the framework.
    pub fn count(&self, ranks: &Ranks, cell: &Cell<Drawn>) -> Option<Count> {
        let of = &cell.of;
        let place = (cell.school_id?, cell.class_id, cell.year_group?);
        let stratum = self.number_of(of.exercise_id, place, of.first_grade_id)?;
        Some(Count {
            basis: of.basis,
            moderator: of.moderator_id,
            stratum: as_moderated(stratum, of.basis),
            first: ranks.rank(of.first_grade_id)?,
            moderated: ranks.rank(of.moderated_grade_id)?,
            pupils: cell.pupils,
        })
    }

    /// Its strata, as counts number them.
    pub fn strata(self) -> Strata {
        Strata::Drawn(self.strata)
    }
}

/// How many of the judgements of a row its figures speak for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Represented {
    /// All that there are.
    pub judgements: u64,
    /// Of these, those of strata of which something was moderated.
    pub of_these: u64,
}

impl Extend<Self> for Represented {
    fn extend<T: IntoIterator<Item = Self>>(&mut self, more: T) {
        for one in more {
            self.judgements += one.judgements;
            self.of_these += one.of_these;
        }
    }
}

impl Represented {
    /// The share, from 0 to 1; none of no judgements.
    pub fn share(self) -> Option<f64> {
        // Judgements of a trust are far below what a float counts exactly.
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let (of_these, judgements) = (self.of_these as f64, self.judgements as f64);
        (self.judgements > 0).then(|| of_these / judgements)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Count =
        Count { basis: AgreementBasis::Agreed, moderator: Uuid::nil(), stratum: 0, first: 0, moderated: 0, pupils: 0 };

    #[test]
    fn a_weight_is_a_stratum_as_large_as_what_is_counted_of_it() {
        let count = |stratum, pupils| Count { stratum, pupils, ..NONE };
        let strata = Strata::Weights.of(&[count(2500, 4), count(1000, 3), count(2500, 2)]);
        let expected = [(1000, Stratum { size: 3.0, moderated: 3.0 }), (2500, Stratum { size: 15.0, moderated: 6.0 })];
        assert_eq!(strata, BTreeMap::from(expected));
    }

    #[test]
    fn a_row_has_the_strata_that_it_counts_of_and_they_are_whole() {
        let [whole, other] = [Stratum { size: 10.0, moderated: 5.0 }, Stratum { size: 8.0, moderated: 4.0 }];
        let one = Count { stratum: 1, pupils: 1, ..NONE };
        assert_eq!(Strata::Drawn(vec![whole, other]).of(&[one]), BTreeMap::from([(1, other)]));
    }
}
