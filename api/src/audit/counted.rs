//! How many rows there are: a number that tells of a pupil as surely as their rows do, where it is asked so that
//! few are left.

use async_graphql::{ID, Value};
use plumbline_entity::pupil;
use sea_orm::{ColumnTrait, FromQueryResult, QuerySelect};
use uuid::Uuid;

use crate::{
    auth::Viewer,
    db::{Aggregate, Db, Policy, Read, Scoped, Witness},
    error::Result,
    graphql::{Wraps, decode_id},
    organisation::Pupil,
};

/// Most rows that are named when they are counted, as many as a page would show; of more it is noted how many.
const MOST_NAMED: u64 = 100;

#[derive(FromQueryResult)]
struct Named {
    id: Uuid,
}

fn named<E: Policy>(rows: Scoped<E>, column: E::Column) -> Aggregate<Named> {
    rows.aggregate(|select| select.column_as(column, "id").distinct())
}

/// The pupils whose ids stand in a value, such as a filter.
#[must_use]
pub fn pupils_in(value: &Value) -> Vec<Uuid> {
    match value {
        Value::String(text) => {
            let id = decode_id(&ID(text.clone()));
            id.filter(|(name, _)| name == <Pupil as Wraps>::NAME).into_iter().map(|(_, id)| id).collect()
        }
        Value::List(items) => items.iter().flat_map(pupils_in).collect(),
        Value::Object(fields) => fields.values().flat_map(pupils_in).collect(),
        _ => Vec::new(),
    }
}

/// Notes that a viewer is told how many `rows` there are, if their readers are recorded: whose they are, where they are
/// few; and of the pupils whom the question names those whom the viewer knows, for none at all tells of them as well.
///
/// # Errors
/// The database failed.
pub async fn counted<E: Policy>(
    db: &Db,
    viewer: &Viewer,
    rows: Scoped<E>,
    count: u64,
    asked_about: &[Uuid],
) -> Result<()> {
    let Some((witness, column)) = db.witness().zip(Witness::recorded_by::<E>()) else { return Ok(()) };
    let mut ids = Vec::new();
    if (1..=MOST_NAMED).contains(&count) {
        ids = db.figures(named(rows, column)).await?;
    }
    if !asked_about.is_empty() {
        let known = Scoped::<pupil::Entity>::of(viewer).filter(pupil::Column::Id.is_in(asked_about.iter().copied()));
        let known = db.figures(named(known, pupil::Column::Id)).await?;
        witness.note_count::<pupil::Entity>(known.len() as u64, known.iter().map(|row| row.id));
    }
    witness.note_count::<E>(count, ids.iter().map(|row| row.id));
    Ok(())
}
