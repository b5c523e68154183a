//! Which kept figures a transaction touches, and that they are right before it is committed.

use std::collections::BTreeSet;
use std::sync::PoisonError;

use futures_util::future::BoxFuture;
use sea_orm::{ActiveModelTrait, ActiveValue, IdenStatic, Iterable, ModelTrait, PrimaryKeyToColumn, Value};
use uuid::Uuid;

use super::{Counted, Policy, Tx, witness::uuid_in};
use crate::error::Result;

/// Rows that were written and that kept figures count: their table, and the values that name the figures
/// ([`Counted`]).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Touched {
    /// The table.
    pub table: &'static str,
    /// The values of the columns that name the figures, in the order in which the table's policy lists them.
    pub ids: Vec<Uuid>,
}

/// Brings the figures up to date with what was touched, as the last thing before a commit.
pub type Settle = for<'t> fn(&'t Tx, BTreeSet<Touched>) -> BoxFuture<'t, Result<()>>;

impl Tx {
    /// Notes which kept figures count rows that are new.
    pub(super) fn touch_new<E: Policy, A: ActiveModelTrait<Entity = E>>(&self, rows: &[A]) {
        let columns: &[E::Column] = match E::counted() {
            Counted::Not | Counted::Under(_) => return,
            Counted::Rows(by) => by,
            Counted::Groups { by, .. }
                if E::PrimaryKey::iter().any(|key| key.into_column().as_str() == by.as_str()) =>
            {
                return;
            }
            Counted::Groups { by, .. } => &[by],
        };
        for row in rows {
            self.touch::<E>(columns.iter().map(|column| set_value(row.get(*column))));
        }
    }

    /// Notes which kept figures count rows that are changed, before and after.
    pub(super) fn touch_changed<E: Policy, A: ActiveModelTrait<Entity = E>>(&self, current: &[E::Model], changes: &A) {
        let changed = |row: &E::Model, column: &E::Column| {
            set_value(changes.get(*column)).is_some_and(|to| to != row.get(*column))
        };
        let (columns, touched): (&[E::Column], Vec<&E::Model>) = match E::counted() {
            Counted::Not | Counted::Under(_) => return,
            Counted::Rows(by) => (by, current.iter().collect()),
            Counted::Groups { by, of } => {
                (&[by], current.iter().filter(|row| of.iter().any(|column| changed(row, column))).collect())
            }
        };
        for row in touched {
            self.touch::<E>(columns.iter().map(|column| Some(row.get(*column))));
            self.touch::<E>(columns.iter().map(|column| set_value(changes.get(*column)).or(Some(row.get(*column)))));
        }
    }

    /// Notes which kept figures counted rows that are erased, or what hung on them.
    pub(super) fn touch_gone<E: Policy>(&self, rows: &[E::Model]) {
        let columns: &[E::Column] = match E::counted() {
            Counted::Not => return,
            Counted::Rows(columns) | Counted::Under(columns) => columns,
            Counted::Groups { by, .. } => &[by],
        };
        for row in rows {
            self.touch::<E>(columns.iter().map(|column| Some(row.get(*column))));
        }
    }

    /// Has the figures counted anew that group others by a row, whatever changed.
    pub fn count_anew<E: Policy>(&self, row: Uuid) {
        self.touch::<E>(std::iter::once(Some(row.into())));
    }

    fn touch<E: Policy>(&self, values: impl Iterator<Item = Option<Value>>) {
        let ids: Option<Vec<Uuid>> = values.map(|value| uuid_in(value?)).collect();
        if let Some(ids) = ids {
            let touched = Touched { table: E::default().table_name(), ids };
            self.touched.lock().unwrap_or_else(PoisonError::into_inner).insert(touched);
        }
    }

    /// Says that all kept figures were counted anew, after a bulk load.
    pub(crate) fn all_is_counted(&self) {
        self.touched.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Brings the figures up to date.
    ///
    /// # Errors
    /// The database could not.
    pub(crate) async fn settle(&self) -> Result<()> {
        let touched = std::mem::take(&mut *self.touched.lock().unwrap_or_else(PoisonError::into_inner));
        if touched.is_empty() { Ok(()) } else { (self.settle)(self, touched).await }
    }
}

/// What a column of an active row is set to.
fn set_value(value: ActiveValue<Value>) -> Option<Value> {
    match value {
        ActiveValue::Set(value) | ActiveValue::Unchanged(value) => Some(value),
        ActiveValue::NotSet => None,
    }
}
