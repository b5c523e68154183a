//! Reading published outcomes, and which of the viewer's schools they are of. Three statements,
//! however many years and schools.

use std::collections::HashMap;

use plumbline_entity::{published_outcome, school, school_predecessor};
use sea_orm::{ColumnTrait, Condition, Order};
use uuid::Uuid;

use super::types::{ComparedSchools, PublishedOutcomesWhere};
use crate::auth::Viewer;
use crate::db::{Db, Read, Scoped};
use crate::error::{Error, Result};

/// Most rows of one answer: more than any local authority has in ten years. All of England is
/// 16,000 a year, which nobody reads school by school.
const MOST_ROWS: u64 = 5_000;

/// The outcomes that a comparison is of, by name of the school.
pub(super) async fn outcomes(
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
    let mut found = db.all(rows.limit(MOST_ROWS + 1)).await?;
    if found.len() as u64 > MOST_ROWS {
        return Err(Error::bad_input(format!(
            "These are results of more than {MOST_ROWS} schools. Name a `localAuthority`, or fewer `academicYears`."
        )));
    }
    // Not by the database: the two do not sort names alike.
    found.sort_by(|one, other| (&one.school_name, one.urn).cmp(&(&other.school_name, other.urn)));
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
pub(super) struct OwnSchools {
    by_urn: HashMap<i32, school::Model>,
    by_predecessor: HashMap<i32, school::Model>,
}

impl OwnSchools {
    /// Reads the schools that exist for the viewer.
    pub(super) async fn of(db: &Db, viewer: &Viewer) -> Result<Self> {
        let schools = db.all(Scoped::<school::Entity>::of(viewer)).await?;
        let predecessors = Scoped::<school_predecessor::Entity>::of(viewer);
        // Where one school became several, the figures are those of the one that was made first.
        let predecessors = predecessors.order_by(school_predecessor::Column::SchoolId, Order::Desc);
        let by_id: HashMap<Uuid, &school::Model> = schools.iter().map(|school| (school.id, school)).collect();
        let by_predecessor = db.all(predecessors).await?.into_iter();
        let by_predecessor = by_predecessor
            .filter_map(|row| Some((row.urn, school::Model::clone(by_id.get(&row.school_id)?))))
            .collect();
        Ok(Self { by_urn: schools.into_iter().map(|school| (school.urn, school)).collect(), by_predecessor })
    }

    /// The school that an outcome is of: by its number, by the academy it became, by what it was.
    pub(super) fn of_outcome(&self, outcome: &published_outcome::Model) -> Option<&school::Model> {
        let converted = outcome.converted_urn.and_then(|urn| self.by_urn.get(&urn));
        self.by_urn.get(&outcome.urn).or(converted).or_else(|| self.by_predecessor.get(&outcome.urn))
    }
}
