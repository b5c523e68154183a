//! How many rows there are: a number that tells of a pupil as surely as their rows do, where it is asked so that
//! few are left.

use sea_orm::{FromQueryResult, QuerySelect};
use uuid::Uuid;

use crate::{
    db::{Aggregate, Db, Policy, Read, Scoped, Witness},
    error::Result,
};

/// Most rows that are named when they are counted, as many as a page would show; of more it is noted how many.
pub(crate) const MOST_NAMED: u64 = 100;

#[derive(FromQueryResult)]
pub(crate) struct Named {
    pub(crate) id: Uuid,
}

/// The values of a column, each once.
pub(crate) fn named<E: Policy>(rows: Scoped<E>, column: E::Column) -> Aggregate<Named> {
    rows.aggregate(|select| select.column_as(column, "id").distinct())
}

/// Notes that a viewer is told how many `rows` there are, if their readers are recorded: whose they are, where they are
/// few.
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
