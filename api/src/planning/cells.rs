//! The cells of coverage: how many objectives of a class were intended, planned and taught, by subject, year group, strand and
//! category.
//!
//! As those of comparisons, they are never counted up or down: the last thing before its commit, a transaction counts what it touched
//! anew (docs/adr/0003-cells-follow-at-commit.md). Whoever counts a subject of a school holds its lock, and nothing is looked up before
//! it is known that no class, year or version of the trust changes meanwhile: see `hold`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use plumbline_entity::{curriculum_version, curriculum_version::CurriculumStatus};
use sea_orm::{FromQueryResult, Value};
use uuid::Uuid;

use super::rules::terms;
use crate::{
    curriculum::rules::in_force::in_force,
    db::{Touched, Tx},
    error::{Error, Result},
};

/// What is counted anew: a subject in the classes of a school in an academic year, or in one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Part {
    school: Uuid,
    subject: Uuid,
    academic_year: Uuid,
    class: Option<Uuid>,
}

/// The tables whose rows these cells count.
pub const TABLES: [&str; 7] =
    ["plan", "plan_objective", "plan_step", "taught_objective", "curriculum_version", "class", "academic_year"];

/// Those of them that say what there is to count: which classes, in which years, by which versions.
const FRAME: [&str; 3] = ["curriculum_version", "class", "academic_year"];

/// Nothing is looked up before this is held: alone by whoever changed the frame, else beside others. Without it, who opens a class and
/// who publishes a version at the same time would each not see the other's row, and nobody would count the class by the version.
async fn hold(tx: &Tx, alone: bool) -> Result<()> {
    const FRAME_OF_COVERAGE: &str = "frame of coverage";
    if alone { tx.lock(FRAME_OF_COVERAGE).await } else { tx.lock_shared(FRAME_OF_COVERAGE).await }
}

