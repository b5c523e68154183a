//! Two records of one pupil become one: what goes where, and what cannot. Pure.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use plumbline_entity::{enrolment, judgement, pupil, pupil_characteristics};
use uuid::Uuid;

use super::held::Held;

/// What a merge does beside moving all rows.
#[derive(Clone, Debug, Default)]
pub struct Merged {
    /// Places of the duplicate that move.
    pub moved: Vec<enrolment::Model>,
    /// Places of the duplicate that are places of the other as well, and go.
    pub doubled: Vec<enrolment::Model>,
    /// Places of the pupil who stays that become longer: as they are, their first day, their last.
    pub stretched: Vec<(enrolment::Model, NaiveDate, Option<NaiveDate>)>,
    /// What is recorded of the duplicate for years for which nothing is recorded of the other.
    pub characteristics: Vec<pupil_characteristics::Model>,
    /// What is recorded of the duplicate for a year as it is recorded of the other, and goes.
    pub repeated: Vec<pupil_characteristics::Model>,
}

/// Why two records cannot become one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// They were born on two days.
    Births,
    /// Both have places at one time, beginning on these days.
    Places(NaiveDate, NaiveDate),
    /// Something else is recorded of the one than of the other for this academic year.
    Characteristics(Uuid),
    /// Both have a judgement that stands in this window and subject.
    Judgements(Uuid, Uuid),
}

type Place = (enrolment::Model, NaiveDate, Option<NaiveDate>);

fn overlap(one: &Place, other: &Place) -> bool {
    let begins_by = |first: NaiveDate, last: Option<NaiveDate>| last.is_none_or(|last| first <= last);
    one.0.academic_year_id == other.0.academic_year_id && begins_by(one.1, other.2) && begins_by(other.1, one.2)
}

/// What becomes of the rows of a duplicate.
///
/// # Errors
/// All conflicts.
pub fn merge(kept: &Held, duplicate: &Held) -> Result<Merged, Vec<Conflict>> {
    let (mut merged, mut conflicts) = (Merged::default(), Vec::new());
    conflicts.extend(births(&kept.pupil, &duplicate.pupil));
    places(kept, duplicate, &mut merged, &mut conflicts);
    for row in &duplicate.characteristics {
        match kept.characteristics.iter().find(|known| known.academic_year_id == row.academic_year_id) {
            None => merged.characteristics.push(row.clone()),
            Some(known) if is_alike(known, row) => merged.repeated.push(row.clone()),
            Some(_) => conflicts.push(Conflict::Characteristics(row.academic_year_id)),
        }
    }
    let stands = |row: &&judgement::Model| row.is_current;
    let known: BTreeMap<(Uuid, Uuid), Uuid> =
        kept.judgements.iter().filter(stands).map(|row| ((row.window_id, row.subject_id), row.id)).collect();
    let twice = duplicate.judgements.iter().filter(stands).map(|row| (row.window_id, row.subject_id));
    conflicts.extend(
        twice.filter(|at| known.contains_key(at)).map(|(window, subject)| Conflict::Judgements(window, subject)),
    );
    if conflicts.is_empty() { Ok(merged) } else { Err(conflicts) }
}

fn births(kept: &pupil::Model, duplicate: &pupil::Model) -> Option<Conflict> {
    (kept.date_of_birth != duplicate.date_of_birth).then_some(Conflict::Births)
}

fn is_alike(one: &pupil_characteristics::Model, other: &pupil_characteristics::Model) -> bool {
    let bare = |row: &pupil_characteristics::Model| pupil_characteristics::Model {
        id: Uuid::nil(),
        pupil_id: Uuid::nil(),
        version: 0,
        ..row.clone()
    };
    bare(one) == bare(other)
}

/// A place of the duplicate in a class in which the other is at that time too is the same place, entered twice. Any other
/// place moves.
fn places(kept: &Held, duplicate: &Held, merged: &mut Merged, conflicts: &mut Vec<Conflict>) {
    let place = |row: &enrolment::Model| (row.clone(), row.starts_on, row.ends_on);
    let mut all: Vec<Place> = kept.enrolments.iter().map(place).collect();
    let own = all.len();
    for new in duplicate.enrolments.iter().map(place) {
        let same = |known: &&mut Place| {
            known.0.class_id == new.0.class_id && known.0.year_group == new.0.year_group && overlap(known, &new)
        };
        match all.iter_mut().take(own).find(same) {
            Some(known) => {
                known.1 = known.1.min(new.1);
                known.2 = known.2.zip(new.2).map(|(one, other)| one.max(other));
                merged.doubled.push(new.0);
            }
            None => all.push(new),
        }
    }
    for (at, one) in all.iter().enumerate() {
        let later = all.iter().skip(at + 1).find(|other| overlap(one, other));
        conflicts.extend(later.map(|other| Conflict::Places(one.1, other.1)));
    }
    let changed = |(row, first, last): &&Place| row.starts_on != *first || row.ends_on != *last;
    merged.stretched = all.iter().take(own).filter(changed).cloned().collect();
    merged.moved = all.into_iter().skip(own).map(|(row, ..)| row).collect();
}
