//! Reading the extract: the rows of one trust, each checked.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{Read, Seek};

use plumbline_entity::{school, school::EducationPhase};
use uuid::Uuid;

use crate::mis::nearest::{nearest, plain};
use crate::mis::report::{Report, Spot};
use crate::mis::table::{Row, Table};
use crate::mis::values::{age, day, establishment_number, la_code, name, optional, quoted, urn};

const URN: &str = "URN";
const TRUST: &str = "Trusts (name)";
const LA_CODE: &str = "LA (code)";
const ESTABLISHMENT_NUMBER: &str = "EstablishmentNumber";
const NAME: &str = "EstablishmentName";
const PHASE: &str = "PhaseOfEducation (name)";
const LOWEST_AGE: &str = "StatutoryLowAge";
const HIGHEST_AGE: &str = "StatutoryHighAge";
const OPENED: &str = "OpenDate";
const CLOSED: &str = "CloseDate";
const LINKS: &str = "Linked establishments";

/// The columns that are read; the extract has about a hundred more.
pub const COLUMNS: [&str; 11] =
    [URN, TRUST, LA_CODE, ESTABLISHMENT_NUMBER, NAME, PHASE, LOWEST_AGE, HIGHEST_AGE, OPENED, CLOSED, LINKS];

/// The column of each field of a school.
const FIELDS: [(&str, &str); 8] = [
    ("urn", URN),
    ("laCode", LA_CODE),
    ("establishmentNumber", ESTABLISHMENT_NUMBER),
    ("name", NAME),
    ("lowestAge", LOWEST_AGE),
    ("highestAge", HIGHEST_AGE),
    ("openedOn", OPENED),
    ("closedOn", CLOSED),
];

/// A school as the extract has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Establishment {
    /// The school, by the rules of schools; not yet of a trust, and without an id.
    pub school: school::Model,
    /// The schools that it came out of, by their unique reference numbers.
    pub predecessors: BTreeSet<i32>,
}

/// A trust and its schools as the extract has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustSchools {
    /// The name of the trust as the file spells it.
    pub trust: String,
    /// Its schools, by unique reference number.
    pub schools: BTreeMap<i32, Establishment>,
}

/// Reads the schools of the trust that goes by `trust` (upper and lower case do not matter). `None`
/// where the file has no such trust; the report then names those that are nearest.
///
/// Rows of other schools are passed over, whatever is in them: children's centres, say, have other
/// numbers, and what is wrong with them is no matter of this trust.
pub fn read<S: Read + Seek>(
    table: &mut Table<S>,
    file: &str,
    trust: &str,
    report: &mut Report,
) -> Option<TrustSchools> {
    let wanted = plain(trust);
    let mut found: Option<TrustSchools> = None;
    let mut others = BTreeSet::new();
    let mut rows_by_urn: HashMap<u32, u64> = HashMap::new();
    while let Some(row) = table.next_row(report) {
        if let Some(first) = row.text(URN).parse().ok().and_then(|urn| rows_by_urn.insert(urn, row.number)) {
            let message = format!("{} stands in row {first} already. Remove one of the two.", quoted(row.text(URN)));
            report.error(row.spot(URN), message);
        }
        let name = row.text(TRUST);
        if plain(name) == wanted && !wanted.is_empty() {
            let schools = &mut found.get_or_insert_with(|| trust_of(&row, report)).schools;
            schools.extend(establishment(&row, report).map(|read| (read.school.urn, read)));
        } else if found.is_none() && !name.is_empty() {
            others.insert(name.to_owned());
        }
    }
    if found.is_none() {
        report.error(Spot::file(file), unknown_trust(trust, &others));
    }
    found
}

/// The trust of a row, so far without schools.
fn trust_of(row: &Row<'_>, report: &mut Report) -> TrustSchools {
    let trust = row.parse(TRUST, name, report).unwrap_or_default();
    TrustSchools { trust, schools: BTreeMap::new() }
}