/// A statement that counts the cells of some classes. `$1` is the version of the curriculum, `$2` the last day of the autumn term, `$3`
/// that of the spring term; `which` says which classes (`c`).
///
/// What was planned or taught counts for an objective if it names the objective by its key; or by the key of the trust's objective for
/// which it stands, from when the school followed that; or if it stood for this one of the trust's, from when the school had its own.
fn count(which: &str) -> String {
    let met = |rows: &str, values: &str| {
        format!(
            "SELECT o.id AS objective_id, {values} FROM o JOIN {rows} r ON r.objective_key = o.key
             UNION ALL
             SELECT o.id, {values} FROM o JOIN {rows} r ON r.objective_key = o.stands_for
             UNION ALL
             SELECT o.id, {values} FROM o JOIN {rows} r ON r.core_key = o.key AND r.objective_key <> r.core_key"
        )
    };
    let taught = met("t", "r.class_id, r.taught_on, r.depth");
    let planned = met("p", "r.class_id");
    format!(
        "INSERT INTO coverage_cell (class_id, subject_id, year_group, strand, category, trust_id, academic_year_id, school_id,
           intended, planned, taught, planned_not_taught, revisited, secure, autumn, spring, summer)
         WITH c AS (SELECT c.* FROM class c WHERE {which}),
         o AS (SELECT o.* FROM objective o WHERE o.curriculum_version_id = $1),
         t AS (SELECT t.* FROM taught_objective t JOIN c ON c.id = t.class_id WHERE t.is_current),
         p AS (SELECT c.id AS class_id, po.objective_key, po.core_key FROM c
               JOIN plan ON plan.school_id = c.school_id AND plan.academic_year_id = c.academic_year_id
                 AND plan.lowest_year_group <= c.highest_year_group AND plan.highest_year_group >= c.lowest_year_group
               JOIN plan_objective po ON po.plan_id = plan.id
               WHERE NOT EXISTS (SELECT 1 FROM plan_step s WHERE s.plan_id = plan.id AND s.class_id = c.id
                                 AND s.outcome = 'PASSED_OVER')),
         taught AS (SELECT m.class_id, m.objective_id, COUNT(DISTINCT m.taught_on) AS days, MIN(m.taught_on) AS first_on,
                      MAX(CASE WHEN m.depth = 'SECURE' THEN 1 ELSE 0 END) AS secure
                    FROM ({taught}) m GROUP BY m.class_id, m.objective_id),
         planned AS (SELECT DISTINCT m.class_id, m.objective_id FROM ({planned}) m),
         each_one AS (SELECT c.id AS class_id, o.subject_id, o.strand, o.category, c.trust_id, c.academic_year_id, c.school_id,
             CASE WHEN o.lowest_year_group < c.lowest_year_group THEN c.lowest_year_group ELSE o.lowest_year_group END AS year_group,
             CASE WHEN planned.class_id IS NULL THEN 0 ELSE 1 END AS planned,
             CASE WHEN taught.class_id IS NULL THEN 0 ELSE 1 END AS taught,
             CASE WHEN taught.days > 1 THEN 1 ELSE 0 END AS revisited,
             COALESCE(taught.secure, 0) AS secure,
             CASE WHEN taught.first_on <= $2 THEN 1 ELSE 0 END AS autumn,
             CASE WHEN taught.first_on > $2 AND taught.first_on <= $3 THEN 1 ELSE 0 END AS spring,
             CASE WHEN taught.first_on > $3 THEN 1 ELSE 0 END AS summer
           FROM c JOIN o ON o.lowest_year_group <= c.highest_year_group AND o.highest_year_group >= c.lowest_year_group
           LEFT JOIN taught ON taught.class_id = c.id AND taught.objective_id = o.id
           LEFT JOIN planned ON planned.class_id = c.id AND planned.objective_id = o.id)
         SELECT class_id, subject_id, year_group, strand, category, trust_id, academic_year_id, school_id,
           COUNT(*), SUM(planned), SUM(taught), SUM(planned * (1 - taught)), SUM(revisited), SUM(secure),
           SUM(autumn), SUM(spring), SUM(summer)
         FROM each_one
         GROUP BY class_id, subject_id, year_group, strand, category, trust_id, academic_year_id, school_id"
    )
}

/// Counts what a transaction touched of [`TABLES`] and of classes anew.
///
/// # Errors
/// The database failed.
pub async fn settle(tx: &Tx, touched: &[Touched]) -> Result<()> {
    if touched.is_empty() {
        return Ok(());
    }
    hold(tx, touched.iter().any(|touched| FRAME.contains(&touched.table))).await?;
    let mut parts = BTreeSet::new();
    for Touched { table, ids } in touched {
        match (*table, ids.as_slice()) {
            ("plan" | "plan_objective", [school, academic_year, subject]) => {
                parts.insert(Part { school: *school, subject: *subject, academic_year: *academic_year, class: None });
            }
            ("plan_step", [plan, class]) => parts.extend(part_of_plan(tx, *plan, *class).await?),
            ("taught_objective", [class, subject]) => parts.extend(part_of_class(tx, *class, *subject).await?),
            ("curriculum_version", [version]) => parts.extend(parts_of_version(tx, *version).await?),
            ("academic_year", [year]) => parts.extend(parts_of_year(tx, *year).await?),
            ("class", [class]) => parts.extend(parts_of_class(tx, *class).await?),
            _ => return Err(Error::internal(format!("no cell of coverage is known to count rows of {table}"))),
        }
    }
    recount(tx, parts).await
}

#[derive(FromQueryResult)]
struct PartRow {
    school_id: Uuid,
    subject_id: Uuid,
    academic_year_id: Uuid,
}

impl PartRow {
    const fn part(&self, class: Option<Uuid>) -> Part {
        Part { school: self.school_id, subject: self.subject_id, academic_year: self.academic_year_id, class }
    }
}

