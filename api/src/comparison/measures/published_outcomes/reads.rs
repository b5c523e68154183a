//! The statements of `publishedOutcomes`: the outcomes, and which of the viewer's schools they are of. Three, however
//! many years and schools, at once.

use std::collections::HashMap;

use plumbline_entity::{published_outcome, school, school_predecessor};
use sea_orm::{ColumnTrait, Condition, Order};
use uuid::Uuid;

use super::figures::PublishedKey;
use super::types::{ComparedSchools, PublishedOutcomesWhere};
use crate::auth::Viewer;
use crate::db::{Db, Read, Scoped};
use crate::error::{Error, Result};

/// Most rows of one answer: more than any local authority has in ten years. All of England is
/// 16,000 a year, which nobody reads school by school.
pub(super) const MOST_ROWS: usize = 5_000;

/// The outcomes that a comparison is of, and the viewer's schools.
///
/// # Errors
/// There are more outcomes than one answers, or the database failed.
pub async fn gathered(
    db: &Db,
    viewer: &Viewer,
    filter: &PublishedOutcomesWhere,
    years: &[i16],
) -> Result<(Vec<published_outcome::Model>, OwnSchools)> {
    tokio::try_join!(outcomes(db, viewer, filter, years), OwnSchools::read(db, viewer))
}

async fn outcomes(
    db: &Db,
    viewer: &Viewer,
    filter: &PublishedOutcomesWhere,
    years: &[i16],
) -> Result<Vec<published_outcome::Model>> {
    use published_outcome::Column;
    let mut wanted =
        Condition::all().add(Column::Measure.eq(filter.measure)).add(Column::Year.is_in(years.iter().copied()));
    if let Some(la_code) = filter.local_authority {
        wanted = wanted.add(Column::LaCode.eq(la_code));
    }
    if !filter.include_special {
        wanted = wanted.add(Column::Special.eq(false));
    }
    if filter.among == ComparedSchools::OwnTrust {
        wanted = wanted.add(of_own_trust(viewer));
    }
    let rows = Scoped::<published_outcome::Entity>::of(viewer).filter(wanted);
    let found = db.all(rows.limit(MOST_ROWS as u64 + 1)).await?;
    if found.len() > MOST_ROWS {
        return Err(Error::bad_input(format!(
            "These are results of more than {MOST_ROWS} schools. Name a `localAuthority`, or fewer `academicYears`."
        )));
    }
    Ok(found)
}

/// Published under the number of a school of the trust, or of what it was, or by a school that has
/// become one of the trust.
fn of_own_trust(viewer: &Viewer) -> Condition {
    use published_outcome::Column;
    let schools = || Scoped::<school::Entity>::of(viewer).values_of(school::Column::Urn);
    let predecessors = Scoped::<school_predecessor::Entity>::of(viewer).values_of(school_predecessor::Column::Urn);
    Condition::any()
        .add(Column::Urn.in_subquery(schools()))
        .add(Column::ConvertedUrn.in_subquery(schools()))
        .add(Column::Urn.in_subquery(predecessors))
}

/// The viewer's schools, by every number that figures of them were published under.
pub struct OwnSchools {
    by_urn: HashMap<i32, school::Model>,
    by_predecessor: HashMap<i32, school::Model>,
}

impl OwnSchools {
    /// Reads the schools that exist for the viewer.
    async fn read(db: &Db, viewer: &Viewer) -> Result<Self> {
        let schools = Scoped::<school::Entity>::of(viewer);
        let predecessors = Scoped::<school_predecessor::Entity>::of(viewer);
        // Where one school became several, the figures are those of the one that was made first.
        let predecessors = predecessors.order_by(school_predecessor::Column::SchoolId, Order::Desc);
        let (schools, predecessors) = tokio::try_join!(db.all(schools), db.all(predecessors))?;
        let by_id: HashMap<Uuid, &school::Model> = schools.iter().map(|school| (school.id, school)).collect();
        let by_predecessor = predecessors
            .into_iter()
            .filter_map(|row| Some((row.urn, school::Model::clone(by_id.get(&row.school_id)?))))
            .collect();
        Ok(Self { by_urn: schools.into_iter().map(|school| (school.urn, school)).collect(), by_predecessor })
    }

    /// The school that a row is about: by its number, by the academy it became, by what it was.
    pub fn of(&self, key: &PublishedKey) -> Option<&school::Model> {
        let converted = key.converted_urn.and_then(|urn| self.by_urn.get(&urn));
        self.by_urn.get(&key.urn).or(converted).or_else(|| self.by_predecessor.get(&key.urn))
    }
}