fn unknown_trust(trust: &str, others: &BTreeSet<String>) -> String {
    let near = nearest(trust, others.iter().map(String::as_str));
    let near = if near.is_empty() { "the file names no trust at all".to_owned() } else { near.join("; ") };
    format!("No school of the file belongs to a trust {}. Nearest: {near}.", quoted(trust))
}

/// All cells are read before anything is given up, so that the report tells all that is wrong.
fn establishment(row: &Row<'_>, report: &mut Report) -> Option<Establishment> {
    let urn = row.parse(URN, urn, report);
    let la_code = row.parse(LA_CODE, la_code, report);
    let establishment_number = row.parse(ESTABLISHMENT_NUMBER, establishment_number, report);
    let name = row.parse(NAME, name, report);
    let education_phase = row.parse(PHASE, education_phase, report);
    let lowest_age = row.parse(LOWEST_AGE, |text| optional(text, age), report);
    let highest_age = row.parse(HIGHEST_AGE, |text| optional(text, age), report);
    let opened_on = row.parse(OPENED, |text| optional(text, day), report);
    let closed_on = row.parse(CLOSED, |text| optional(text, day), report);
    let predecessors = row.parse(LINKS, predecessors, report);
    let school = school::Model {
        id: Uuid::nil(),
        trust_id: Uuid::nil(),
        urn: urn?,
        la_code: la_code?,
        establishment_number: establishment_number?,
        name: name?,
        education_phase: education_phase?,
        lowest_age: lowest_age?,
        highest_age: highest_age?,
        opened_on: opened_on?,
        closed_on: closed_on?,
        version: 1,
    };
    Some(Establishment { school: row.check(school, &FIELDS, report)?, predecessors: predecessors? })
}

fn education_phase(text: &str) -> Result<EducationPhase, String> {
    match text.to_lowercase().as_str() {
        "nursery" => Ok(EducationPhase::Nursery),
        "primary" => Ok(EducationPhase::Primary),
        "middle deemed primary" => Ok(EducationPhase::MiddleDeemedPrimary),
        "secondary" => Ok(EducationPhase::Secondary),
        "middle deemed secondary" => Ok(EducationPhase::MiddleDeemedSecondary),
        "16 plus" => Ok(EducationPhase::SixteenPlus),
        "all-through" => Ok(EducationPhase::AllThrough),
        "not applicable" => Ok(EducationPhase::NotApplicable),
        _ => Err(format!(
            "{} is not a phase of education. Give Nursery, Primary, Middle deemed primary, Secondary, \
             Middle deemed secondary, 16 plus, All-through or Not applicable.",
            quoted(text)
        )),
    }
}

