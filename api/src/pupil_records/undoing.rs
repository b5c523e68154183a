//! What a merge of two records did, kept with it so that it can be undone; and whether something new hangs on it. Pure.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use plumbline_entity::pupil::Sex;
use plumbline_entity::pupil_characteristics::{FirstLanguage, SenProvision};
use plumbline_entity::year_group::YearGroup;
use plumbline_entity::{enrolment, insecure_pupil, pupil, pupil_characteristics};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{held::Held, merging::Merged};

/// What a merge did to the rows of two pupils.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergeRecord {
    /// The record that is gone.
    pub pupil: Person,
    /// The former number as which the number of that record was kept.
    pub number: Uuid,
    /// The rows that went from one to the other.
    pub moved: Moved,
    /// Places that were places of the other as well, and went.
    pub doubled: Vec<Place>,
    /// What was recorded of both alike, and went.
    pub repeated: Vec<Characteristics>,
    /// That both were not yet secure in what was taught, and went.
    pub twice_insecure: Vec<Insecure>,
    /// Places of the one who stayed that became longer: as they were.
    pub stretched: Vec<Stretched>,
    /// What was held of the one who stayed when all was done.
    pub after: Standing,
}

/// What describes a pupil.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    upn: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    date_of_birth: Option<NaiveDate>,
    sex: Option<Sex>,
    version: i32,
}

/// The ids of rows that were moved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// Places.
    pub places: BTreeSet<Uuid>,
    /// What is recorded for a year.
    pub characteristics: BTreeSet<Uuid>,
    /// Judgements.
    pub judgements: BTreeSet<Uuid>,
    /// Former names.
    pub names: BTreeSet<Uuid>,
    /// Former numbers.
    pub numbers: BTreeSet<Uuid>,
    /// Earlier merges.
    pub merges: BTreeSet<Uuid>,
    /// Adaptations of plans.
    pub adaptations: BTreeSet<Uuid>,
    /// That they were not yet secure in what was taught.
    pub insecure: BTreeSet<Uuid>,
}

/// A place that went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    id: Uuid,
    school_id: Uuid,
    class_id: Uuid,
    academic_year_id: Uuid,
    year_group: YearGroup,
    starts_on: NaiveDate,
    ends_on: Option<NaiveDate>,
    version: i32,
}

/// Characteristics that went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Characteristics {
    id: Uuid,
    academic_year_id: Uuid,
    free_school_meals: Option<bool>,
    ever_six_free_school_meals: Option<bool>,
    ever_in_care: Option<bool>,
    service_child: Option<bool>,
    disadvantaged: Option<bool>,
    pupil_premium: Option<bool>,
    sen: Option<SenProvision>,
    first_language: Option<FirstLanguage>,
    version: i32,
}

/// That a pupil was not yet secure in what was taught, which went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Insecure {
    id: Uuid,
    school_id: Uuid,
    subject_id: Uuid,
    class_id: Uuid,
    taught_objective_id: Uuid,
}

/// A place that became longer, with the days that it had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretched {
    /// The place.
    pub id: Uuid,
    /// Its first day before.
    pub starts_on: NaiveDate,
    /// Its last day before.
    pub ends_on: Option<NaiveDate>,
}

/// What is held of a pupil at some time, as far as it hangs on whose it is. What hangs on a judgement goes with that, and
/// names of the one who stays are theirs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Places. Not how often they were changed: a later merge that was undone again has changed them twice.
    places: Vec<Place>,
    /// What is recorded for a year, likewise.
    characteristics: Vec<Characteristics>,
    /// Judgements, and whether they stand.
    judgements: BTreeMap<Uuid, bool>,
    /// Former numbers.
    numbers: BTreeSet<Uuid>,
    /// Records that were merged into this one.
    merges: BTreeSet<Uuid>,
    /// Adaptations of plans.
    adaptations: BTreeSet<Uuid>,
    /// That they were not yet secure in what was taught.
    insecure: BTreeSet<Uuid>,
}

impl Standing {
    /// What is held of a pupil now, without a merge that is about to be undone.
    pub fn of(held: &Held, but_for: Uuid) -> Self {
        Self {
            places: held.enrolments.iter().map(|row| Place { version: 0, ..Place::of(row) }).collect(),
            characteristics: held
                .characteristics
                .iter()
                .map(|row| Characteristics { version: 0, ..Characteristics::of(row) })
                .collect(),
            judgements: held.judgements.iter().map(|row| (row.id, row.is_current)).collect(),
            numbers: held.former_upns.iter().map(|row| row.id).collect(),
            merges: held.merges.iter().map(|row| row.id).filter(|merge| *merge != but_for).collect(),
            adaptations: held.adaptations.iter().map(|row| row.id).collect(),
            insecure: held.insecure.iter().map(|row| row.id).collect(),
        }
    }

    /// What is not as it was: the names of its kinds, in the plural.
    pub fn changed_since(&self, before: &Self) -> Vec<&'static str> {
        let kinds = [
            ("places", self.places != before.places),
            ("characteristics", self.characteristics != before.characteristics),
            ("judgements", self.judgements != before.judgements),
            ("corrected numbers", self.numbers != before.numbers),
            ("other merges", self.merges != before.merges),
            ("adaptations", self.adaptations != before.adaptations),
            ("notes of what was not yet secure", self.insecure != before.insecure),
        ];
        kinds.into_iter().filter_map(|(called, differs)| differs.then_some(called)).collect()
    }
}

