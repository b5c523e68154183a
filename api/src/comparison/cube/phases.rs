//! Which phase a year group belongs to.

use std::collections::BTreeMap;

use plumbline_entity::{phase, year_group::YearGroup};
use uuid::Uuid;

use crate::{
    db::{Read, Scoped},
    error::Result,
    organisation::rules::phase_of,
};

/// The phase of each year group of the phases in `scope`.
///
/// # Errors
/// The database failed.
pub async fn phases(on: &impl Read, scope: Scoped<phase::Entity>) -> Result<BTreeMap<YearGroup, Uuid>> {
    Ok(phase_of(&on.all(scope).await?))
}