/// The predecessors among linked establishments, as in `124960 Predecessor, 124961 Predecessor -
/// amalgamated`. Successors and changes of age range are no history of this school and passed over.
fn predecessors(text: &str) -> Result<BTreeSet<i32>, String> {
    // A comma may also stand in the words of a link: a new one begins only with a number.
    let links = text.split(',').map(str::trim).filter_map(|link| {
        let (number, kind) = link.split_once(char::is_whitespace)?;
        let predecessor = kind.trim_start().to_lowercase().starts_with("predecessor");
        (predecessor && number.starts_with(|letter: char| letter.is_ascii_digit())).then_some(number)
    });
    links.map(urn).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use chrono::NaiveDate;

    use super::*;

    const HEADERS: &str = "Linked establishments,CloseDate,OpenDate,StatutoryHighAge,StatutoryLowAge,\
        PhaseOfEducation (name),EstablishmentName,EstablishmentNumber,LA (code),Trusts (name),URN,Town";

    fn schools(rows: &str, trust: &str) -> (Option<TrustSchools>, Report) {
        let text = format!("{HEADERS}\n{rows}");
        let mut report = Report::default();
        let found = Table::read("f", Cursor::new(text), &COLUMNS, &mut report)
            .and_then(|mut table| read(&mut table, "f", trust, &mut report));
        (found, report)
    }

    #[test]
    fn a_school_is_read_whatever_the_order_of_columns() {
        let row = "\"124960 Predecessor, 124961 Predecessor - amalgamated, 1 Successor\",31/05/2022,01-09-2012,11,2,\
            Primary,  Danetree   Primary School ,3064,936,GLF Schools,138764,Epsom\n";
        let (found, report) = schools(row, " glf  SCHOOLS ");
        assert!(report.is_sound(), "{:?}", report.error_lines());
        let found = found.expect("the trust");
        assert_eq!(found.trust, "GLF Schools");
        let school = school::Model {
            id: Uuid::nil(),
            trust_id: Uuid::nil(),
            urn: 138_764,
            la_code: 936,
            establishment_number: 3_064,
            name: "Danetree Primary School".to_owned(),
            education_phase: EducationPhase::Primary,
            lowest_age: Some(2),
            highest_age: Some(11),
            opened_on: NaiveDate::from_ymd_opt(2012, 9, 1),
            closed_on: NaiveDate::from_ymd_opt(2022, 5, 31),
            version: 1,
        };
        let expected = Establishment { school, predecessors: BTreeSet::from([124_960, 124_961]) };
        assert_eq!(found.schools, BTreeMap::from([(138_764, expected)]));
    }

    #[test]
    fn all_that_is_wrong_with_a_row_is_told_at_once() {
        let (_, report) = schools(",2022-05-31,,eleven,2,Infant,,30640,0,GLF,13876,x\n", "GLF");
        let lines = report.error_lines();
        assert_eq!(lines.len(), 7, "{lines:#?}");
        assert!(lines[0].starts_with("f:row 2, column URN: `13876` is not a unique reference number."), "{lines:#?}");
    }

    #[test]
    fn cells_that_do_not_fit_together_are_told_at_a_column_each() {
        let (_, report) = schools(",31/05/2011,01-09-2012,4,11,Primary,A,1,936,GLF,138764,x\n", "GLF");
        let told = [
            "f:row 2, column StatutoryLowAge: The lowest age is above the highest; swap them.",
            "f:row 2, column CloseDate: The last day, 2011-05-31, lies before the first, 2012-09-01.",
        ];
        assert_eq!(report.error_lines(), told);
    }

    #[test]
    fn a_urn_stands_in_one_row_alone() {
        let row = "Does not have links,,,11,4,Primary,A,1,936,GLF,138764,x\n";
        let (_, report) = schools(&format!("{row}{row}"), "GLF");
        let told = ["f:row 3, column URN: `138764` stands in row 2 already. Remove one of the two."];
        assert_eq!(report.error_lines(), told);
    }

    #[test]
    fn rows_of_others_are_passed_over_with_what_is_wrong_in_them() {
        let rows = ",,,,,,,,,,20057,children's centre\n,,,11,4,Primary,A,1,936,GLF,138764,x\n";
        let (found, report) = schools(rows, "GLF");
        assert!(report.is_sound() && found.is_some_and(|found| found.schools.len() == 1));
    }

    #[test]
    fn an_unknown_trust_is_told_its_nearest() {
        let (found, report) = schools(",,,11,4,Primary,A,1,936,GLF SCHOOLS,138764,x\n", "GFL Schools");
        assert!(found.is_none());
        let told = ["f: No school of the file belongs to a trust `GFL Schools`. Nearest: GLF SCHOOLS."];
        assert_eq!(report.error_lines(), told);
        let (_, report) = schools("", "");
        assert!(report.error_lines().concat().contains("no trust at all"));
    }

    #[test]
    fn links_are_predecessors_or_passed_over() {
        assert_eq!(predecessors("Does not have links"), Ok(BTreeSet::new()));
        assert_eq!(predecessors(""), Ok(BTreeSet::new()));
        assert_eq!(predecessors("124960 Merged - change in age range"), Ok(BTreeSet::new()));
        assert_eq!(predecessors("124960 Predecessor,124961 Successor"), Ok(BTreeSet::from([124_960])));
        assert!(predecessors("12496 Predecessor").is_err());
    }
}
