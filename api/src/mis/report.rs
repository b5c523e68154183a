//! What is wrong with a file, a line each, for the person who has to mend it.

use std::fmt;

use crate::error::Error;

/// Most lines of errors, and of warnings, that are shown; of the rest only the number.
const MOST_LINES: usize = 50;
/// A line is cut here, so that a broken file cannot flood a console.
const LONGEST_LINE: usize = 400;

/// A place in a file.
#[derive(Clone, Copy, Debug)]
pub struct Spot<'a> {
    /// The file, as the person named it.
    pub file: &'a str,
    /// The row as a spreadsheet numbers it: the headers are row 1.
    pub row: Option<u64>,
    /// The name of the column.
    pub column: Option<&'a str>,
}

impl<'a> Spot<'a> {
    /// A file as a whole.
    #[must_use]
    pub const fn file(file: &'a str) -> Self {
        Self { file, row: None, column: None }
    }
}

impl fmt::Display for Spot<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.file)?;
        if let Some(row) = self.row {
            write!(formatter, ":row {row}")?;
        }
        if let Some(column) = self.column {
            write!(formatter, ", column {column}")?;
        }
        Ok(())
    }
}

/// Lines of one kind: the first are kept, all are counted.
#[derive(Clone, Debug, Default)]
struct Lines {
    first: Vec<String>,
    count: usize,
}

impl Lines {
    fn add(&mut self, spot: Spot<'_>, message: &str) {
        self.count += 1;
        if self.first.len() < MOST_LINES {
            self.first.push(printable(&format!("{spot}: {message}")));
        }
    }

    fn shown(&self) -> Vec<String> {
        let mut lines = self.first.clone();
        let more = self.count - lines.len();
        if more > 0 {
            lines.push(format!("and {more} more errors"));
        }
        lines
    }
}

/// Most rows that a line of warnings names.
const MOST_ROWS: usize = 5;

/// Warnings of one kind: in one file, of one column, in the same words.
#[derive(Clone, Debug)]
struct Warned {
    file: String,
    column: Option<String>,
    message: String,
    /// The first of the rows.
    rows: Vec<u64>,
    count: usize,
}

impl Warned {
    fn is_of(&self, spot: Spot<'_>, message: &str) -> bool {
        self.file == spot.file && self.column.as_deref() == spot.column && self.message == message
    }

    /// One line, however often it was said.
    fn line(&self) -> String {
        let spot = Spot { file: &self.file, row: None, column: self.column.as_deref() };
        if self.count == 1 {
            return printable(&format!("{}: {}", Spot { row: self.rows.first().copied(), ..spot }, self.message));
        }
        let rows = self.rows.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
        let more = self.count - self.rows.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        printable(&format!("{spot}: {} In {} rows: {rows}{more}.", self.message, self.count))
    }
}

/// What is wrong with the files of an import. Errors keep it from being written; warnings do not.
///
/// Messages quote cells of schools and their figures; a reader of files about people must not
/// quote any.
#[derive(Clone, Debug, Default)]
pub struct Report {
    errors: Lines,
    warnings: Vec<Warned>,
    /// Warnings of kinds beyond those that are shown.
    more_warnings: usize,
}

impl Report {
    /// Adds an error: what is wrong, and how to mend it.
    pub fn error(&mut self, spot: Spot<'_>, message: impl AsRef<str>) {
        self.errors.add(spot, message.as_ref());
    }

    /// Adds a warning: what was taken differently from how it stands there.
    pub fn warn(&mut self, spot: Spot<'_>, message: impl AsRef<str>) {
        let message = message.as_ref();
        if let Some(kind) = self.warnings.iter_mut().find(|kind| kind.is_of(spot, message)) {
            kind.count += 1;
            kind.rows.extend(spot.row.filter(|_| kind.rows.len() < MOST_ROWS));
        } else if self.warnings.len() < MOST_LINES {
            self.warnings.push(Warned {
                file: spot.file.to_owned(),
                column: spot.column.map(str::to_owned),
                message: message.to_owned(),
                rows: spot.row.into_iter().collect(),
                count: 1,
            });
        } else {
            self.more_warnings += 1;
        }
    }

    /// Whether there is no error.
    #[must_use]
    pub const fn is_sound(&self) -> bool {
        self.errors.count == 0
    }

    /// How many errors there are, shown or not.
    #[must_use]
    pub const fn errors(&self) -> usize {
        self.errors.count
    }

