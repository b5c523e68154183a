//! The cells: counts of pupils by class, window, subject, grade and pupil group, from which
//! comparisons are answered without touching a judgement.
//!
//! A cell is never counted up or down. As the last thing before its commit, a transaction counts the cells that it
//! touched anew from the judgements, so no slip can last. Whoever recounts the cells of a class holds its lock.
//! Otherwise two at once could each miss the other's rows.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::BoxFuture;
use plumbline_entity::{agreement_cell::AgreementBasis, judgement_cell::GroupAttribute};
use sea_orm::Value;
use uuid::Uuid;

use super::{cube::ATTRIBUTES, editions};
use crate::{
    db::{Touched, Tx},
    error::{Error, Result},
    planning,
    telemetry::counts,
};

/// The attributes by which cells are split (`a`): not at all, and by each attribute that groups pupils.
fn groups() -> String {
    let attributes = [GroupAttribute::All].into_iter().chain(ATTRIBUTES);
    let rows: Vec<String> = attributes.map(|attribute| format!("SELECT '{}' AS attribute", attribute.code())).collect();
    format!("CROSS JOIN ({}) a", rows.join(" UNION ALL "))
}

/// A pupil's value of an attribute in the year of a window (`w`), from the pupil (`p`) and their characteristics (`c`).
const fn value_of(attribute: GroupAttribute) -> &'static str {
    match attribute {
        GroupAttribute::All => "'ALL'",
        GroupAttribute::Sex => "p.sex",
        GroupAttribute::Disadvantaged => {
            "CASE WHEN c.id IS NULL THEN 'UNKNOWN' WHEN c.disadvantaged THEN 'YES' ELSE 'NO' END"
        }
        GroupAttribute::Sen => "COALESCE(c.sen, 'UNKNOWN')",
        GroupAttribute::Eal => {
            "CASE c.first_language WHEN 'ENGLISH' THEN 'NO' WHEN 'OTHER' THEN 'YES' ELSE 'UNKNOWN' END"
        }
    }
}

/// The value of the attribute `a`.
fn group_value() -> String {
    let when = |attribute: GroupAttribute| format!("WHEN '{}' THEN {}", attribute.code(), value_of(attribute));
    format!("CASE a.attribute {} ELSE {} END", ATTRIBUTES.map(when).join(" "), value_of(GroupAttribute::All))
}

/// The name of the column with a pupil's value of an attribute, in statements that read works one by one.
pub(super) fn column_of(attribute: GroupAttribute) -> String {
    attribute.code().to_lowercase()
}

const OF_PUPIL: &str = "
    JOIN assessment_window w ON w.id = j.window_id
    JOIN pupil p ON p.id = j.pupil_id
    LEFT JOIN pupil_characteristics c ON c.pupil_id = j.pupil_id AND c.academic_year_id = w.academic_year_id";

/// Counts current judgements; `condition` says which, over `j`.
fn count_judgements(condition: &str) -> String {
    let (groups, group_value) = (groups(), group_value());
    format!(
        "INSERT INTO judgement_cell (trust_id, window_id, subject_id, school_id, class_id, year_group, attribute,
                                     group_value, grade_id, pupils)
         SELECT j.trust_id, j.window_id, j.subject_id, j.school_id, j.class_id, j.year_group, a.attribute,
                {group_value} AS group_value, j.grade_id, COUNT(*)
         FROM judgement j {OF_PUPIL} {groups}
         WHERE j.is_current AND {condition}
         GROUP BY j.trust_id, j.window_id, j.subject_id, j.school_id, j.class_id, j.year_group, a.attribute,
                  group_value, j.grade_id"
    )
}

/// The sampled works (`s`) that were judged a second time or agreed on, each once for each grade with which its first one is
/// compared (`b.basis`): the agreed one, in whose place stands that of the earliest current second judgement (`m`) where none is
/// agreed; and that of the second judgement itself. Codes that are not grades never count.
fn moderated() -> String {
    let [agreed, blind] = [AgreementBasis::Agreed, AgreementBasis::BlindSecond].map(AgreementBasis::code);
    format!(
        "sampled_work s
         JOIN judgement j ON j.id = s.judgement_id {OF_PUPIL}
         LEFT JOIN moderation_outcome o ON o.work_id = s.id
         LEFT JOIN second_judgement m ON m.id = (SELECT n.id FROM second_judgement n WHERE n.work_id = s.id AND n.is_current
                                                 ORDER BY n.recorded_at, n.id LIMIT 1)
         JOIN grade first ON first.id = j.grade_id AND first.rank IS NOT NULL
         CROSS JOIN (SELECT '{agreed}' AS basis UNION ALL SELECT '{blind}') b
         JOIN grade second ON second.rank IS NOT NULL
           AND second.id = CASE b.basis WHEN '{agreed}' THEN COALESCE(o.agreed_grade_id, m.grade_id) ELSE m.grade_id END"
    )
}

