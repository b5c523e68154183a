//! The pupils whom a question names. An answer without rows tells of them as much as one with rows.

use async_graphql::{ID, Value};
use plumbline_entity::pupil;
use sea_orm::{ColumnTrait, Condition, EntityName as _, IdenStatic};
use uuid::Uuid;

use super::{FilterPart, decode_id, type_of};
use crate::{
    audit::{MOST_NAMED, named},
    auth::Viewer,
    db::{Db, Policy, Read, Scoped, Witness, nothing},
    error::Result,
};

/// The pupils whom a filter names: by their ids, or by what only few pupils share.
#[derive(Clone, Debug, Default)]
pub struct NamedPupils {
    pupils: Vec<Uuid>,
    /// The part of a filter that identifies pupils, where the filter has other parts too.
    known_by: Option<Condition>,
    /// Whether the filter has no other part. Then the rows themselves are the pupils whom it names.
    alone: bool,
}

impl NamedPupils {
    /// Whom a filter names, by its value and by its parts.
    #[must_use]
    pub fn of<E: Policy>(filter: &Value, parts: Vec<FilterPart<E>>) -> Self {
        let is_of = |part: &FilterPart<E>, columns: &[E::Column]| {
            columns.iter().any(|column| column.as_str() == part.column.as_str())
        };
        // Whatever else a filter says, it asks of the pupil whom the surest columns identify.
        let surest = E::identified_by().iter().find(|columns| parts.iter().any(|part| is_of(part, columns)));
        let (identifying, others): (Vec<_>, Vec<_>) =
            parts.into_iter().partition(|part| surest.is_some_and(|columns| is_of(part, columns)));
        let (some, alone) = (!identifying.is_empty(), others.is_empty());
        let all = identifying.into_iter().fold(Condition::all(), |all, part| all.add(part.condition));
        Self { pupils: pupils_in(filter), known_by: (some && !alone).then_some(all), alone: some && alone }
    }

    /// Notes those whom the viewer knows, if those who read rows of `E` are recorded.
    ///
    /// # Errors
    /// The database failed.
    pub async fn note<E: Policy>(&self, db: &Db, viewer: &Viewer) -> Result<()> {
        let Some((witness, _)) = db.witness().zip(Witness::recorded_by::<E>()) else { return Ok(()) };
        if self.alone {
            witness.note_count::<pupil::Entity>(0, std::iter::empty());
        }
        if self.pupils.is_empty() && self.known_by.is_none() {
            return Ok(());
        }
        let mut whom = nothing();
        if !self.pupils.is_empty() {
            whom = whom.add(pupil::Column::Id.is_in(self.pupils.iter().copied()));
        }
        whom = self.known_by.iter().fold(whom, |whom, part| whom.add(part.clone()));
        let known = Scoped::<pupil::Entity>::of(viewer).filter(whom).limit(MOST_NAMED);
        let known = db.figures(named(known, pupil::Column::Id)).await?;
        witness.note_count::<pupil::Entity>(known.len() as u64, known.iter().map(|row| row.id));
        Ok(())
    }
}

/// The pupils whose ids stand in a value.
fn pupils_in(value: &Value) -> Vec<Uuid> {
    match value {
        Value::String(text) => {
            let id = decode_id(&ID(text.clone()));
            id.filter(|(name, _)| *name == type_of(pupil::Entity.table_name())).into_iter().map(|(_, id)| id).collect()
        }
        Value::List(items) => items.iter().flat_map(pupils_in).collect(),
        Value::Object(fields) => fields.values().flat_map(pupils_in).collect(),
        _ => Vec::new(),
    }
}
