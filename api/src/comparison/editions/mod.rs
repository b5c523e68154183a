//! Editions: protected counts of an exercise, made when it is released. Those who see no pupils are answered from
//! editions alone; their answers never depend on the judgements directly.
//!
//! An edition is made of the whole exercise and drawn as a whole. So no two editions differ by what is known of one
//! pupil alone. The next edition is made only when enough has changed.

mod store;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use plumbline_disclosure::{self as disclosure, Outcome, Record, lots};
use plumbline_entity::{
    agreement_cell::AgreementBasis, agreement_edition, agreement_edition_cell, agreement_edition_work,
    audit_entry::AuditKind, judgement_cell::GroupAttribute, moderation_exercise, moderation_exercise::ExerciseState,
    sample_stratum, year_group::YearGroup,
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use sea_orm::ColumnTrait;
use uuid::Uuid;

use super::{
    cube::{ATTRIBUTES, linked_schools},
    measures::agreement::{JudgedWork, Moderators},
};
use crate::{
    audit::{self, Entry},
    db::{Db, MakingEditions, Read, Reason, Tx},
    error::{Error, Result},
    telemetry::counts,
};
use store::{Grades, Store, Work, without_edition};

/// Whether a next edition is due: at least k works must have changed since the first edition, and four times as many
/// for each edition after that. So somebody who changes works to see what follows sees few draws of the same pupils,
/// and the lots of many pupils change between any two.
///
/// The first edition needs half of the sample and 4k works. If it were made of few, whoever knows which works were
/// moderated would see where they are.
const fn is_due(editions: u32, changed: usize, threshold: u32, moderated: usize, drawn: u64) -> bool {
    let threshold = threshold as usize;
    match editions {
        0 => moderated >= FEWEST * threshold && moderated as u64 * 2 >= drawn,
        made => changed >= threshold.saturating_mul(4_usize.saturating_pow(made - 1)),
    }
}

/// How many times k works must be moderated for a first edition.
const FEWEST: usize = 4;

/// Makes an edition of an exercise as it is now, if one is due.
///
/// `rng` draws what is not kept. For a real trust it must be one that nobody can repeat.
///
/// # Errors
/// The database failed; then none of the transaction should be kept.
pub async fn make(tx: &Tx, exercise: Uuid, at: DateTime<Utc>, rng: &mut (impl Rng + Send)) -> Result<()> {
    let store = Store::open(tx, exercise).await?;
    let works = store.works().await?;
    let latest = store.latest().await?;
    let first_made_from = store.made_from().await?;
    let changes = changes(&first_made_from, &works);
    let editions = latest.as_ref().map_or(0, |latest| latest.number.unsigned_abs());
    let works_drawn = store.sampled().await?;
    if !is_due(editions, changes, tx.threshold(), works.len(), works_drawn) {
        return Ok(());
    }
    let edition = Uuid::now_v7();
    let counted = Counted::new(&store, &works).await?;
    let (cells, moderated) = counted.protect(edition, &first_made_from, tx.threshold(), rng);
    let moderators = serde_json::to_value(counted.moderators()).map_err(Error::internal)?;
    let judged = store.judged().await?;
    // Each of these holds the one before, and so do the counts that are shown.
    let beyond = |all: u64, some: usize| all.saturating_sub(some as u64);
    let sampled = moderated + lots::draw_for(beyond(works_drawn, works.len()), rng);
    let pupils = sampled + lots::draw_for(judged.pupils.unsigned_abs().saturating_sub(works_drawn), rng);
    let number = |count: u64| i32::try_from(count).map_err(Error::internal);
    let row = agreement_edition::Model {
        id: edition,
        trust_id: store.trust(),
        exercise_id: exercise,
        number: latest.map_or(1, |latest| latest.number + 1),
        made_at: at,
        schools: i32::try_from(judged.schools).map_err(Error::internal)?,
        pupils: number(pupils)?,
        sampled: number(sampled)?,
        moderated: number(moderated)?,
        moderators: Some(moderators),
    };
    let made_from = works.iter().map(|work| agreement_edition_work::Model {
        edition_id: edition,
        work_id: work.work_id,
        trust_id: store.trust(),
        first_grade_id: work.grades.first,
        moderated_grade_id: work.grades.moderated,
        second_grade_id: work.grades.second,
    });
    let made_from = if editions == 0 { made_from.collect() } else { Vec::new() };
    counts::EDITIONS_MADE.add_one();
    store.keep(row, cells, made_from).await
}

/// Makes an edition of an exercise that was just released, if one is due.
///
/// # Errors
/// As [`make`].
pub(super) async fn make_if_released(tx: &Tx, exercise: Uuid) -> Result<()> {
    let released = MakingEditions
        .of::<moderation_exercise::Entity>()
        .filter(moderation_exercise::Column::State.eq(ExerciseState::Released))
        .rows()
        .id(exercise);
    if tx.one(released).await?.is_none() {
        return Ok(());
    }
    make(tx, exercise, tx.began_at(), &mut unrepeatable()).await
}

/// A generator that nobody can repeat: seeded by the operating system, its state kept nowhere.
#[must_use]
pub fn unrepeatable() -> ChaCha20Rng {
    ChaCha20Rng::from_os_rng()
}

/// Makes the editions that are missing: of exercises that were released by an earlier build.
///
/// # Errors
/// The database failed; what was made by then is kept.
pub async fn catch_up(db: &Db, now: DateTime<Utc>) -> Result<()> {
    for exercise in without_edition(db).await? {
        let tx = db.begin().await?;
        make(&tx, exercise, now, &mut unrepeatable()).await?;
        audit::commit(tx, Entry::at_console(AuditKind::Console, None, "edition", now)).await?;
    }
    Ok(())
}

/// How many works have other grades than the first edition was made from, are new since or are gone.
fn changes(made_from: &BTreeMap<Uuid, Grades>, works: &[Work]) -> usize {
    let differs = |work: &&Work| made_from.get(&work.work_id) != Some(&work.grades);
    let there: BTreeSet<Uuid> = works.iter().map(|work| work.work_id).collect();
    works.iter().filter(differs).count() + made_from.keys().filter(|work| !there.contains(work)).count()
}

/// The weights of a sample design: how many judgements each judgement stands for, in thousandths, by year group and
/// first grade over all schools. The weights of a school's own strata would reveal how small they are.
struct Weights {
    strata: BTreeMap<(YearGroup, Uuid), i32>,
    /// Over all year groups, for grades that few of a year group have.
    grades: BTreeMap<Uuid, i32>,
}

/// The works of an exercise with what else an edition is made from.
struct Counted<'a> {
    works: &'a [Work],
    exercise: &'a moderation_exercise::Model,
    strata: Vec<sample_stratum::Model>,
    linked: BTreeSet<Uuid>,
    phase_of: BTreeMap<YearGroup, Uuid>,
    /// The grades that have a rank, lowest first.
    grades: Vec<Uuid>,
}