async fn part_of_plan(tx: &Tx, plan: Uuid, class: Uuid) -> Result<Vec<Part>> {
    let sql = "SELECT school_id, subject_id, academic_year_id FROM plan WHERE id = $1";
    let rows: Vec<PartRow> = tx.select(sql, [plan.into()]).await?;
    Ok(rows.iter().map(|row| row.part(Some(class))).collect())
}

async fn part_of_class(tx: &Tx, class: Uuid, subject: Uuid) -> Result<Vec<Part>> {
    let sql = "SELECT c.school_id, s.id AS subject_id, c.academic_year_id FROM class c JOIN subject s ON s.id = $2 WHERE c.id = $1";
    let rows: Vec<PartRow> = tx.select(sql, [class.into(), subject.into()]).await?;
    Ok(rows.iter().map(|row| row.part(Some(class))).collect())
}

/// Of a class all subjects that there is something to teach by, and those of which cells are kept: of one that is removed, these alone. No
/// cell is touched before the lock of its subject is held, or two who count would wait for each other.
async fn parts_of_class(tx: &Tx, class: Uuid) -> Result<Vec<Part>> {
    let sql = "SELECT DISTINCT c.school_id, v.subject_id, c.academic_year_id FROM class c
               JOIN curriculum_version v ON v.trust_id = c.trust_id WHERE c.id = $1
               UNION SELECT school_id, subject_id, academic_year_id FROM coverage_cell WHERE class_id = $1";
    let rows: Vec<PartRow> = tx.select(sql, [class.into()]).await?;
    Ok(rows.iter().map(|row| row.part(Some(class))).collect())
}

async fn parts_of_year(tx: &Tx, year: Uuid) -> Result<Vec<Part>> {
    let sql = "SELECT DISTINCT c.school_id, v.subject_id, c.academic_year_id FROM class c
               JOIN curriculum_version v ON v.trust_id = c.trust_id WHERE c.academic_year_id = $1";
    let rows: Vec<PartRow> = tx.select(sql, [year.into()]).await?;
    Ok(rows.iter().map(|row| row.part(None)).collect())
}

/// A version that is no draft is what the classes of the years are held against that have not ended before it came.
async fn parts_of_version(tx: &Tx, version: Uuid) -> Result<Vec<Part>> {
    let sql = format!(
        "SELECT DISTINCT c.school_id, v.subject_id, c.academic_year_id FROM curriculum_version v
         JOIN class c ON c.trust_id = v.trust_id AND (v.school_id IS NULL OR v.school_id = c.school_id)
         JOIN academic_year y ON y.id = c.academic_year_id
         WHERE v.id = $1 AND v.status <> '{}' AND y.ends_on >= v.current_from",
        CurriculumStatus::Draft.code()
    );
    let rows: Vec<PartRow> = tx.select(&sql, [version.into()]).await?;
    Ok(rows.iter().map(|row| row.part(None)).collect())
}

#[derive(FromQueryResult)]
struct Year {
    id: Uuid,
    starts_on: NaiveDate,
    ends_on: NaiveDate,
}

/// The academic years and versions of a trust that parts are counted by.
struct Frame {
    years: HashMap<Uuid, Year>,
    versions: HashMap<Uuid, Vec<curriculum_version::Model>>,
}

impl Frame {
    /// Of all subjects, or of one.
    async fn of(tx: &Tx, trust: &str, of: Uuid) -> Result<Self> {
        let years: Vec<Year> = tx
            .select(&format!("SELECT id, starts_on, ends_on FROM academic_year WHERE trust_id = {trust}"), [of.into()])
            .await?;
        let sql = format!(
            "SELECT * FROM curriculum_version WHERE trust_id = {trust} AND status <> '{}'",
            CurriculumStatus::Draft.code()
        );
        let rows: Vec<curriculum_version::Model> = tx.select(&sql, [of.into()]).await?;
        let mut versions: HashMap<Uuid, Vec<curriculum_version::Model>> = HashMap::new();
        for row in rows {
            versions.entry(row.subject_id).or_default().push(row);
        }
        Ok(Self { years: years.into_iter().map(|year| (year.id, year)).collect(), versions })
    }

