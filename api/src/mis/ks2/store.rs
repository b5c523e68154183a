//! Writing published outcomes: what is new, and what differs.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::Utc;
use plumbline_entity::{audit_entry::AuditKind, published_outcome, published_outcome::Ks2Measure};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, FromQueryResult, IntoActiveModel, Order, QuerySelect};
use uuid::Uuid;

use super::{ImportedFile, SchoolResults, YearTable, named_year};
use crate::audit::{self, Entry};
use crate::db::{Db, Importing, Read, Reason};
use crate::error::Result;
use crate::mis::report::{Report, Spot, Tally};

/// What a published outcome is known by: school, academic year, measure.
type Key = (i32, i16, Ks2Measure);

/// Writes what is new or differs, in one transaction.
pub(super) async fn store(db: &Db, tables: &[YearTable], report: &mut Report) -> Result<Vec<ImportedFile>> {
    // Published figures belong to no trust.
    let permit = Importing.permit::<published_outcome::Entity>(Uuid::nil());
    let tx = db.begin().await?;
    tx.lock("plumbline import").await?;
    let years: BTreeSet<i16> = tables.iter().map(|table| table.year).collect();
    let of_years = published_outcome::Column::Year.is_in(years);
    let known = tx.all(Importing.of::<published_outcome::Entity>().filter(of_years).rows()).await?;
    let mut known: HashMap<Key, published_outcome::Model> =
        known.into_iter().map(|outcome| ((outcome.urn, outcome.year, outcome.measure), outcome)).collect();
    let authorities: BTreeSet<(i16, i16)> =
        tables.iter().flat_map(|table| table.schools.iter().map(|school| (table.year, school.la_code))).collect();
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
    // What is known already of the local authorities in the files, and in none of the files.
    let mut missing: BTreeMap<(i16, i16), BTreeSet<i32>> = BTreeMap::new();
    for outcome in known.values() {
        missing.entry((outcome.year, outcome.la_code)).or_default().insert(outcome.urn);
    }
    for ((year, la_code), urns) in missing.into_iter().filter(|(place, _)| authorities.contains(place)) {
        let of_place =
            |table: &&YearTable| table.year == year && table.schools.iter().any(|school| school.la_code == la_code);
        let file = tables.iter().find(of_place).map_or("", |table| table.file.as_str());
        let (count, example) = (urns.len(), urns.first().copied().unwrap_or_default());
        let schools = if count == 1 { "school" } else { "schools" };
        let message = format!(
            "{count} {schools} of local authority {la_code}, such as {example}, were imported for {} before and are not in it: it may be cut \
             short. What is known of them stays; `plumbline import forget` takes it away.",
            named_year(year)
        );
        report.warn(Spot::file(file), message);
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

/// What is kept of an academic year and a local authority.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Kept {
    /// The academic year, by its start: 2018 is 2018/19.
    pub year: i16,
    /// The local authority.
    pub la_code: i16,
    /// How many schools.
    pub schools: i64,
    /// How many results, ten for each school.
    pub results: i64,
}

/// What is kept of published results, the latest year first.
///
/// # Errors
/// The database failed.
pub async fn kept(db: &Db) -> Result<Vec<Kept>> {
    use published_outcome::Column as C;
    let mut kept = db
        .figures(Importing.of::<published_outcome::Entity>().aggregate::<Kept>(|select| {
            select
                .columns([C::Year, C::LaCode])
                .column_as(Expr::col(C::Urn).count_distinct(), "schools")
                .column_as(C::Id.count(), "results")
                .group_by(C::Year)
                .group_by(C::LaCode)
        }))
        .await?;
    kept.sort_by_key(|kept| (-kept.year, kept.la_code));
    Ok(kept)
}

/// Takes back what was imported of an academic year, of all schools or of one local authority. Returns how many results that were.
///
/// # Errors
/// The database failed; nothing was changed then.
pub async fn forget(db: &Db, year: i16, la_code: Option<i16>) -> Result<usize> {
    let permit = Importing.permit::<published_outcome::Entity>(Uuid::nil());
    let tx = db.begin().await?;
    tx.lock("plumbline import").await?;
    let which = Condition::all()
        .add(published_outcome::Column::Year.eq(year))
        .add_option(la_code.map(|code| published_outcome::Column::LaCode.eq(code)));
    let rows = Importing.of::<published_outcome::Entity>().filter(which).rows();
    let rows = tx.all(rows.order_by(published_outcome::Column::Id, Order::Asc).to_change()).await?;
    if rows.is_empty() {
        return Ok(0);
    }
    tx.erase(&permit, &rows).await?;
    audit::commit(tx, Entry::at_console(AuditKind::Import, None, "import forget", Utc::now())).await?;
    Ok(rows.len())
}
