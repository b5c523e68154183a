//! Reading a file of a curriculum: which kind it is, its rows, and what holds of all of them together.

use std::collections::{BTreeMap, HashMap};
use std::io::{Read, Seek};

use plumbline_entity::{objective, objective::ObjectiveCategory, year_group::YearGroup};
use uuid::Uuid;

use super::{Line, known, template};
use crate::curriculum::rules::{MOST_LINKS, graph::Links};
use crate::mis::report::{Report, Spot};
use crate::mis::table::{Row, Table};
use crate::mis::values::quoted;

/// What kind of file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Our template.
    Template,
    /// Statements of the National Curriculum.
    NationalCurriculum,
    /// Units of a curriculum, in sequence.
    Units,
}

impl Format {
    /// The kind of a file, by its columns.
    pub(super) fn of<S: Read + Seek>(table: &Table<S>, file: &str, report: &mut Report) -> Option<Self> {
        let has = |column: &str| table.headers().any(|header| header.eq_ignore_ascii_case(column));
        for (column, format) in [
            ("sub_content_descriptor", Self::NationalCurriculum),
            ("unit_id", Self::Units),
            ("statement", Self::Template),
        ] {
            if has(column) {
                return Some(format);
            }
        }
        let message = "This is no file of a curriculum that is known: it has none of the columns `statement` (our template), \
                       `sub_content_descriptor` (the National Curriculum) and `unit_id` (units).";
        report.error(Spot::file(file), message);
        None
    }

    /// The columns that are read.
    #[must_use]
    pub const fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Template => &template::COLUMNS,
            Self::NationalCurriculum => &known::STATEMENTS,
            Self::Units => &known::UNITS,
        }
    }

    /// Where such files come from.
    #[must_use]
    pub const fn source(self) -> Option<&'static str> {
        match self {
            Self::Template => None,
            Self::NationalCurriculum => {
                Some("National curriculum in England: primary curriculum (2014), Department for Education")
            }
            Self::Units => Some("Oak National Academy"),
        }
    }

    /// Their licence.
    #[must_use]
    pub const fn licence(self) -> Option<&'static str> {
        match self {
            Self::Template => None,
            Self::NationalCurriculum | Self::Units => Some("Open Government Licence v3.0"),
        }
    }
}

/// What is taught in each subject, by its code, with its name.
pub type Taught = BTreeMap<String, (String, Vec<Line>)>;

/// Reads all rows, and checks them together.
pub fn read<S: Read + Seek>(table: &mut Table<S>, format: Format, file: &str, report: &mut Report) -> Taught {
    let mut taught = Taught::new();
    let mut latest = known::Threads::default();
    while let Some(row) = table.next_row(report) {
        let read = match format {
            Format::Template => template::line(&row, report),
            Format::NationalCurriculum => known::statement(&row, report),
            Format::Units => known::unit(&row, &mut latest, report),
        };
        let Some((subject, name, line)) = read else { continue };
        if !is_sound(&row, &line, format, report) {
            continue;
        }
        let (_, lines) = taught.entry(subject).or_insert_with(|| (name, Vec::new()));
        match lines.iter().find(|other| other.code == line.code) {
            // The sciences share the statements on how to work scientifically.
            Some(_) if format == Format::NationalCurriculum => {}
            Some(other) => {
                let message = format!("The code {} stands in row {} already.", quoted(&line.code), other.row);
                report.error(row.spot(code_column(format)), message);
            }
            None => lines.push(line),
        }
    }
    if taught.is_empty() && report.is_sound() {
        report.error(
            Spot::file(file),
            "There is no objective in the file, only its columns. Put one in each row below them.",
        );
    }
    for (_, lines) in taught.values_mut() {
        for (position, line) in (1..).zip(lines.iter_mut()) {
            line.position = if line.position > 0 { line.position } else { position };
        }
    }
    check_links(&taught, file, report);
    taught
}

const fn code_column(format: Format) -> &'static str {
    match format {
        Format::Template => "code",
        Format::NationalCurriculum => "sub_content_descriptor_id",
        Format::Units => "unit_id",
    }
}

/// Whether a line can be an objective; the report says why not.
fn is_sound(row: &Row<'_>, line: &Line, format: Format, report: &mut Report) -> bool {
    let columns: [(&str, &'static str); 5] = match format {
        Format::Template => [
            ("code", "code"),
            ("strand", "strand"),
            ("statement", "statement"),
            ("reason", "reason"),
            ("lowestYearGroup", "year_groups"),
        ],
        Format::NationalCurriculum => [
            ("code", "sub_content_descriptor_id"),
            ("strand", "sub_strand"),
            ("statement", "sub_content_descriptor"),
            ("reason", "sub_content_descriptor"),
            ("lowestYearGroup", "year_groups"),
        ],
        Format::Units => [
            ("code", "unit_id"),
            ("strand", "threads"),
            ("statement", "description"),
            ("reason", "description"),
            ("lowestYearGroup", "year_group"),
        ],
    };
    row.check(line.row(Uuid::nil(), Uuid::nil()), &columns, report).is_some()
}

impl Line {
    /// As a row of a version of a subject, without its key.
    pub(super) fn row(&self, version: Uuid, subject: Uuid) -> objective::Model {
        objective::Model {
            id: Uuid::now_v7(),
            trust_id: Uuid::nil(),
            school_id: None,
            subject_id: subject,
            curriculum_version_id: version,
            key: Uuid::nil(),
            code: self.code.clone(),
            category: self.category,
            strand: self.strand.clone(),
            lowest_year_group: self.years.0,
            highest_year_group: self.years.1,
            position: self.position.max(1),
            statement: self.statement.clone(),
            reason: self.reason.clone(),
            stands_for: None,
            version: 1,
        }
    }
}

/// Where a code is: its subject, and its line. In its own subject first, else in another of the file.
pub(super) fn find<'t>(taught: &'t Taught, subject: &str, code: &str) -> Option<(&'t str, &'t Line)> {
    let own = taught.get_key_value(subject);
    own.into_iter().chain(taught.iter()).find_map(|(subject, (_, lines))| {
        lines.iter().find(|line| line.code == code).map(|line| (subject.as_str(), line))
    })
}

