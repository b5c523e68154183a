//! Which columns a question may filter and order by: those that its viewer may read.

use sea_orm::{Condition, EntityTrait, IdenStatic};

use crate::{
    auth::Viewer,
    db::{Identified, OrderKey, ReadableIn},
    error::{Error, Result},
};

/// The name of a field in the schema: `given_name` is givenName.
pub(super) fn in_camel_case(field: &str) -> String {
    let mut words = field.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (initial, rest) = word.split_at(word.len().min(1));
        name + &initial.to_uppercase() + rest
    })
}

/// If a viewer may not read a column in some rows, they may not filter or order those rows by it either.
pub(super) struct FieldRules<E: EntityTrait>(Vec<(E::Column, ReadableIn)>);

impl<E: Identified> FieldRules<E> {
    pub(super) fn of(viewer: &Viewer) -> Self {
        Self(E::hidden(viewer))
    }

    fn rule(&self, column: E::Column) -> Option<&ReadableIn> {
        self.0.iter().find(|(hidden, _)| hidden.as_str() == column.as_str()).map(|(_, shown)| shown)
    }

    /// Whether the viewer reads all of these in every row.
    pub(super) fn are_open(&self, keys: &[OrderKey<E::Column>]) -> bool {
        keys.iter().all(|key| self.rule(key.column).is_none())
    }

    /// The rows in which a column may be used to filter or order: those in which the viewer may read it.
    pub(super) fn may_use(&self, column: E::Column, what_for: impl FnOnce() -> String) -> Result<Condition> {
        match self.rule(column) {
            None => Ok(Condition::all()),
            Some(ReadableIn::RowsWhere(condition)) => Ok(condition.clone()),
            Some(ReadableIn::NoRow) => {
                let what_for = what_for();
                Err(Error::Forbidden(format!(
                    "You may not {what_for}: it would tell what you may not see. Leave it out."
                )))
            }
        }
    }
}