/// Numbers the distinct values of something, in their order.
fn numbered<T: Ord>(values: impl Iterator<Item = T>) -> Vec<T> {
    values.collect::<BTreeSet<T>>().into_iter().collect()
}

/// The place of a value among those that were numbered with it.
fn place<T: Ord>(numbered: &[T], value: &T) -> usize {
    numbered.binary_search(value).unwrap_or_default()
}

impl<'a> Counted<'a> {
    async fn new(store: &'a Store<'_>, works: &'a [Work]) -> Result<Self> {
        Ok(Self {
            works,
            exercise: store.exercise(),
            strata: store.strata().await?,
            linked: linked_schools(&store.judges().await?),
            phase_of: store.phases().await?,
            grades: store.ranked_grades().await?,
        })
    }

    fn rank(&self, grade: Uuid) -> Option<usize> {
        self.grades.iter().position(|ranked| *ranked == grade)
    }

    /// How far its moderators differ.
    fn moderators(&self) -> Moderators {
        let mut judged: BTreeMap<AgreementBasis, Vec<JudgedWork>> = BTreeMap::new();
        for work in self.works {
            let Some(moderator) = work.moderator_id else { continue };
            for basis in [AgreementBasis::Agreed, AgreementBasis::BlindSecond] {
                let second = work.grades.by(basis).and_then(|grade| self.rank(grade));
                if let Some((first, second)) = self.rank(work.grades.first).zip(second) {
                    let Work { school_id: school, class_id: class, year_group, .. } = *work;
                    judged.entry(basis).or_default().push(JudgedWork {
                        moderator,
                        school,
                        class,
                        year_group,
                        first,
                        second,
                    });
                }
            }
        }
        Moderators::of(&judged, self.grades.len(), &self.phase_of)
    }

