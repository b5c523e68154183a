//! Pupils who left long ago.

use chrono::{DateTime, NaiveDate, Utc};
use plumbline_entity::{pupil_erasure, pupil_erasure::ErasureReason};
use sea_orm::{FromQueryResult, IntoActiveModel as _};
use uuid::Uuid;

use super::held::Held;
use crate::{
    db::{Erasing, Reason, Tx},
    error::Result,
};

/// A pupil, and their trust.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub struct Left {
    /// The pupil.
    pub pupil_id: Uuid,
    /// The trust.
    pub trust_id: Uuid,
}

/// The pupils of all trusts whose last place ended before a day. A place without a last day ends with its academic year.
/// A pupil without any place is not among them.
///
/// # Errors
/// The database failed.
pub async fn left_before(tx: &Tx, day: NaiveDate) -> Result<Vec<Left>> {
    let sql = "SELECT e.pupil_id AS pupil_id, e.trust_id AS trust_id FROM enrolment e
               JOIN academic_year y ON y.id = e.academic_year_id
               GROUP BY e.pupil_id, e.trust_id
               HAVING MAX(CASE WHEN e.ends_on < y.ends_on THEN e.ends_on ELSE y.ends_on END) < $1
               ORDER BY e.pupil_id";
    tx.select(sql, [day.into()]).await
}

/// Erases a pupil whose time is over. Returns how many rows of which tables that is; nothing where they are gone already.
///
/// # Errors
/// The database failed; then none of the transaction should be kept.
pub async fn erase(tx: &Tx, left: Left, now: DateTime<Utc>) -> Result<Vec<(&'static str, usize)>> {
    let Some(held) = Held::of(tx, left.trust_id, left.pupil_id).await? else { return Ok(Vec::new()) };
    held.erase(tx).await?;
    let erasure = pupil_erasure::Model {
        id: left.pupil_id,
        trust_id: left.trust_id,
        school_id: None,
        reason: ErasureReason::RetentionEnded,
        erased_at: now,
        erased_by_id: None,
    };
    let permit = Erasing.permit::<pupil_erasure::Entity>(left.trust_id);
    tx.insert(&permit, erasure.into_active_model()).await?;
    Ok(held.sizes())
}
