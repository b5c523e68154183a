//! Notes which rows were given to somebody and which were written. All rows pass through here, so no slice can forget
//! it. What becomes of the notes is up to the audit.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use sea_orm::{ActiveModelTrait, ActiveValue, Iterable, ModelTrait, PrimaryKeyToColumn, Value};
use uuid::Uuid;

use super::{Area, Policy};
use crate::error::{Error, Result};

/// By what the rows of a table are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// By the pupil whom they are about.
    Pupil,
    /// By their own id.
    Id,
}

/// Rows of one table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Noted {
    /// Their names, sorted, each once; none where there were too many to name.
    pub ids: Vec<Uuid>,
    /// How many rows there were.
    pub rows: u64,
}

/// Rows of several tables, by the table and by what they are named.
pub type Notes = BTreeMap<(&'static str, By), Noted>;

/// The column that names a row; `None` for what the service keeps for itself, and for tables without an id.
fn named<E: Policy>() -> Option<(By, E::Column)> {
    match E::area() {
        Area::Service => None,
        Area::Pupils(column) => Some((By::Pupil, column)),
        Area::Frame | Area::Teaching | Area::Audit | Area::Staff | Area::Moderation | Area::Comparison => {
            let mut keys = E::PrimaryKey::iter();
            let (Some(key), None) = (keys.next(), keys.next()) else { return None };
            Some((By::Id, key.into_column()))
        }
    }
}

/// The column that names a row, if the readers of its table are recorded.
fn recorded<E: Policy>() -> Option<(By, E::Column)> {
    named::<E>().filter(|(by, _)| *by == By::Pupil || matches!(E::area(), Area::Audit))
}

/// What a request was given of the rows whose readers are recorded.
#[derive(Debug, Default)]
pub struct Witness {
    notes: Mutex<Notes>,
    blind: bool,
}

impl Witness {
    /// A witness that notes nothing, to measure what noting costs.
    pub(crate) fn blind() -> Self {
        Self { blind: true, ..Self::default() }
    }

    /// Notes rows that a viewer is given.
    pub fn note<E: Policy>(&self, rows: &[E::Model]) {
        let Some((by, column)) = recorded::<E>().filter(|_| !rows.is_empty() && !self.blind) else { return };
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        let noted = notes.entry((E::default().table_name(), by)).or_default();
        noted.rows += rows.len() as u64;
        noted.ids.extend(rows.iter().filter_map(|row| uuid_in(row.get(column))));
    }

    /// The column that names the rows of a table whose readers are recorded; `None` for other tables.
    #[must_use]
    pub fn recorded_by<E: Policy>() -> Option<E::Column> {
        recorded::<E>().map(|(_, column)| column)
    }

    /// Notes that a viewer is told how many rows there are. If they are few, it notes whose they are.
    pub fn note_count<E: Policy>(&self, rows: u64, ids: impl Iterator<Item = Uuid>) {
        let Some((by, _)) = recorded::<E>().filter(|_| !self.blind) else { return };
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        let noted = notes.entry((E::default().table_name(), by)).or_default();
        noted.rows += rows;
        noted.ids.extend(ids);
    }

    /// What was noted so far; then it begins anew.
    #[must_use]
    pub fn take(&self) -> Notes {
        let mut notes = std::mem::take(&mut *self.notes.lock().unwrap_or_else(PoisonError::into_inner));
        for noted in notes.values_mut() {
            noted.tidy();
        }
        notes
    }
}

impl Noted {
    fn tidy(&mut self) {
        self.ids.sort_unstable();
        self.ids.dedup();
    }
}

/// For whom a handle reads.
pub enum Reader<'a> {
    /// A request, whose witness sees what it is given.
    Request(&'a Witness),
    /// A change. What it reads to decide is given to nobody; [`carry_out`](crate::graphql::carry_out) notes what it
    /// answers.
    Change,
    /// Nobody yet: rows whose readers are recorded are not given out.
    Unknown,
}

impl Reader<'_> {
    /// Whether rows of `E` may be given to a viewer through this handle.
    ///
    /// # Errors
    /// They would be given without being recorded: a fault in the program.
    pub(super) fn may_give<E: Policy>(&self, for_service: bool) -> Result<()> {
        if for_service || !matches!(self, Self::Unknown) || recorded::<E>().is_none() {
            return Ok(());
        }
        let table = E::default().table_name();
        Err(Error::internal(format!(
            "rows of {table} were to be read for a viewer with nobody to record it: read them through `ctx.db()`"
        )))
    }

    pub(super) fn give<E: Policy>(&self, for_service: bool, rows: &[E::Model]) {
        if let (false, Self::Request(witness)) = (for_service, self) {
            witness.note::<E>(rows);
        }
    }
}