    /// The values that [`count`] takes for a subject of a school in a year; `None` where nothing is intended.
    fn values(&self, school: Uuid, subject: Uuid, academic_year: Uuid) -> Option<[Value; 3]> {
        let year = self.years.get(&academic_year)?;
        let version = in_force(self.versions.get(&subject)?, school, year.ends_on)?;
        let (autumn, spring) = terms::ends_of_terms(year.starts_on);
        Some([version.id.into(), autumn.into(), spring.into()])
    }
}

async fn recount(tx: &Tx, parts: BTreeSet<Part>) -> Result<()> {
    // A part without a class is all of its classes.
    let whole = |part: &Part| parts.contains(&Part { class: None, ..*part });
    let wanted: Vec<Part> = parts.iter().filter(|part| part.class.is_none() || !whole(part)).copied().collect();
    let Some(first) = wanted.first() else { return Ok(()) };
    let frame = Frame::of(tx, "(SELECT trust_id FROM school WHERE id = $1)", first.school).await?;
    let mut held = None;
    for part in wanted {
        // In the order of their ids, so that two transactions never wait for each other.
        if held != Some((part.school, part.subject)) {
            tx.lock(&format!("coverage {} {}", part.school, part.subject)).await?;
            held = Some((part.school, part.subject));
        }
        let which = "school_id = $1 AND subject_id = $2 AND academic_year_id = $3";
        let mut these: Vec<Value> = vec![part.school.into(), part.subject.into(), part.academic_year.into()];
        let only = if part.class.is_some() { " AND class_id = $4" } else { "" };
        these.extend(part.class.map(Value::from));
        tx.run(&format!("DELETE FROM coverage_cell WHERE {which}{only}"), these).await?;
        let Some(values) = frame.values(part.school, part.subject, part.academic_year) else { continue };
        let only = if part.class.is_some() { " AND c.id = $6" } else { "" };
        let sql = count(&format!("c.school_id = $4 AND c.academic_year_id = $5{only}"));
        let values = values.into_iter().chain([part.school.into(), part.academic_year.into()]);
        tx.run(&sql, values.chain(part.class.map(Value::from))).await?;
    }
    Ok(())
}

/// Counts all cells of coverage of a trust anew: after a bulk load, and as the oracle of the tests. The schools that teach by the same
/// version in a year are counted by one statement.
///
/// # Errors
/// The database failed.
pub async fn rebuild(tx: &Tx, trust: Uuid) -> Result<()> {
    #[derive(FromQueryResult)]
    struct School {
        id: Uuid,
    }
    hold(tx, true).await?;
    tx.run("DELETE FROM coverage_cell WHERE trust_id = $1", [trust.into()]).await?;
    let frame = Frame::of(tx, "$1", trust).await?;
    let schools: Vec<School> =
        tx.select("SELECT id FROM school WHERE trust_id = $1 ORDER BY id", [trust.into()]).await?;
    let subjects: BTreeSet<Uuid> = frame.versions.keys().copied().collect();
    for year in frame.years.values() {
        let mut by_version: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
        for subject in &subjects {
            for school in &schools {
                let versions = frame.versions.get(subject).map(Vec::as_slice).unwrap_or_default();
                let Some(version) = in_force(versions, school.id, year.ends_on) else { continue };
                by_version.entry(version.id).or_default().push(school.id);
            }
        }
        let (autumn, spring) = terms::ends_of_terms(year.starts_on);
        for (version, schools) in by_version {
            let marks: Vec<String> = (5..5 + schools.len()).map(|at| format!("${at}")).collect();
            let sql = count(&format!("c.academic_year_id = $4 AND c.school_id IN ({})", marks.join(", ")));
            let first: [Value; 4] = [version.into(), autumn.into(), spring.into(), year.id.into()];
            tx.run(&sql, first.into_iter().chain(schools.into_iter().map(Value::from))).await?;
        }
    }
    Ok(())
}