/// Reads the moderated works of an exercise (`$1`), each with the groups of its pupil, once for each grade with which its first
/// one is compared; in the order of their ids. Editions are made from these.
pub(super) fn moderated_works() -> String {
    let groups = ATTRIBUTES.map(|attribute| format!("{} AS {}", value_of(attribute), column_of(attribute)));
    format!(
        "SELECT s.id AS work_id, s.school_id, s.class_id, s.year_group, {},
                b.basis, m.moderator_id, first.id AS first_grade_id, second.id AS moderated_grade_id
         FROM {} WHERE s.exercise_id = $1 ORDER BY s.id, b.basis",
        groups.join(", "),
        moderated()
    )
}

/// Counts moderated judgements; `condition` says which, over `s`, and `nobody` is the nil UUID in the words of the database.
fn count_moderated(condition: &str, nobody: &str) -> String {
    let (groups, group_value, moderated) = (groups(), group_value(), moderated());
    format!(
        "INSERT INTO agreement_cell (trust_id, exercise_id, window_id, subject_id, school_id, class_id, year_group,
                                     attribute, group_value, basis, moderator_id, first_grade_id, moderated_grade_id, pupils)
         SELECT s.trust_id, s.exercise_id, j.window_id, j.subject_id, s.school_id, s.class_id, s.year_group,
                a.attribute, {group_value} AS group_value, b.basis, COALESCE(m.moderator_id, {nobody}), first.id, second.id,
                COUNT(*)
         FROM {moderated}
         {groups}
         WHERE {condition}
         GROUP BY s.trust_id, s.exercise_id, j.window_id, j.subject_id, s.school_id, s.class_id, s.year_group,
                  a.attribute, group_value, b.basis, m.moderator_id, first.id, second.id"
    )
}

/// Nobody, as a moderator: the nil UUID as the database writes it.
fn nobody(tx: &Tx) -> &'static str {
    if tx.is_postgres() { "'00000000-0000-0000-0000-000000000000'::uuid" } else { "zeroblob(16)" }
}

/// What of a class is counted anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cells {
    /// All that is kept of it.
    All,
    /// Judgements of a window and subject.
    Judgements { window: Uuid, subject: Uuid },
    /// What was moderated in an exercise.
    Moderated { exercise: Uuid },
}

/// Recounts the cells that a transaction touched. The [policies](crate::db::Policy::counted) of the tables say which
/// those are. [`Db::connect`](crate::db::Db::connect) is given this function.
pub fn settle(tx: &Tx, touched: BTreeSet<Touched>) -> BoxFuture<'_, Result<()>> {
    Box::pin(async move {
        let mut by_class: BTreeMap<Uuid, BTreeSet<Cells>> = BTreeMap::new();
        let (mut works, mut exercises) = (Vec::new(), Vec::new());
        let (of_coverage, touched): (Vec<_>, Vec<_>) =
            touched.into_iter().partition(|touched| planning::cells::TABLES.contains(&touched.table));
        for Touched { table, ids } in touched {
            match (table, ids.as_slice()) {
                ("judgement", [class, window, subject]) => {
                    let cells = Cells::Judgements { window: *window, subject: *subject };
                    by_class.entry(*class).or_default().insert(cells);
                }
                ("second_judgement" | "moderation_outcome", [work]) => works.push(*work),
                ("sampled_work", [class, exercise]) => {
                    by_class.entry(*class).or_default().insert(Cells::Moderated { exercise: *exercise });
                }
                ("pupil" | "pupil_characteristics", [pupil]) => {
                    for class in classes_of(tx, *pupil).await? {
                        by_class.entry(class).or_default().insert(Cells::All);
                    }
                }
                ("moderation_exercise", [exercise]) => exercises.push(*exercise),
                _ => return Err(Error::internal(format!("no kept figure is known to count rows of {table}"))),
            }
        }
        for (class, exercise) in exercises_of(tx, &works).await? {
            by_class.entry(class).or_default().insert(Cells::Moderated { exercise });
        }
        // In the order of their ids, so that two transactions never wait for each other.
        for (class, cells) in by_class {
            tx.lock(&format!("cells {class}")).await?;
            counts::CELLS_COUNTED.add_one();
            let all = cells.contains(&Cells::All);
            for cells in if all { BTreeSet::from([Cells::All]) } else { cells } {
                recount(tx, class, cells).await?;
            }
        }
        for exercise in exercises {
            editions::make_if_released(tx, exercise).await?;
        }
        planning::cells::settle(tx, &of_coverage).await
    })
}

