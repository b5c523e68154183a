//! Counts of rows. If few rows are left by the question, their number says as much about a pupil as the rows do.

use sea_orm::{ColumnTrait as _, FromQueryResult, QuerySelect};
use uuid::Uuid;

use crate::{
    db::{Aggregate, Db, Policy, Read, Scoped, Witness},
    error::Result,
};

/// Most rows that an entry names when they are counted: as many as a page would show. Of more rows the entry holds
/// only how many.
pub(crate) const MOST_NAMED: u64 = 100;

#[derive(FromQueryResult)]
pub(crate) struct Named {
    pub(crate) id: Uuid,
}

/// The values of a column, each once. A row may be of no pupil: it names none.
pub(crate) fn named<E: Policy>(rows: Scoped<E>, column: E::Column) -> Aggregate<Named> {
    rows.filter(column.is_not_null()).aggregate(|select| select.column_as(column, "id").distinct())
}

/// Notes that a viewer is told that there are `rows` rows, if readers of `E` are recorded. If they are few, it notes
/// whose they are.
///
/// # Errors
/// The database failed.
pub async fn counted<E: Policy>(db: &Db, rows: Scoped<E>, count: u64) -> Result<()> {
    let Some((witness, column)) = db.witness().zip(Witness::recorded_by::<E>()) else { return Ok(()) };
    let mut ids = Vec::new();
    if (1..=MOST_NAMED).contains(&count) {
        ids = db.figures(named(rows, column)).await?;
    }
    witness.note_count::<E>(count, ids.iter().map(|row| row.id));
    Ok(())
}
