//! Our template: a row for each objective.

use super::{Line, read};
use crate::mis::report::Report;
use crate::mis::table::Row;
use crate::mis::values::quoted;
use crate::rulebook::values;

/// The columns of the template.
pub(super) const COLUMNS: [&str; 8] =
    ["subject", "code", "category", "strand", "year_groups", "statement", "reason", "builds_on"];

/// A row: the code of its subject, the name of that, and the objective.
pub(super) fn line(row: &Row<'_>, report: &mut Report) -> Option<(String, String, Line)> {
    let code = |text: &str| values::code(text).map(|()| text.to_owned());
    let subject = row.parse(
        "subject",
        |text| code(text).map_err(|message| format!("{} is no code. {message}", quoted(text))),
        report,
    );
    let category = row.parse("category", read::category, report);
    let years = row.parse("year_groups", read::years, report);
    let text = |column: &str| row.text(column).to_owned();
    let subject = subject?;
    let line = Line {
        row: row.number,
        code: text("code"),
        category: category?,
        strand: text("strand"),
        years: years?,
        position: 0,
        statement: text("statement"),
        reason: Some(text("reason")).filter(|reason| !reason.is_empty()),
        builds_on: row.text("builds_on").split_whitespace().map(str::to_owned).collect(),
    };
    Some((subject.clone(), named(&subject), line))
}

/// The name of a subject that is made for its code: `art-and-design` is Art and design.
pub(super) fn named(code: &str) -> String {
    let words = code.replace('-', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
