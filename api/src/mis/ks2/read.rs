//! Reading a performance table: the rows of schools, each checked.

use std::collections::HashMap;
use std::io::{Read, Seek};

use plumbline_entity::published_outcome::{Ks2Measure, PublishedInstead, PublishedStatus};
use sea_orm::Iterable as _;

use crate::mis::report::Report;
use crate::mis::table::{Row, Table};
use crate::mis::values::{la_code, name, pupils, quoted, urn};
use crate::rulebook::values::{ACADEMIC_YEAR, PER_CENT};

const RECORD_TYPE: &str = "RECTYPE";
const LOCAL_AUTHORITY: &str = "LEA";
const URN: &str = "URN";
const NAME: &str = "SCHNAME";
const CONVERTED_URN: &str = "URN_AC";
const ELIGIBLE: &str = "TELIG";

/// The measures that are read, and the column of each.
const MEASURES: [(Ks2Measure, &str); 10] = [
    (Ks2Measure::RwmExpected, "PTRWM_EXP"),
    (Ks2Measure::RwmHigher, "PTRWM_HIGH"),
    (Ks2Measure::ReadingExpected, "PTREAD_EXP"),
    (Ks2Measure::ReadingHigher, "PTREAD_HIGH"),
    (Ks2Measure::WritingExpected, "PTWRITTA_EXP"),
    (Ks2Measure::WritingGreaterDepth, "PTWRITTA_HIGH"),
    (Ks2Measure::MathematicsExpected, "PTMAT_EXP"),
    (Ks2Measure::MathematicsHigher, "PTMAT_HIGH"),
    (Ks2Measure::GpsExpected, "PTGPS_EXP"),
    (Ks2Measure::GpsHigher, "PTGPS_HIGH"),
];

/// The columns that are read; the tables have about three hundred.
pub const COLUMNS: [&str; 16] = {
    let mut columns =
        [RECORD_TYPE, LOCAL_AUTHORITY, URN, NAME, CONVERTED_URN, ELIGIBLE, "", "", "", "", "", "", "", "", "", ""];
    let mut at = 0;
    while at < MEASURES.len() {
        columns[at + 6] = MEASURES[at].1;
        at += 1;
    }
    columns
};

/// The results of a school in one year, as published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchoolResults {
    /// Unique reference number under which they were published.
    pub urn: i32,
    /// The academy that the school had become by publication.
    pub converted_urn: Option<i32>,
    /// Local authority.
    pub la_code: i16,
    /// Name as published.
    pub name: String,
    /// Whether it is a special school.
    pub special: bool,
    /// Pupils eligible for assessment, where given.
    pub eligible: Option<i32>,
    /// Each measure: what was published of it, and the share of eligible pupils in whole per cent.
    pub results: Vec<(Ks2Measure, Published)>,
}

/// What was published of a measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published {
    /// Whether it is a figure.
    pub status: PublishedStatus,
    /// The share of eligible pupils, in whole per cent.
    pub percentage: Option<i16>,
    /// What stands in the place of a figure.
    pub instead: Option<PublishedInstead>,
}

impl Published {
    const SUPPRESSED: Self = Self { status: PublishedStatus::Suppressed, percentage: None, instead: None };

    const fn share(percentage: i16) -> Self {
        Self { status: PublishedStatus::Published, percentage: Some(percentage), instead: None }
    }

    const fn without(instead: Option<PublishedInstead>) -> Self {
        Self { status: PublishedStatus::NotAvailable, percentage: None, instead }
    }
}

/// The academic year in the name of a file, by its start: 2018 of `ks2final_2018-2019_936.csv`.
#[must_use]
pub fn academic_year_named(file_name: &str) -> Option<i16> {
    let words = file_name.split(|letter: char| !letter.is_ascii_digit() && letter != '-');
    words.into_iter().find_map(|word| {
        let (start, end) = word.split_once('-')?;
        let (start, end): (i16, i16) = (start.parse().ok()?, end.parse().ok()?);
        (end == start.checked_add(1)? && ACADEMIC_YEAR.holds(start)).then_some(start)
    })
}

