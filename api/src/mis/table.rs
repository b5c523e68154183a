//! A CSV file as a table: columns by name, rows one at a time, and where each of them stands.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

use csv::{ReaderBuilder, StringRecord, Terminator};

use super::decoded::Decoded;
use super::report::{Report, Spot};
use super::values::quoted;
use crate::rulebook::Ruled;

/// A CSV file, read a row at a time. Columns are found by name, whatever their order, in upper or
/// lower case; those that are not asked for are passed over.
pub struct Table<S> {
    file: String,
    reader: csv::Reader<Decoded<S>>,
    record: StringRecord,
    headers: Vec<String>,
    places: BTreeMap<&'static str, usize>,
    width: usize,
    /// How many cells the last row has that was read, and its number.
    last_ends: (usize, u64),
    /// Line ends inside the cells so far: they make no row of a spreadsheet.
    line_ends_in_cells: u64,
}

/// A row of a table.
pub struct Row<'t> {
    file: &'t str,
    /// The row as a spreadsheet numbers it: the headers are row 1.
    pub number: u64,
    record: &'t StringRecord,
    places: &'t BTreeMap<&'static str, usize>,
}

impl Table<File> {
    /// Opens a file that must have the columns `needed`. `None` where it is no such file; the
    /// report then says why.
    pub fn open(path: &Path, needed: &[&'static str], report: &mut Report) -> Option<Self> {
        let name = path.display().to_string();
        let opened =
            File::open(path).and_then(|file| if file.metadata()?.is_dir() { Err(is_folder()) } else { Ok(file) });
        match opened {
            Ok(file) => Self::read(&name, file, needed, report),
            Err(error) => {
                report.error(Spot::file(&name), format!("The file cannot be opened: {error}. Check its name."));
                None
            }
        }
    }
}

fn is_folder() -> std::io::Error {
    std::io::Error::other("it is a folder")
}

impl<S: Read + Seek> Table<S> {
    /// Reads the headers of a file. `None` where it is no table with the columns `needed`; the
    /// report then says why.
    pub fn read(file: &str, source: S, needed: &[&'static str], report: &mut Report) -> Option<Self> {
        let decoded = match Decoded::new(source) {
            Ok(decoded) => decoded,
            Err(message) => {
                report.error(Spot::file(file), message);
                return None;
            }
        };
        // A record ends at a line feed, and there alone are lines counted; cells lose the carriage
        // return before it with all other white space round them.
        let line_end = Terminator::Any(b'\n');
        let mut reader =
            ReaderBuilder::new().has_headers(false).flexible(true).terminator(line_end).from_reader(decoded);
        let mut headers = StringRecord::new();
        if let Err(error) = reader.read_record(&mut headers) {
            report.error(Spot::file(file), format!("The file is not a CSV file: {error}."));
            return None;
        }
        let places = places(file, &headers, needed, report)?;
        let line_ends_in_cells = line_ends(&headers);
        let (record, width) = (StringRecord::new(), headers.len());
        let headers = headers.iter().map(|header| header.trim().to_owned()).collect();
        Some(Self {
            file: file.to_owned(),
            reader,
            record,
            headers,
            places,
            width,
            last_ends: (width, 1),
            line_ends_in_cells,
        })
    }

    /// The names of all its columns.
    pub fn headers(&self) -> impl Iterator<Item = &str> {
        self.headers.iter().map(String::as_str)
    }

    /// The next row that is not empty; `None` after the last, or where the file breaks off (which
    /// the report then says).
    pub fn next_row(&mut self, report: &mut Report) -> Option<Row<'_>> {
        loop {
            match self.reader.read_record(&mut self.record) {
                Ok(true) => {}
                Ok(false) => {
                    self.refuse_if_cut(report);
                    return None;
                }
                Err(error) => {
                    report.error(Spot::file(&self.file), format!("The file breaks off: {error}. Download it again."));
                    return None;
                }
            }
            self.line_ends_in_cells += line_ends(&self.record);
            self.last_ends = (self.record.len(), self.row_number());
            self.record.trim();
            if self.record.iter().any(|cell| !cell.is_empty()) && self.is_no_longer_than_its_headers(report) {
                break;
            }
        }
        self.warn_if_short(report);
        Some(Row { file: &self.file, number: self.row_number(), record: &self.record, places: &self.places })
    }

