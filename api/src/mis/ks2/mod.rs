//! Published key stage 2 results, from the school tables of the Department for Education (the
//! `ks2final` CSV).
//!
//! Source: "Compare school and college performance", download of data and metadata. Figures are of
//! all schools in a file, not of one trust: they are what a trust's own are set beside.

mod read;
mod store;

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};

use super::report::{ImportError, Report, Spot, Tally};
use super::table::Table;
use crate::db::Db;

pub use read::{COLUMNS, SchoolResults, academic_year_named, read};

/// What came of the import of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedFile {
    /// The file, as the person named it.
    pub file: String,
    /// The academic year of its figures, by its start: 2018 is 2018/19.
    pub year: i16,
    /// How many schools it has, mainstream and special.
    pub schools: usize,
    /// What was done to their results, ten for each school.
    pub results: Tally,
}

impl fmt::Display for ImportedFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, year, schools, results } = self;
        let end = (year + 1).rem_euclid(100);
        let noun = if *schools == 1 { "school" } else { "schools" };
        write!(formatter, "{file}: {year}/{end:02}, {schools} {noun}; results: {results}")
    }
}

/// What came of an import.
#[derive(Clone, Debug)]
pub struct Imported {
    /// Each file, in the order in which they were named.
    pub files: Vec<ImportedFile>,
    /// What was taken differently from how it stood in the files.
    pub report: Report,
}

/// Imports tables of published results: all files, or nothing. The same files again change nothing.
///
/// The academic year of a file is in its name, as in `ks2final_2018-2019_936.csv`; `year` says it
/// for those whose name does not.
///
/// # Errors
/// [`ImportError`]; the database is then as it was.
pub async fn import(db: &Db, files: &[PathBuf], year: Option<i16>) -> Result<Imported, ImportError> {
    let mut report = Report::default();
    let tables: Vec<_> = files.iter().filter_map(|file| read_file(file, year, &mut report)).collect();
    refuse_twice(&tables, &mut report);
    if !report.is_sound() {
        return Err(ImportError::Refused(report));
    }
    let files = store::store(db, &tables).await?;
    Ok(Imported { files, report })
}

/// A file that was read.
struct YearTable {
    file: String,
    year: i16,
    schools: Vec<SchoolResults>,
}

fn read_file(path: &Path, year: Option<i16>, report: &mut Report) -> Option<YearTable> {
    let file = path.display().to_string();
    let named = path.file_name().and_then(|name| academic_year_named(&name.to_string_lossy()));
    let year = match (named, year) {
        (Some(named), Some(year)) if named != year => {
            let message =
                format!("Its name says the year that starts in {named}, --year says {year}. Leave --year out.");
            report.error(Spot::file(&file), message);
            None
        }
        (None, None) => {
            let message = "Its name does not say the academic year. Name it as in ks2final_2018-2019_936.csv, \
                           or say --year 2018 for 2018/19.";
            report.error(Spot::file(&file), message);
            None
        }
        (named, year) => named.or(year),
    };
    let mut table = Table::open(path, &COLUMNS, report)?;
    let schools = read(&mut table, report);
    if schools.is_empty() && report.is_sound() {
        report.error(Spot::file(&file), "No school is in the file. Download it again.");
    }
    Some(YearTable { file, year: year?, schools })
}

/// A school has one result a year, in whatever file.
fn refuse_twice(tables: &[YearTable], report: &mut Report) {
    let mut seen: HashMap<(i16, i32), &str> = HashMap::new();
    for table in tables {
        for school in &table.schools {
            match seen.insert((table.year, school.urn), &table.file) {
                Some(other) if other != table.file => {
                    let message = format!("{} is in {other} for the same year already. Leave one out.", school.urn);
                    report.error(Spot::file(&table.file), message);
                }
                _ => {}
            }
        }
    }
}