    /// The protected cells, and how many judgements they count in all. Of each pupil both comparisons count the same lot: what is
    /// exchanged for each is chosen anew, and tells no more twice than once.
    fn protect(
        &self,
        edition: Uuid,
        first_made_from: &BTreeMap<Uuid, Grades>,
        threshold: u32,
        rng: &mut impl Rng,
    ) -> (Vec<agreement_edition_cell::Model>, u64) {
        let agreed = self.exchanged(AgreementBasis::Agreed, first_made_from, threshold, rng);
        let lots: Vec<u32> = self.works.iter().map(|_| lots::draw(rng)).collect();
        let blind = self.exchanged(AgreementBasis::BlindSecond, first_made_from, threshold, rng);
        let cells = [agreed, blind].iter().flat_map(|exchanged| exchanged.cells(self, edition, &lots)).collect();
        (cells, lots.into_iter().map(u64::from).sum())
    }

    /// The works that have a grade by this basis, with what few share exchanged.
    fn exchanged(
        &self,
        basis: AgreementBasis,
        first_made_from: &BTreeMap<Uuid, Grades>,
        threshold: u32,
        rng: &mut impl Rng,
    ) -> Exchanged<'_> {
        let works: Vec<usize> = (0..self.works.len())
            .filter(|at| self.works.get(*at).is_some_and(|work| work.grades.by(basis).is_some()))
            .collect();
        let of = |at: &usize| self.works.get(*at);
        let values = numbered(self.works.iter().flat_map(|work| work.groups.iter().map(String::as_str)));
        let mut exchanged = Exchanged {
            basis,
            schools: numbered(self.works.iter().map(|work| work.school_id)),
            classes: numbered(self.works.iter().map(|work| work.class_id)),
            years: numbered(self.works.iter().map(|work| work.year_group)),
            values,
            grades: self.grades.clone(),
            weights: self.weights(basis, threshold, rng),
            records: Vec::new(),
            works,
        };
        let now = self.works.iter().map(|work| work.grades).chain(first_made_from.values().copied());
        let used = numbered(now.flat_map(|grades| [Some(grades.first), grades.by(basis)]).flatten());
        // A grade of another framework, or one whose rank was taken away, comes after all others.
        exchanged.grades.extend(used.into_iter().filter(|grade| !self.grades.contains(grade)));
        let phases = numbered(self.works.iter().map(|work| self.phase_of.get(&work.year_group).copied()));
        let records: Vec<Record> = exchanged
            .works
            .iter()
            .filter_map(of)
            .filter_map(|work| {
                Some(Record {
                    school: place(&exchanged.schools, &work.school_id),
                    class: place(&exchanged.classes, &work.class_id),
                    year_group: place(&exchanged.years, &work.year_group),
                    phase: place(&phases, &self.phase_of.get(&work.year_group).copied()),
                    groups: work.groups.each_ref().map(|value| place(&exchanged.values, &value.as_str())),
                    outcome: exchanged.outcome(work.grades)?,
                })
            })
            .collect();
        exchanged.records = records;
        let before = |(at, (work, record)): (usize, (&Work, &Record))| {
            let outcome = exchanged.outcome(*first_made_from.get(&work.work_id)?)?;
            (record.outcome != outcome).then_some((at, outcome))
        };
        let changed: Vec<(usize, Outcome)> =
            exchanged.works.iter().filter_map(of).zip(&exchanged.records).enumerate().filter_map(before).collect();
        disclosure::exchange(&mut exchanged.records, &changed, threshold as usize, rng);
        exchanged
    }

    /// Sizes of strata over how many of them were moderated, protected.
    fn weights(&self, basis: AgreementBasis, threshold: u32, rng: &mut impl Rng) -> Weights {
        let mut strata: BTreeMap<(YearGroup, Uuid), (i32, i32)> = BTreeMap::new();
        let mut grades: BTreeMap<Uuid, (i32, i32)> = BTreeMap::new();
        let key = |row: &sample_stratum::Model| ((row.school_id, row.class_id, row.year_group, row.grade_id), row.size);
        let mut sizes: BTreeMap<_, i32> = self.strata.iter().map(key).collect();
        for work in self.works.iter().filter(|work| work.grades.by(basis).is_some()) {
            let first = work.grades.first;
            let mut size_of = |class| sizes.remove(&(work.school_id, class, work.year_group, first)).unwrap_or(0);
            // A stratum of which nothing was moderated counts for nothing. One that was drawn by school has no class.
            let size = size_of(Some(work.class_id)) + size_of(None);
            let of_year = strata.entry((work.year_group, first)).or_default();
            let of_grade = grades.entry(first).or_default();
            for (sizes, moderated) in [of_year, of_grade] {
                *sizes += size;
                *moderated += 1;
            }
        }
        let mut protected = |(size, moderated): (i32, i32)| {
            if moderated.unsigned_abs() < threshold {
                return None;
            }
            let weight = disclosure::protect_weight(f64::from(size) / f64::from(moderated), rng)?;
            // A weight of a million is none of a sample.
            #[expect(clippy::cast_possible_truncation, reason = "clamped")]
            let thousandths = (weight.min(1e6) * 1000.0).round() as i32;
            Some(thousandths)
        };
        let strata = strata.into_iter().filter_map(|(key, counts)| Some((key, protected(counts)?))).collect();
        let grades = grades.into_iter().filter_map(|(grade, counts)| Some((grade, protected(counts)?))).collect();
        Weights { strata, grades }
    }
}