async fn recount(tx: &Tx, class: Uuid, cells: Cells) -> Result<()> {
    match cells {
        Cells::All => recount_class(tx, class).await?,
        Cells::Judgements { window, subject } => {
            let which = "class_id = $1 AND window_id = $2 AND subject_id = $3";
            let values: [Value; 3] = [class.into(), window.into(), subject.into()];
            tx.run(&format!("DELETE FROM judgement_cell WHERE {which}"), values.clone()).await?;
            let which = "j.class_id = $1 AND j.window_id = $2 AND j.subject_id = $3";
            tx.run(&count_judgements(which), values).await?;
        }
        Cells::Moderated { exercise } => {
            let values: [Value; 2] = [class.into(), exercise.into()];
            tx.run("DELETE FROM agreement_cell WHERE class_id = $1 AND exercise_id = $2", values.clone()).await?;
            tx.run(&count_moderated("s.class_id = $1 AND s.exercise_id = $2", nobody(tx)), values).await?;
        }
    }
    Ok(())
}

/// The classes and exercises of some works. A statement takes as many works as both databases bind.
async fn exercises_of(tx: &Tx, works: &[Uuid]) -> Result<BTreeSet<(Uuid, Uuid)>> {
    const AT_ONCE: usize = 1_000;
    #[derive(sea_orm::FromQueryResult)]
    struct Work {
        class_id: Uuid,
        exercise_id: Uuid,
    }
    let mut found = BTreeSet::new();
    for works in works.chunks(AT_ONCE) {
        let marks: Vec<String> = (1..=works.len()).map(|at| format!("${at}")).collect();
        let sql = format!("SELECT DISTINCT class_id, exercise_id FROM sampled_work WHERE id IN ({})", marks.join(", "));
        let rows: Vec<Work> = tx.select(&sql, works.iter().map(|work| (*work).into())).await?;
        found.extend(rows.into_iter().map(|work| (work.class_id, work.exercise_id)));
    }
    Ok(found)
}

async fn recount_class(tx: &Tx, class: Uuid) -> Result<()> {
    tx.run("DELETE FROM judgement_cell WHERE class_id = $1", [class.into()]).await?;
    tx.run(&count_judgements("j.class_id = $1"), [class.into()]).await?;
    tx.run("DELETE FROM agreement_cell WHERE class_id = $1", [class.into()]).await?;
    tx.run(&count_moderated("s.class_id = $1", nobody(tx)), [class.into()]).await?;
    Ok(())
}

/// The classes in which judgements of a pupil were made or are being made. A class in which the pupil is enrolled is
/// recounted, and so locked, even if its first judgement of the pupil is not committed yet.
async fn classes_of(tx: &Tx, pupil: Uuid) -> Result<Vec<Uuid>> {
    #[derive(sea_orm::FromQueryResult)]
    struct Class {
        class_id: Uuid,
    }
    let sql = "SELECT DISTINCT class_id FROM judgement WHERE pupil_id = $1 AND is_current
               UNION SELECT class_id FROM enrolment WHERE pupil_id = $1
               UNION SELECT s.class_id FROM sampled_work s JOIN judgement j ON j.id = s.judgement_id WHERE j.pupil_id = $1";
    let classes: Vec<Class> = tx.select(sql, [pupil.into()]).await?;
    Ok(classes.into_iter().map(|class| class.class_id).collect())
}

/// Counts all cells of a trust anew, those of coverage too: after a bulk load, and as the oracle of the tests.
///
/// # Errors
/// The database failed.
pub async fn rebuild(tx: &Tx, trust: Uuid) -> Result<()> {
    tx.all_is_counted();
    if tx.is_postgres() {
        // Two million cells of 1.7 million judgements took 60 s sorted on disk, 20 s in memory.
        tx.run("SET LOCAL work_mem = '128MB'", []).await?;
    }
    tx.run("DELETE FROM judgement_cell WHERE trust_id = $1", [trust.into()]).await?;
    tx.run(&count_judgements("j.trust_id = $1"), [trust.into()]).await?;
    tx.run("DELETE FROM agreement_cell WHERE trust_id = $1", [trust.into()]).await?;
    tx.run(&count_moderated("s.trust_id = $1", nobody(tx)), [trust.into()]).await?;
    if tx.is_postgres() {
        tx.run("SET LOCAL work_mem TO DEFAULT", []).await?;
    }
    planning::cells::rebuild(tx, trust).await
}