/// Reads the schools of a table: mainstream (record type 1) and special (2). Totals of local
/// authorities and of the country (3, 4, 5) are passed over.
pub fn read<S: Read + Seek>(table: &mut Table<S>, report: &mut Report) -> Vec<SchoolResults> {
    let mut schools = Vec::new();
    let mut rows_by_urn: HashMap<i32, u64> = HashMap::new();
    while let Some(row) = table.next_row(report) {
        let special = match row.text(RECORD_TYPE) {
            "1" => false,
            "2" => true,
            "3" | "4" | "5" => continue,
            other => {
                let message =
                    format!("{} is not a type of record. Give 1 (mainstream) to 5 (national).", quoted(other));
                report.error(row.spot(RECORD_TYPE), message);
                continue;
            }
        };
        let Some(school) = school(&row, special, report) else {
            continue;
        };
        if let Some(first) = rows_by_urn.insert(school.urn, row.number) {
            let message = format!("{} stands in row {first} already. Remove one of the two.", school.urn);
            report.error(row.spot(URN), message);
        }
        schools.push(school);
    }
    schools
}

/// All cells are read before anything is given up, so that the report tells all that is wrong.
fn school(row: &Row<'_>, special: bool, report: &mut Report) -> Option<SchoolResults> {
    let urn = row.parse(URN, urn, report);
    let la_code = row.parse(LOCAL_AUTHORITY, la_code, report);
    let name = row.parse(NAME, name, report);
    let converted_urn = row.parse(CONVERTED_URN, converted_urn, report);
    let eligible = row.parse(ELIGIBLE, eligible, report);
    let results: Vec<_> =
        MEASURES.iter().filter_map(|(measure, column)| Some((*measure, row.parse(column, share, report)?))).collect();
    let published = results.iter().any(|(_, result)| result.status == PublishedStatus::Published);
    if published && matches!(eligible, Some(None | Some(0))) {
        let message = "Results are given but no eligible pupils. They are kept, but cannot be compared.";
        report.warn(row.spot(ELIGIBLE), message);
    }
    Some(SchoolResults {
        urn: urn?,
        converted_urn: converted_urn?,
        la_code: la_code?,
        name: name?,
        special,
        eligible: eligible?,
        results,
    })
}

/// The academy that a school became: 0 where it did not.
fn converted_urn(text: &str) -> Result<Option<i32>, String> {
    if matches!(text, "" | "0" | "NA") { Ok(None) } else { urn(text).map(Some) }
}

/// What the tables put in the place of a figure that there is none of: nothing, or a code.
fn instead(text: &str) -> Option<Option<PublishedInstead>> {
    match text {
        "" => Some(None),
        code => PublishedInstead::iter().find(|instead| instead.code() == code).map(Some),
    }
}

const SUPPRESSED: &str = "SUPP";

fn eligible(text: &str) -> Result<Option<i32>, String> {
    if text == SUPPRESSED || instead(text).is_some() { Ok(None) } else { pupils(text).map(Some) }
}