    /// The errors, a line each: at most 50, then how many more.
    #[must_use]
    pub fn error_lines(&self) -> Vec<String> {
        self.errors.shown()
    }

    /// The warnings, a line for each kind: at most 50, then how many more.
    #[must_use]
    pub fn warning_lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.warnings.iter().map(Warned::line).collect();
        if self.more_warnings > 0 {
            lines.push(format!("and {} more warnings", self.more_warnings));
        }
        lines
    }
}

/// What an import did to rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// New ones.
    pub created: usize,
    /// Known ones that the file gives other values.
    pub updated: usize,
    /// Known ones that the file gives the same values.
    pub unchanged: usize,
}

impl Tally {
    /// Whether nothing was written.
    #[must_use]
    pub const fn is_unchanged(&self) -> bool {
        self.created == 0 && self.updated == 0
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} created, {} updated, {} unchanged", self.created, self.updated, self.unchanged)?;
        if self.is_unchanged() { formatter.write_str(": nothing was changed") } else { Ok(()) }
    }
}

/// Why an import came to nothing. The database is then as it was.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The files have errors; the report has a line for each.
    #[error("nothing was imported: {} in the files", counted(.0.errors()))]
    Refused(Report),
    /// The database failed.
    #[error("nothing was imported: the database failed: {0}. Import again when it works")]
    Database(#[from] Error),
}

fn counted(errors: usize) -> String {
    if errors == 1 { "1 error".to_owned() } else { format!("{errors} errors") }
}

/// A line without control characters, which could make a console do things, and not too long.
fn printable(line: &str) -> String {
    let plain: String = line.chars().filter(|character| !character.is_control()).take(LONGEST_LINE).collect();
    if plain.len() < line.len() && plain.chars().count() == LONGEST_LINE { plain + "…" } else { plain }
}

#[cfg(test)]
mod tests {
    use super::{Report, Spot, Tally};

    #[test]
    fn an_error_says_where_and_what_to_do() {
        let mut report = Report::default();
        report.error(Spot { file: "ks2.csv", row: Some(17), column: Some("TELIG") }, "`abc` is not a whole number.");
        report.error(Spot::file("ks2.csv"), "The file is empty.");
        let lines = report.error_lines();
        assert_eq!(
            lines,
            ["ks2.csv:row 17, column TELIG: `abc` is not a whole number.", "ks2.csv: The file is empty."]
        );
        assert!(!report.is_sound());
    }

    #[test]
    fn a_long_report_ends_in_a_number() {
        let mut report = Report::default();
        for row in 0..53 {
            report.warn(Spot { file: "a", row: Some(row), column: None }, format!("odd in {row}"));
            report.error(Spot { file: "a", row: Some(row), column: None }, "wrong");
        }
        assert_eq!(report.warning_lines().len(), 51);
        assert_eq!(report.warning_lines().last().map(String::as_str), Some("and 3 more warnings"));
        assert_eq!(report.error_lines().len(), 51);
        assert_eq!(report.error_lines().last().map(String::as_str), Some("and 3 more errors"));
    }

    #[test]
    fn warnings_of_one_kind_are_one_line() {
        let mut report = Report::default();
        for row in 2..13 {
            report.warn(Spot { file: "a.csv", row: Some(row), column: Some("TELIG") }, "None are given.");
        }
        report.warn(Spot { file: "a.csv", row: Some(4), column: Some("URN") }, "None are given.");
        assert_eq!(
            report.warning_lines(),
            [
                "a.csv, column TELIG: None are given. In 11 rows: 2, 3, 4, 5, 6 and 6 more.",
                "a.csv:row 4, column URN: None are given."
            ]
        );
        assert!(report.is_sound());
    }

    #[test]
    fn a_line_holds_no_control_characters_and_has_an_end() {
        let mut report = Report::default();
        report.error(Spot::file("a"), format!("\u{1b}[31m{}", "x".repeat(1_000)));
        let lines = report.error_lines();
        assert!(lines.iter().all(|line| !line.contains('\u{1b}') && line.chars().count() == 401), "{lines:?}");
    }

    #[test]
    fn the_same_file_again_says_that_nothing_was_changed() {
        let tally = Tally { created: 0, updated: 0, unchanged: 20 };
        assert_eq!(tally.to_string(), "0 created, 0 updated, 20 unchanged: nothing was changed");
    }
}
