//! Curricula that are published: how their columns are read. docs/curriculum.md shows the same.

use std::collections::HashMap;

use plumbline_entity::{objective::ObjectiveCategory, year_group::YearGroup};

use super::{Line, read, template::named};
use crate::mis::report::Report;
use crate::mis::table::Row;
use crate::mis::values::quoted;

/// The columns of the National Curriculum that are read.
pub(super) const STATEMENTS: [&str; 7] = [
    "key_stage",
    "subject",
    "year_groups",
    "strand",
    "sub_strand",
    "sub_content_descriptor_id",
    "sub_content_descriptor",
];

/// The columns of units that are read.
pub(super) const UNITS: [&str; 7] = ["subject", "year_group", "sequence", "unit_id", "unit", "description", "threads"];

/// Words with which a statement of knowledge begins. The National Curriculum does not say which its statements are.
const KNOWLEDGE: [&str; 14] = [
    "about",
    "a",
    "the",
    "know",
    "knowing",
    "knowledge",
    "understand",
    "understanding",
    "recognise",
    "recognising",
    "identify",
    "name",
    "describe",
    "changes",
];

/// Subjects whose units are above all practice.
const PRACTICE: [&str; 5] =
    ["art-and-design", "cooking-nutrition", "design-and-technology", "music", "physical-education"];

/// A text as a code: lower-case letters, digits and hyphens.
fn as_code(text: &str) -> String {
    let plain =
        text.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect::<String>();
    plain.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

/// The subject of the curriculum in which the National Curriculum's is taught, and the strand that it makes there.
fn subject(name: &str) -> (String, Option<&'static str>) {
    match name {
        "Biology" | "Chemistry" | "Physics" => ("science".to_owned(), None),
        "Food and nutrition" => ("design-and-technology".to_owned(), Some("Cooking and nutrition")),
        other => (as_code(other), None),
    }
}

/// The year groups of a statement; those of its key stage, where it names none.
fn years_of(text: &str, key_stage: &str) -> Result<(YearGroup, YearGroup), String> {
    match (text, key_stage) {
        ("", "key-stage-1") => Ok((YearGroup::Year1, YearGroup::Year2)),
        ("", "key-stage-2") => Ok((YearGroup::Year3, YearGroup::Year6)),
        ("", other) => Err(format!("Neither year groups are given nor a primary key stage, but {}.", quoted(other))),
        _ => read::years(text),
    }
}

/// A statement of the National Curriculum.
pub(super) fn statement(row: &Row<'_>, report: &mut Report) -> Option<(String, String, Line)> {
    let years = row.parse("year_groups", |text| years_of(text, row.text("key_stage")), report)?;
    let (subject, strand) = subject(row.text("subject"));
    let (broad, narrow) = (row.text("strand"), row.text("sub_strand"));
    let strand = strand.map_or_else(
        || if broad == narrow || narrow.is_empty() { broad.to_owned() } else { format!("{broad}: {narrow}") },
        str::to_owned,
    );
    let statement = row.text("sub_content_descriptor").to_owned();
    let first = statement.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default().to_lowercase();
    let code = row.text("sub_content_descriptor_id");
    let code = code.strip_prefix("subcontentdescriptor-").unwrap_or(code);
    // Some statements come again in later years, each time a step of its own.
    let (low, high) = (years.0.number(), years.1.number());
    let in_years = if low == high { low.to_string() } else { format!("{low}-{high}") };
    let line = Line {
        row: row.number,
        code: format!("{code}-y{in_years}"),
        category: if KNOWLEDGE.contains(&first.as_str()) {
            ObjectiveCategory::Knowledge
        } else {
            ObjectiveCategory::Skill
        },
        strand,
        years,
        position: 0,
        statement,
        reason: None,
        builds_on: Vec::new(),
    };
    Some((subject.clone(), named(&subject), line))
}

/// For each subject and thread the latest unit so far: its year group, its place, and its code.
#[derive(Debug, Default)]
pub(super) struct Threads(HashMap<(String, String), (YearGroup, String)>);

/// A unit of a sequence. It builds on the unit before in each of its threads.
pub(super) fn unit(row: &Row<'_>, latest: &mut Threads, report: &mut Report) -> Option<(String, String, Line)> {
    let subject = as_code(row.text("subject"));
    let code = row.text("unit_id").to_owned();
    if code.is_empty() || row.text("unit").is_empty() {
        report.warn(row.spot("unit_id"), "The row names no unit. It was passed over.");
        return None;
    }
    let years = row.parse("year_group", read::years, report)?;
    let place = |text: &str| text.parse().map_err(|_| format!("{} is no place in a sequence.", quoted(text)));
    let position = row.parse("sequence", place, report)?;
    let threads: Vec<&str> = row.text("threads").split('|').filter(|thread| !thread.is_empty()).collect();
    let mut builds_on = Vec::new();
    for thread in &threads {
        let before = latest.0.insert((subject.clone(), (*thread).to_owned()), (years.0, code.clone()));
        // Files that are out of order make no links backwards.
        if let Some((_, before)) = before.filter(|(year, _)| *year <= years.1)
            && before != code
            && !builds_on.contains(&before)
        {
            builds_on.push(before);
        }
    }
    let strand = threads
        .first()
        .map_or_else(|| named(&subject), |thread| named(thread.strip_prefix("thread-").unwrap_or(thread)));
    let description = row.text("description");
    let statement = if description.is_empty() {
        row.text("unit").to_owned()
    } else {
        format!("{}: {description}", row.text("unit"))
    };
    let line = Line {
        row: row.number,
        code,
        category: if PRACTICE.contains(&subject.as_str()) {
            ObjectiveCategory::Skill
        } else {
            ObjectiveCategory::Knowledge
        },
        strand,
        years,
        position,
        statement,
        reason: None,
        builds_on,
    };
    Some((subject.clone(), named(&subject), line))
}