/// The works of an edition as one comparison counts them, by numbers.
struct Exchanged<'a> {
    basis: AgreementBasis,
    schools: Vec<Uuid>,
    classes: Vec<Uuid>,
    years: Vec<YearGroup>,
    values: Vec<&'a str>,
    grades: Vec<Uuid>,
    weights: Weights,
    /// Which works they are.
    works: Vec<usize>,
    /// The works, exchanged; in the order of `works`.
    records: Vec<Record>,
}

impl Exchanged<'_> {
    fn outcome(&self, grades: Grades) -> Option<Outcome> {
        let number = |grade: Uuid| self.grades.iter().position(|known| *known == grade);
        Some(Outcome { first: number(grades.first)?, moderated: number(grades.by(self.basis)?)? })
    }

    /// The cells, each work counting as often as its lot says.
    fn cells(&self, counted: &Counted<'_>, edition: Uuid, lots: &[u32]) -> Vec<agreement_edition_cell::Model> {
        let mut cells: BTreeMap<(GroupAttribute, usize, usize, usize, Outcome), u32> = BTreeMap::new();
        let lots = self.works.iter().map(|at| lots.get(*at).copied().unwrap_or(0));
        for (record, lot) in self.records.iter().zip(lots).filter(|(_, lot)| *lot > 0) {
            let of = record.groups.iter().copied().zip(ATTRIBUTES);
            for (value, attribute) in std::iter::once((usize::MAX, GroupAttribute::All)).chain(of) {
                *cells.entry((attribute, record.class, record.year_group, value, record.outcome)).or_default() += lot;
            }
        }
        let school_of: BTreeMap<usize, Uuid> =
            counted.works.iter().map(|work| (place(&self.classes, &work.class_id), work.school_id)).collect();
        let rows = cells.into_iter().filter_map(|((attribute, class, year, value, outcome), pupils)| {
            let (school, year_group) = (*school_of.get(&class)?, *self.years.get(year)?);
            let (first, moderated) = (*self.grades.get(outcome.first)?, *self.grades.get(outcome.moderated)?);
            Some(agreement_edition_cell::Model {
                edition_id: edition,
                school_id: school,
                class_id: *self.classes.get(class)?,
                year_group,
                attribute,
                group_value: self.values.get(value).map_or("ALL", |value| *value).to_owned(),
                basis: self.basis,
                first_grade_id: first,
                moderated_grade_id: moderated,
                trust_id: counted.exercise.trust_id,
                weight: self.weights.of(year_group, first),
                is_linked: counted.linked.contains(&school),
                pupils: i32::try_from(pupils).ok()?,
            })
        });
        rows.collect()
    }
}

impl Weights {
    fn of(&self, year_group: YearGroup, first: Uuid) -> i32 {
        let of_grade = || self.grades.get(&first).copied();
        self.strata.get(&(year_group, first)).copied().or_else(of_grade).unwrap_or(1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_edition_takes_half_of_a_sample_and_each_later_one_four_times_the_changes() {
        let due = |editions, changed| is_due(editions, changed, 6, 100, 100);
        assert!(due(0, 0));
        assert!(!is_due(0, 0, 6, 1, 1) && !is_due(0, 0, 6, 23, 40), "of few there is none");
        assert!(!is_due(0, 0, 6, 49, 100) && is_due(0, 0, 6, 50, 100) && is_due(0, 0, 6, 24, 40));
        assert!(!due(1, 5) && due(1, 6));
        assert!(!due(2, 23) && due(2, 24));
        assert!(!due(3, 95) && due(3, 96));
        assert!(!due(40, 1_000_000), "no overflow");
    }
}
