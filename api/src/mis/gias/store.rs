//! Writing a trust and its schools: what is new, and what differs.

use std::collections::{BTreeSet, HashMap};

use chrono::Utc;
use plumbline_entity::{audit_entry::AuditKind, phase, school, school_predecessor, trust, year_group::YearGroup};
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use uuid::Uuid;

use super::{Establishment, TrustSchools};
use crate::audit::{self, Entry};
use crate::db::{Db, Importing, Read, Reason, Tx};
use crate::error::{Error, Result};
use crate::mis::nearest::plain;
use crate::mis::report::Tally;
use crate::rulebook::Ruled;

/// What was done.
pub(super) struct Stored {
    pub(super) trust: String,
    pub(super) trust_created: bool,
    pub(super) schools: Tally,
    /// Schools that are kept but were not in the file, as `138764 Danetree Primary School`.
    pub(super) left: Vec<String>,
}

/// The phases that a new trust gets: those of the primary curriculum.
const PHASES: [(&str, YearGroup, YearGroup); 4] = [
    ("Early Years Foundation Stage", YearGroup::Nursery1, YearGroup::Reception),
    ("Key Stage 1", YearGroup::Year1, YearGroup::Year2),
    ("Lower Key Stage 2", YearGroup::Year3, YearGroup::Year4),
    ("Upper Key Stage 2", YearGroup::Year5, YearGroup::Year6),
];

/// Writes what is new or differs, in one transaction.
pub(super) async fn store(db: &Db, found: &TrustSchools) -> Result<Stored> {
    let tx = db.begin().await?;
    tx.lock("plumbline import").await?;
    let known = tx.all(Importing.of::<trust::Entity>().rows()).await?;
    let known = known.into_iter().find(|trust| plain(&trust.name) == plain(&found.trust));
    let trust_created = known.is_none();
    let trust = match known {
        Some(trust) => trust,
        None => create_trust(&tx, &found.trust).await?,
    };
    let writing = Writing { tx: &tx, trust: trust.id };
    let (schools, left) = writing.schools(found).await?;
    let entry = Entry::at_console(AuditKind::Import, Some(trust.id), "import gias", Utc::now());
    audit::commit(tx, entry).await?;
    Ok(Stored { trust: trust.name, trust_created, schools, left })
}

async fn create_trust(tx: &Tx, name: &str) -> Result<trust::Model> {
    let id = Uuid::now_v7();
    let row = kept(trust::Model { id, name: name.to_owned(), version: 1 })?;
    let created = tx.insert(&Importing.permit(id), row.into_active_model().reset_all()).await?;
    let phases = PHASES.iter().map(|(name, lowest, highest)| phase::Model {
        id: Uuid::now_v7(),
        trust_id: id,
        name: (*name).to_owned(),
        lowest_year_group: *lowest,
        highest_year_group: *highest,
        version: 1,
    });
    let phases = phases.map(|phase| Ok(kept(phase)?.into_active_model().reset_all())).collect::<Result<_>>()?;
    tx.insert_many(&Importing.permit::<phase::Entity>(id), phases).await?;
    Ok(created)
}

/// A row that follows the rules. Its cells were checked as they were read: where it does not follow them all the same, that
/// is a fault of ours.
fn kept<R: Ruled>(row: R) -> Result<R> {
    row.checked(()).map_err(Error::internal)
}

struct Writing<'a> {
    tx: &'a Tx,
    trust: Uuid,
}

impl Writing<'_> {
    async fn schools(&self, found: &TrustSchools) -> Result<(Tally, Vec<String>)> {
        let of_trust = school::COLUMN.trust_id.eq(self.trust);
        let known = self.tx.all(Importing.of::<school::Entity>().filter(of_trust).rows().to_change()).await?;
        let mut known: HashMap<i32, school::Model> = known.into_iter().map(|school| (school.urn, school)).collect();
        let predecessors = self.predecessors().await?;
        let (mut tally, mut new_schools, mut new_predecessors) = (Tally::default(), Vec::new(), Vec::new());
        for establishment in found.schools.values() {
            let current = known.remove(&establishment.school.urn);
            let id = current.as_ref().map_or_else(Uuid::now_v7, |school| school.id);
            let unknown = establishment.predecessors.iter().filter(|urn| !predecessors.contains(&(id, **urn)));
            let before = new_predecessors.len();
            new_predecessors.extend(unknown.map(|urn| school_predecessor::Model {
                school_id: id,
                urn: *urn,
                trust_id: self.trust,
            }));
            match current {
                None => {
                    tally.created += 1;
                    new_schools.push(self.row(establishment, id, 1)?.into_active_model().reset_all());
                }
                Some(school) if self.rewrite(&school, establishment).await? || new_predecessors.len() > before => {
                    tally.updated += 1;
                }
                Some(_) => tally.unchanged += 1,
            }
        }
        self.tx.insert_many(&Importing.permit::<school::Entity>(self.trust), new_schools).await?;
        let new_predecessors = new_predecessors.into_iter().map(|row| Ok(kept(row)?.into_active_model().reset_all()));
        let new_predecessors = new_predecessors.collect::<Result<_>>()?;
        self.tx.insert_many(&Importing.permit::<school_predecessor::Entity>(self.trust), new_predecessors).await?;
        let mut left: Vec<String> =
            known.into_values().map(|school| format!("{} {}", school.urn, school.name)).collect();
        left.sort_unstable();
        Ok((tally, left))
    }

    /// What is known of the history of the trust's schools. It only grows: figures may have been
    /// matched by it.
    async fn predecessors(&self) -> Result<BTreeSet<(Uuid, i32)>> {
        let of_trust = school_predecessor::COLUMN.trust_id.eq(self.trust);
        let known = self.tx.all(Importing.of::<school_predecessor::Entity>().filter(of_trust).rows()).await?;
        Ok(known.into_iter().map(|row| (row.school_id, row.urn)).collect())
    }

    /// Brings a school up to date; whether there was anything to change.
    async fn rewrite(&self, current: &school::Model, establishment: &Establishment) -> Result<bool> {
        let wanted = self.row(establishment, current.id, current.version)?;
        if wanted == *current {
            return Ok(false);
        }
        let (version, changes) = (current.version, wanted.into_active_model().reset_all());
        let permit = Importing.permit::<school::Entity>(self.trust);
        let updated = self.tx.update(&permit, current.clone(), version, changes).await?;
        updated.map_err(|_| Error::internal("a school changed while its trust was imported"))?;
        Ok(true)
    }

    fn row(&self, establishment: &Establishment, id: Uuid, version: i32) -> Result<school::Model> {
        kept(school::Model { id, trust_id: self.trust, version, ..establishment.school.clone() })
    }
}