/// A share of the eligible pupils, as in `78%`.
fn share(text: &str) -> Result<Published, String> {
    if text == SUPPRESSED {
        return Ok(Published::SUPPRESSED);
    }
    if let Some(instead) = instead(text) {
        return Ok(Published::without(instead));
    }
    let digits = text.strip_suffix('%').filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    match digits.and_then(|digits| digits.parse::<i16>().ok()) {
        Some(percentage) if PER_CENT.holds(percentage) => Ok(Published::share(percentage)),
        Some(_) => Err(format!("{} is above 100 %. Give the share of the eligible pupils.", quoted(text))),
        None => Err(format!(
            "{} is not a share. Give it in whole per cent as in 78%, or SUPP, NA, NE, NP, NEW, LOWCOV, DNS or nothing.",
            quoted(text)
        )),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn table(rows: &str) -> (Vec<SchoolResults>, Report) {
        let text = format!("\u{feff}{}\r\n{rows}", COLUMNS.join(","));
        let mut report = Report::default();
        let schools = Table::read("f", Cursor::new(text), &COLUMNS, &mut report)
            .map(|mut table| read(&mut table, &mut report))
            .unwrap_or_default();
        (schools, report)
    }

    #[test]
    fn the_year_is_the_start_of_the_pair_in_the_name() {
        assert_eq!(academic_year_named("ks2final_2018-2019_936.csv"), Some(2018));
        assert_eq!(academic_year_named("2022-2023_england_ks2final.csv"), Some(2022));
        for unsaid in ["england_ks2final.csv", "ks2_2019-2018.csv", "ks2_2018-2020.csv", "ks2_2018.csv", "18-19.csv"] {
            assert_eq!(academic_year_named(unsaid), None, "{unsaid}");
        }
    }

    #[test]
    fn schools_are_read_and_totals_passed_over() {
        let rows = "1,936,131991,The Vale,146024,30,78%,SUPP,NA,0%,100%,,LOWCOV,NEW,NE,NP\r\n\
                    2,936,125457,Chart Wood,0,SUPP,SUPP,SUPP,SUPP,SUPP,SUPP,SUPP,SUPP,SUPP,SUPP,SUPP\r\n\
                    3,936, ,Surrey, ,12400,65%,1,2,3,4,5,6,7,8,9\r\n\
                    4,,,,,,,,,,,,,,,\r\n\
                    5,,,,,,,,,,,,,,,\r\n";
        let (schools, report) = table(rows);
        assert!(report.is_sound() && report.warning_lines().is_empty(), "{report:?}");
        let [vale, chart_wood] = &schools[..] else { panic!("{schools:?}") };
        assert_eq!(
            (vale.urn, vale.converted_urn, vale.eligible, vale.special),
            (131_991, Some(146_024), Some(30), false)
        );
        assert_eq!(vale.results[0], (Ks2Measure::RwmExpected, Published::share(78)));
        assert_eq!(vale.results[1], (Ks2Measure::RwmHigher, Published::SUPPRESSED));
        assert_eq!(vale.results[4], (Ks2Measure::WritingExpected, Published::share(100)));
        let without = vale.results.iter().filter(|(_, result)| result.status == PublishedStatus::NotAvailable);
        let instead: Vec<_> = without.map(|(_, result)| result.instead.map_or("", PublishedInstead::code)).collect();
        assert_eq!((instead, vale.results.len()), (vec!["NA", "", "LOWCOV", "NEW", "NE", "NP"], 10));
        assert_eq!((chart_wood.special, chart_wood.converted_urn, chart_wood.eligible), (true, None, None));
    }

    #[test]
    fn a_short_row_has_no_results() {
        let (schools, report) = table("1,936,139557,Lime Tree Primary School,0\r\n");
        assert_eq!((schools.len(), report.errors(), report.warning_lines().len()), (1, 0, 1));
        let school = &schools[0];
        assert_eq!(school.eligible, None);
        assert!(school.results.iter().all(|(_, result)| *result == Published::without(None)));
    }

    #[test]
    fn what_means_nothing_is_an_error_with_its_place() {
        let rows = "1,936,131991,A,0,abc,78,101%,78.5%,-1%,%,x%,3276800%,SUPPR,NA,NA\n\
                    6,936,131992,B,0,3,,,,,,,,,,\n1,936,12,C,99,3,,,,,,,,,,\n";
        let (_, report) = table(rows);
        let lines = report.error_lines();
        let first = "f:row 2, column TELIG: `abc` is not a whole number. Give the number of eligible pupils, or leave it empty.";
        assert_eq!(lines[0], first);
        assert!(lines[1].starts_with("f:row 2, column PTRWM_EXP: `78` is not a share."), "{lines:#?}");
        assert!(lines[2].contains("`101%` is above 100 %"), "{lines:#?}");
        assert_eq!(lines.len(), 12, "{lines:#?}");
    }

    #[test]
    fn a_school_stands_in_one_row_alone() {
        let row = "1,936,131991,A,0,3,,,,,,,,,,\n";
        let (_, report) = table(&format!("{row}{row}"));
        assert_eq!(
            report.error_lines(),
            ["f:row 3, column URN: 131991 stands in row 2 already. Remove one of the two."]
        );
    }

    #[test]
    fn results_without_pupils_are_told() {
        let (schools, report) = table("1,936,131991,A,0,,78%,,,,,,,,,\n");
        assert_eq!((schools.len(), report.errors(), report.warning_lines().len()), (1, 0, 1));
    }
}