    /// The reader has just passed the end of the row's last line. Blank lines count as rows, as they
    /// do in a spreadsheet; line ends in cells do not.
    fn row_number(&self) -> u64 {
        let lines = self.reader.position().line().saturating_sub(1);
        lines.saturating_sub(self.line_ends_in_cells).max(self.reader.position().record())
    }

    fn spot(&self) -> Spot<'_> {
        Spot { file: &self.file, row: Some(self.row_number()), column: None }
    }

    /// A row with cells beyond the headers has slipped: its cells are not those of their columns.
    /// Empty ones are only commas too many.
    fn is_no_longer_than_its_headers(&self, report: &mut Report) -> bool {
        let beyond = self.record.iter().skip(self.width).any(|cell| !cell.is_empty());
        if beyond {
            let message = format!(
                "The row has {} cells, the headers {}. Put quotation marks round the value that has a comma in it.",
                self.record.len(),
                self.width
            );
            report.error(self.spot(), message);
        }
        !beyond
    }

    /// A last line that has no end and fewer cells than the headers was cut off, perhaps within a number.
    fn refuse_if_cut(&self, report: &mut Report) {
        let (cells, row) = self.last_ends;
        if cells < self.width && !self.reader.get_ref().ends_its_last_line {
            let message = "The file breaks off within this row. Download it again.";
            report.error(Spot { file: &self.file, row: Some(row), column: None }, message);
        }
    }

    /// Only where a column that matters is missing: real files drop empty cells at the end of rows.
    fn warn_if_short(&self, report: &mut Report) {
        if self.places.values().any(|place| *place >= self.record.len()) {
            let width = self.width;
            let message = format!("The row ends before its last cell of {width}. The missing ones are taken as empty.");
            report.warn(self.spot(), message);
        }
    }
}

