//! Published key stage 2 results, from the school tables of the Department for Education (the
//! `ks2final` CSV).
//!
//! Source: "Compare school and college performance", download of data and metadata. Figures are of
//! all schools in a file, not of one trust: they are what a trust's own are set beside.

mod read;
mod store;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::{Path, PathBuf};

use super::report::{ImportError, Report, Spot, Tally};
use super::table::Table;
use crate::db::Db;

pub use read::{COLUMNS, SchoolResults, academic_year_named, read};
pub use store::{Kept, forget, kept};

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
        let noun = if *schools == 1 { "school" } else { "schools" };
        write!(formatter, "{file}: {}, {schools} {noun}; results: {results}", named_year(*year))
    }
}

impl fmt::Display for Kept {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, la_code, schools, results } = self;
        let noun = if *schools == 1 { "school" } else { "schools" };
        write!(formatter, "{}, local authority {la_code}: {schools} {noun}, {results} results", named_year(*year))
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
    let files = store::store(db, &tables, &mut report).await?;
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
    if let Some(year) = year.filter(|year| WITHOUT_ASSESSMENTS.contains(year)) {
        let message = format!(
            "There were no key stage 2 assessments in {}: they were cancelled in 2020 and 2021.",
            named_year(year)
        );
        report.error(Spot::file(&file), message);
    }
    let mut table = Table::open(path, &COLUMNS, report)?;
    if let (Some(year), Some((column, newest))) =
        (year, table.headers().filter_map(year_compared_with).max_by_key(|(_, year)| *year))
        && newest != last_assessed_before(year)
    {
        let own = (newest..newest + 4).find(|own| !WITHOUT_ASSESSMENTS.contains(own)).unwrap_or(newest);
        let message = format!(
            "Its columns, such as {column}, compare with the summer of {newest}: it is the table of {}, not of {}.",
            named_year(own),
            named_year(year)
        );
        report.error(Spot::file(&file), message);
    }
    let schools = read(&mut table, report);
    if schools.is_empty() && report.is_sound() {
        report.error(Spot::file(&file), "No school is in the file. Download it again.");
    }
    Some(YearTable { file, year: year?, schools })
}

/// The academic years, by their starts, in whose summers nobody was assessed at the end of key stage 2.
const WITHOUT_ASSESSMENTS: [i16; 2] = [2019, 2020];

/// The summer, by its calendar year, in which pupils were assessed last before an academic year.
fn last_assessed_before(year: i16) -> i16 {
    (0..=year).rev().find(|summer| !WITHOUT_ASSESSMENTS.contains(&(summer - 1))).unwrap_or(year)
}

/// The summer with which a column compares, and its name: 2018 of `PTRWM_EXP_18`.
fn year_compared_with(column: &str) -> Option<(&str, i16)> {
    let (_, digits) = column.rsplit_once('_')?;
    let is_year = digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_digit());
    is_year.then(|| Some((column, 2000 + digits.parse::<i16>().ok()?)))?
}

/// An academic year as people write it: 2018/19.
fn named_year(year: i16) -> String {
    format!("{year}/{:02}", (year + 1).rem_euclid(100))
}

/// A school has one result a year, in whatever file. Files that overlap are told once, however much they do.
fn refuse_twice(tables: &[YearTable], report: &mut Report) {
    let mut seen: HashMap<(i16, i32), usize> = HashMap::new();
    let mut twice: BTreeMap<(usize, usize), Vec<i32>> = BTreeMap::new();
    for (at, table) in tables.iter().enumerate() {
        for school in &table.schools {
            match seen.get(&(table.year, school.urn)) {
                Some(first) if *first != at => twice.entry((*first, at)).or_default().push(school.urn),
                Some(_) => {}
                None => {
                    seen.insert((table.year, school.urn), at);
                }
            }
        }
    }
    for ((first, second), urns) in twice {
        let (first, second) = (&tables[first], &tables[second]);
        let example = urns.first().copied().unwrap_or_default();
        let message = if first.file == second.file {
            "The file is named twice. Name it once.".to_owned()
        } else {
            format!(
                "{} of its schools, such as {example}, are in {} for {} as well. Leave one of the two files out.",
                urns.len(),
                first.file,
                named_year(first.year)
            )
        };
        report.error(Spot::file(&second.file), message);
    }
}

#[cfg(test)]
mod tests {
    use super::{last_assessed_before, year_compared_with};

    #[test]
    fn a_table_compares_with_the_last_summer_in_which_pupils_were_assessed() {
        for (year, summer) in [(2016, 2016), (2018, 2018), (2019, 2019), (2021, 2019), (2022, 2022)] {
            assert_eq!(last_assessed_before(year), summer, "{year}");
        }
        assert_eq!(year_compared_with("PTRWM_EXP_18"), Some(("PTRWM_EXP_18", 2018)));
        for column in ["PTRWM_EXP", "URN_AC", "X_1", "X_018", "_1x"] {
            assert_eq!(year_compared_with(column), None, "{column}");
        }
    }
}