/// Checks that all that is built on is there and taught no later, and that nothing builds on itself.
fn check_links(taught: &Taught, file: &str, report: &mut Report) {
    let mut keys: HashMap<(&str, &str), Uuid> = HashMap::new();
    let mut links = Vec::new();
    for (subject, (_, lines)) in taught {
        for line in lines {
            if line.builds_on.len() > MOST_LINKS {
                let spot = Spot { file, row: Some(line.row), column: Some("builds_on") };
                let many = line.builds_on.len();
                report.error(spot, format!("An objective builds on at most {MOST_LINKS} others, these are {many}."));
            }
            for code in &line.builds_on {
                let spot = Spot { file, row: Some(line.row), column: Some("builds_on") };
                let Some((other, earlier)) = find(taught, subject, code) else {
                    report.error(spot, format!("{} is no code of this file.", quoted(code)));
                    continue;
                };
                if earlier.years.0 > line.years.1 {
                    let message = format!("{} is taught from {}, after this one.", quoted(code), earlier.years.0);
                    report.error(spot, message);
                }
                let mut key = |subject, code| *keys.entry((subject, code)).or_insert_with(Uuid::now_v7);
                links.push((line.row, key(subject, line.code.as_str()), key(other, earlier.code.as_str())));
            }
        }
    }
    let graph: Links = links.iter().map(|(_, from, to)| (*from, *to)).collect();
    let codes: HashMap<Uuid, &str> = keys.iter().map(|((_, code), key)| (*key, *code)).collect();
    // In what is sound nothing is tangled, and no way is looked for.
    let tangled = graph.tangled();
    for (row, from, to) in links.iter().filter(|(_, _, to)| tangled.contains(to)) {
        let way = graph.way(*to, *from);
        if !way.is_empty() {
            let spot = Spot { file, row: Some(*row), column: Some("builds_on") };
            let circle = std::iter::once(from).chain(&way).filter_map(|key| codes.get(key).copied());
            let circle = circle.collect::<Vec<_>>().join(" -> ");
            report.error(spot, format!("It would build on itself: {circle}. Leave one of these links out."));
        }
    }
}

/// Year groups as files write them: `R`, `1`, `3-4`, `R-2`.
///
/// # Errors
/// What is wrong, and what to give.
pub(super) fn years(text: &str) -> Result<(YearGroup, YearGroup), String> {
    let one = |text: &str| -> Option<YearGroup> {
        let text = text.trim().to_lowercase();
        let number = match text.strip_prefix("year").unwrap_or(&text).trim() {
            "r" | "reception" => 0,
            "n1" => -2,
            "n2" => -1,
            number => number.parse().ok().filter(|number| (1..=13).contains(number))?,
        };
        YearGroup::from_number(number)
    };
    // Spreadsheets make a dash of a hyphen.
    let text = &text.replace(['\u{2013}', '\u{2014}'], "-");
    let (low, high) = text.split_once('-').unwrap_or((text, text));
    one(low).zip(one(high)).filter(|(low, high)| low <= high).ok_or_else(|| {
        format!(
            "{} is no year group, nor a span of them. Give R, 1 to 13, or the youngest and the oldest as in 3-4.",
            quoted(text)
        )
    })
}

/// Knowledge or skill, as files write it.
///
/// # Errors
/// What is wrong, and what to give.
pub(super) fn category(text: &str) -> Result<ObjectiveCategory, String> {
    match text.to_lowercase().as_str() {
        "knowledge" => Ok(ObjectiveCategory::Knowledge),
        "skill" => Ok(ObjectiveCategory::Skill),
        "" => Err("Whether it is `knowledge` or `skill` is missing.".to_owned()),
        _ => Err(format!("{} is neither `knowledge` nor `skill`.", quoted(text))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn year_groups_are_read_as_schools_write_them() {
        let numbers = |text| years(text).map(|(low, high)| (low.number(), high.number()));
        for (text, read) in [
            ("R", (0, 0)),
            ("1", (1, 1)),
            ("3-4", (3, 4)),
            ("Year 5", (5, 5)),
            ("r - 2", (0, 2)),
            ("3\u{2013}4", (3, 4)),
        ] {
            assert_eq!(numbers(text), Ok(read), "{text}");
        }
        for text in ["", "0", "14", "4-3", "Autumn", "3-"] {
            assert!(numbers(text).is_err_and(|message| message.contains("is no year group")), "{text}");
        }
    }
}
