//! Writing published outcomes: what is new, and what differs.

use std::collections::{BTreeSet, HashMap};

use chrono::Utc;
use plumbline_entity::{audit_entry::AuditKind, published_outcome, published_outcome::Ks2Measure};
use sea_orm::{ActiveModelTrait, ColumnTrait, IntoActiveModel};
use uuid::Uuid;

use super::{ImportedFile, SchoolResults, YearTable};
use crate::audit::{self, Entry};
use crate::db::{Db, Importing, Read, Reason};
use crate::error::Result;
use crate::mis::report::Tally;

/// What a published outcome is known by: school, academic year, measure.
type Key = (i32, i16, Ks2Measure);

/// Writes what is new or differs, in one transaction.
pub(super) async fn store(db: &Db, tables: &[YearTable]) -> Result<Vec<ImportedFile>> {
    // Published figures belong to no trust.
    let permit = Importing.permit::<published_outcome::Entity>(Uuid::nil());
    let tx = db.begin().await?;
    tx.lock("plumbline import").await?;
    let years: BTreeSet<i16> = tables.iter().map(|table| table.year).collect();
    let of_years = published_outcome::Column::Year.is_in(years);
    let known = tx.all(Importing.of::<published_outcome::Entity>().filter(of_years).rows()).await?;
    let mut known: HashMap<Key, published_outcome::Model> =
        known.into_iter().map(|outcome| ((outcome.urn, outcome.year, outcome.measure), outcome)).collect();
    let (mut new, mut changed, mut files) = (Vec::new(), Vec::new(), Vec::new());
    for table in tables {
        let mut tally = Tally::default();
        for outcome in table.schools.iter().flat_map(|school| outcomes(school, table.year)) {
            match known.remove(&(outcome.urn, outcome.year, outcome.measure)) {
                None => {
                    tally.created += 1;
                    new.push(outcome.into_active_model().reset_all());
                }
                Some(current) => {
                    let wanted = published_outcome::Model { id: current.id, ..outcome };
                    if wanted == current {
                        tally.unchanged += 1;
                    } else {
                        tally.updated += 1;
                        changed.push(wanted.into_active_model().reset_all());
                    }
                }
            }
        }
        let (file, schools) = (table.file.clone(), table.schools.len());
        files.push(ImportedFile { file, year: table.year, schools, results: tally });
    }
    tx.insert_many(&permit, new).await?;
    tx.rewrite_many(&permit, changed).await?;
    audit::commit(tx, Entry::at_console(AuditKind::Import, None, "import ks2", Utc::now())).await?;
    Ok(files)
}

/// The rows of a school, with ids of their own.
fn outcomes(school: &SchoolResults, year: i16) -> impl Iterator<Item = published_outcome::Model> + '_ {
    school.results.iter().map(move |(measure, result)| published_outcome::Model {
        id: Uuid::now_v7(),
        urn: school.urn,
        converted_urn: school.converted_urn,
        la_code: school.la_code,
        school_name: school.name.clone(),
        special: school.special,
        year,
        measure: *measure,
        eligible: school.eligible,
        percentage: result.percentage,
        status: result.status,
        instead: result.instead,
    })
}