impl<'t> Row<'t> {
    /// The text of a cell, without white space round it; empty where the row is too short for it.
    #[must_use]
    pub fn text(&self, column: &str) -> &'t str {
        self.places.get(column).and_then(|place| self.record.get(*place)).unwrap_or_default()
    }

    /// Reads a cell by a rule. `None` where the rule refuses it; the report then says why.
    pub fn parse<T>(
        &self,
        column: &'static str,
        rule: impl FnOnce(&str) -> Result<T, String>,
        report: &mut Report,
    ) -> Option<T> {
        let read = rule(self.text(column));
        read.map_err(|message| report.error(self.spot(column), message)).ok()
    }

    /// Checks what was read of the row as a whole. `None` where something is wrong; the report then says it at the
    /// column of each field.
    pub fn check<R: Ruled>(&self, row: R, columns: &[(&str, &'static str)], report: &mut Report) -> Option<R> {
        row.checked(())
            .map_err(|faults| {
                for fault in faults {
                    let spot = Spot { column: fault.place(columns), file: self.file, row: Some(self.number) };
                    report.error(spot, fault.message);
                }
            })
            .ok()
    }

    /// Where a cell stands.
    #[must_use]
    pub const fn spot(&self, column: &'t str) -> Spot<'t> {
        Spot { file: self.file, row: Some(self.number), column: Some(column) }
    }
}

/// Where the needed columns are. `None` where one is missing or stands there twice.
fn places(
    file: &str,
    headers: &StringRecord,
    needed: &[&'static str],
    report: &mut Report,
) -> Option<BTreeMap<&'static str, usize>> {
    let mut places = BTreeMap::new();
    let (mut missing, mut twice) = (Vec::new(), false);
    for column in needed {
        let mut found = headers.iter().enumerate().filter(|(_, header)| header.trim().eq_ignore_ascii_case(column));
        match (found.next(), found.next()) {
            (Some((place, _)), None) => {
                places.insert(*column, place);
            }
            (None, _) => missing.push(*column),
            (Some(_), Some(_)) => {
                twice = true;
                let spot = Spot { file, row: Some(1), column: Some(column) };
                report.error(spot, "The column stands there twice. Remove the one that does not belong there.");
            }
        }
    }
    if missing.len() == needed.len() {
        let first = quoted(headers.get(0).unwrap_or_default());
        let message = format!(
            "None of the columns that are needed is there; the first column is {first}. \
             This is another kind of file, or its values are not separated by commas."
        );
        report.error(Spot::file(file), message);
        return None;
    }
    for column in &missing {
        let spot = Spot { file, row: Some(1), column: Some(column) };
        report.error(spot, "The column is missing. Import the file as it was downloaded.");
    }
    (missing.is_empty() && !twice).then_some(places)
}

fn line_ends(record: &StringRecord) -> u64 {
    record.as_slice().bytes().map(|byte| u64::from(byte == b'\n')).sum()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::{Report, Table};

    fn rows(text: &str) -> (Vec<(u64, String, String)>, Report) {
        let mut report = Report::default();
        let mut rows = Vec::new();
        if let Some(mut table) = Table::read("f.csv", Cursor::new(text), &["URN", "TELIG"], &mut report) {
            while let Some(row) = table.next_row(&mut report) {
                rows.push((row.number, row.text("URN").to_owned(), row.text("TELIG").to_owned()));
            }
        }
        (rows, report)
    }

    fn row(number: u64, urn: &str, telig: &str) -> (u64, String, String) {
        (number, urn.to_owned(), telig.to_owned())
    }

    #[test]
    fn columns_are_found_by_name_in_any_order() {
        let (found, report) = rows("\u{feff}telig ,OTHER,URN\r\n 30 ,x,138764\r\n");
        assert_eq!(found, [row(2, "138764", "30")]);
        assert!(report.is_sound() && report.warning_lines().is_empty());
    }

    #[test]
    fn rows_are_numbered_as_in_a_spreadsheet() {
        for end in ["\n", "\r\n"] {
            let text = ["URN,TELIG,NOTE", "1,2,\"two\nlines\"", "", "3,4,", ",,", "5,6"].join(end);
            let (found, _) = rows(&text);
            assert_eq!(found, [row(2, "1", "2"), row(4, "3", "4"), row(6, "5", "6")], "{end:?}");
        }
    }

    #[test]
    fn a_short_row_is_filled_up_and_told() {
        let (found, report) = rows("URN,NAME,TELIG,MORE\n1,a\n2,b,3\n");
        assert_eq!(found, [row(2, "1", ""), row(3, "2", "3")]);
        assert!(report.is_sound());
        let told = ["f.csv:row 2: The row ends before its last cell of 4. The missing ones are taken as empty."];
        assert_eq!(report.warning_lines(), told);
    }

    #[test]
    fn a_file_that_was_cut_within_its_last_row_is_refused() {
        for (text, cut) in [
            ("URN,NAME,TELIG\n1,a,30\n2,b,9", false),
            ("URN,NAME,TELIG\n1,a,30\n2,b\n", false),
            ("URN,NAME,TELIG,MORE\n1,a,30,x\n2,b,9", true),
            ("URN,NAME,TELIG\n1,a,30\n2", true),
            ("URN,NAME,TELIG\n1,a,30\n\n", false),
        ] {
            let (_, report) = rows(text);
            let told = report.error_lines();
            assert_eq!(!report.is_sound(), cut, "{text:?}: {told:?}");
            assert!(
                !cut || told[0] == "f.csv:row 3: The file breaks off within this row. Download it again.",
                "{told:?}"
            );
        }
    }

    #[test]
    fn a_row_that_slipped_is_an_error_but_commas_too_many_are_not() {
        let (found, report) = rows("URN,TELIG\n1,2,,\n3,4,5\n");
        assert_eq!(found, [row(2, "1", "2")]);
        assert_eq!(report.errors(), 1);
        assert!(report.error_lines().concat().starts_with("f.csv:row 3: The row has 3 cells, the headers 2."));
    }

    #[test]
    fn a_column_that_is_missing_or_there_twice_is_named() {
        let (_, report) = rows("URN,OTHER\n1,2\n");
        let told = ["f.csv:row 1, column TELIG: The column is missing. Import the file as it was downloaded."];
        assert_eq!(report.error_lines(), told);
        let (_, report) = rows("URN,TELIG,telig\n1,2,3\n");
        assert!(report.error_lines().concat().contains("column TELIG: The column stands there twice."));
    }

    #[test]
    fn another_kind_of_file_is_told_by_one_line() {
        for text in ["<!doctype html><html>", "URN;TELIG\n1;2\n", "{\"urn\": 1}"] {
            let (found, report) = rows(text);
            assert!(found.is_empty());
            assert_eq!(report.errors(), 1, "{text}");
            assert!(report.error_lines().concat().contains("another kind of file"), "{text}");
        }
    }
}