impl MergeRecord {
    /// What a merge of two records did: as both were before it, what became of them, the row that keeps the number, and all
    /// that was held when it was done.
    pub fn of(kept: &Held, duplicate: &Held, merged: &Merged, number: Uuid, after: &Held) -> Self {
        let stays = |id: Uuid| after.insecure.iter().any(|row| row.id == id);
        let known = |id: Uuid| kept.enrolments.iter().find(|place| place.id == id);
        let stretched = merged.stretched.iter().filter_map(|(place, ..)| known(place.id)).map(|place| Stretched {
            id: place.id,
            starts_on: place.starts_on,
            ends_on: place.ends_on,
        });
        Self {
            pupil: Person::of(&duplicate.pupil),
            number,
            moved: Moved {
                places: merged.moved.iter().map(|row| row.id).collect(),
                characteristics: merged.characteristics.iter().map(|row| row.id).collect(),
                judgements: duplicate.judgements.iter().map(|row| row.id).collect(),
                names: duplicate.former_names.iter().map(|row| row.id).collect(),
                numbers: duplicate.former_upns.iter().map(|row| row.id).collect(),
                merges: duplicate.merges.iter().map(|row| row.id).collect(),
                adaptations: duplicate.adaptations.iter().map(|row| row.id).collect(),
                insecure: duplicate.insecure.iter().map(|row| row.id).filter(|id| stays(*id)).collect(),
            },
            doubled: merged.doubled.iter().map(Place::of).collect(),
            twice_insecure: duplicate.insecure.iter().filter(|row| !stays(row.id)).map(Insecure::of).collect(),
            repeated: merged.repeated.iter().map(Characteristics::of).collect(),
            stretched: stretched.collect(),
            after: Standing::of(after, duplicate.pupil.id),
        }
    }
}

impl Person {
    fn of(row: &pupil::Model) -> Self {
        Self {
            upn: row.upn.clone(),
            given_name: row.given_name.clone(),
            family_name: row.family_name.clone(),
            date_of_birth: row.date_of_birth,
            sex: row.sex,
            version: row.version,
        }
    }

    /// The pupil as they were. Whoever read the record before reads another one now, so its version is the next.
    pub fn again(self, id: Uuid, trust_id: Uuid) -> pupil::Model {
        let Self { upn, given_name, family_name, date_of_birth, sex, version } = self;
        pupil::Model { id, trust_id, upn, given_name, family_name, date_of_birth, sex, version: version + 1 }
    }
}

impl Place {
    fn of(row: &enrolment::Model) -> Self {
        Self {
            id: row.id,
            school_id: row.school_id,
            class_id: row.class_id,
            academic_year_id: row.academic_year_id,
            year_group: row.year_group,
            starts_on: row.starts_on,
            ends_on: row.ends_on,
            version: row.version,
        }
    }

    /// The place of a pupil as it was.
    pub const fn again(&self, pupil_id: Uuid, trust_id: Uuid) -> enrolment::Model {
        let Self { id, school_id, class_id, academic_year_id, year_group, starts_on, ends_on, version } = *self;
        let version = version + 1;
        enrolment::Model {
            id,
            trust_id,
            school_id,
            pupil_id,
            class_id,
            academic_year_id,
            year_group,
            starts_on,
            ends_on,
            version,
        }
    }
}

impl Insecure {
    const fn of(row: &insecure_pupil::Model) -> Self {
        Self {
            id: row.id,
            school_id: row.school_id,
            subject_id: row.subject_id,
            class_id: row.class_id,
            taught_objective_id: row.taught_objective_id,
        }
    }

    /// That a pupil was not yet secure, as it was.
    pub const fn again(&self, pupil_id: Uuid, trust_id: Uuid) -> insecure_pupil::Model {
        let Self { id, school_id, subject_id, class_id, taught_objective_id } = *self;
        insecure_pupil::Model { id, trust_id, school_id, subject_id, class_id, taught_objective_id, pupil_id }
    }
}

impl Characteristics {
    fn of(row: &pupil_characteristics::Model) -> Self {
        Self {
            id: row.id,
            academic_year_id: row.academic_year_id,
            free_school_meals: row.free_school_meals,
            ever_six_free_school_meals: row.ever_six_free_school_meals,
            ever_in_care: row.ever_in_care,
            service_child: row.service_child,
            disadvantaged: row.disadvantaged,
            pupil_premium: row.pupil_premium,
            sen: row.sen,
            first_language: row.first_language,
            version: row.version,
        }
    }

    /// What was recorded of a pupil, as it was.
    pub const fn again(&self, pupil_id: Uuid, trust_id: Uuid) -> pupil_characteristics::Model {
        pupil_characteristics::Model {
            id: self.id,
            trust_id,
            pupil_id,
            academic_year_id: self.academic_year_id,
            free_school_meals: self.free_school_meals,
            ever_six_free_school_meals: self.ever_six_free_school_meals,
            ever_in_care: self.ever_in_care,
            service_child: self.service_child,
            disadvantaged: self.disadvantaged,
            pupil_premium: self.pupil_premium,
            sen: self.sen,
            first_language: self.first_language,
            version: self.version + 1,
        }
    }
}