/// What a transaction wrote.
#[derive(Debug, Default)]
pub(super) struct Written {
    notes: Mutex<Notes>,
}

/// Most rows of one table that a transaction names. Of more, as imports and the demo write them, it records only the
/// number.
const MOST_NAMED: u64 = 10_000;

impl Written {
    /// Notes rows that were written.
    pub(super) fn rows<E: Policy>(&self, rows: &[E::Model]) {
        self.note::<E>(rows.len(), |column| rows.iter().filter_map(|row| uuid_in(row.get(column))).collect());
    }

    /// Notes rows that are about to be written.
    pub(super) fn note_active<E, A>(&self, rows: &[A])
    where
        E: Policy,
        A: ActiveModelTrait<Entity = E>,
    {
        let id = |row: &A, column| match row.get(column) {
            ActiveValue::Set(value) | ActiveValue::Unchanged(value) => uuid_in(value),
            ActiveValue::NotSet => None,
        };
        self.note::<E>(rows.len(), |column| rows.iter().filter_map(|row| id(row, column)).collect());
    }

    fn note<E: Policy>(&self, count: usize, ids: impl FnOnce(E::Column) -> Vec<Uuid>) {
        let Some((by, column)) = named::<E>().filter(|_| count > 0) else { return };
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        let noted = notes.entry((E::default().table_name(), by)).or_default();
        noted.rows += count as u64;
        if noted.rows > MOST_NAMED {
            noted.ids = Vec::new();
        } else {
            noted.ids.extend(ids(column));
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    pub(super) fn notes(&self) -> Notes {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for noted in notes.values_mut() {
            noted.tidy();
        }
        notes
    }
}

pub(super) fn uuid_in(value: Value) -> Option<Uuid> {
    match value {
        Value::Uuid(id) => id,
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use plumbline_entity::{enrolment, idempotency_key, school};
    use sea_orm::ActiveValue::Set;

    use super::*;

    fn enrolments(pupils: &[Uuid]) -> Vec<enrolment::ActiveModel> {
        let row = |pupil: &Uuid| enrolment::ActiveModel {
            id: Set(Uuid::now_v7()),
            pupil_id: Set(*pupil),
            ..Default::default()
        };
        pupils.iter().map(row).collect()
    }

    #[test]
    fn rows_about_pupils_are_named_by_the_pupil_and_others_by_their_id() {
        let (pupil, school) = (Uuid::now_v7(), Uuid::now_v7());
        let written = Written::default();
        written.note_active(&enrolments(&[pupil, pupil]));
        written.note_active(&[school::ActiveModel { id: Set(school), ..Default::default() }]);
        written.note_active(&[idempotency_key::ActiveModel { key: Set("k".to_owned()), ..Default::default() }]);
        let notes = written.notes();
        assert_eq!(notes.len(), 2, "what the service keeps for itself is not noted: {notes:?}");
        assert_eq!(notes[&("enrolment", By::Pupil)], Noted { ids: vec![pupil], rows: 2 });
        assert_eq!(notes[&("school", By::Id)], Noted { ids: vec![school], rows: 1 });
    }

    #[test]
    fn of_too_many_rows_it_is_said_how_many() {
        let pupils: Vec<Uuid> = (0..MOST_NAMED).map(|_| Uuid::now_v7()).collect();
        let written = Written::default();
        written.note_active(&enrolments(&pupils));
        assert_eq!(written.notes()[&("enrolment", By::Pupil)].ids.len(), pupils.len());
        written.note_active(&enrolments(&pupils[..1]));
        assert_eq!(written.notes()[&("enrolment", By::Pupil)], Noted { ids: Vec::new(), rows: MOST_NAMED + 1 });
    }
}
