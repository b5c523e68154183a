//! What a trust intends to teach, from a file: our own template, the National Curriculum of 2014, or a sequence of units.
//!
//! | columns | file | an objective is |
//! | --- | --- | --- |
//! | `subject,code,category,strand,year_groups,statement,reason,builds_on` | our template | a row |
//! | `sub_content_descriptor`, `key_stage`, .. | the National Curriculum for key stages 1 and 2 | a statement |
//! | `unit_id`, `sequence`, `threads`, .. | units of a curriculum in sequence | a unit |
//!
//! docs/curriculum.md says how each column is read.

mod known;
mod read;
mod store;
mod template;

use std::fmt;
use std::path::Path;

use plumbline_entity::{objective::ObjectiveCategory, year_group::YearGroup};

use super::report::{ImportError, Report};
use super::table::Table;
use crate::curriculum::rules::version_texts;
use crate::db::Db;
use crate::rulebook::Faults;

pub use read::{Format, Taught, read};

/// An objective as a file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The row of the file, for messages.
    pub row: u64,
    /// Short name, unique in its subject.
    pub code: String,
    /// Knowledge or skill.
    pub category: ObjectiveCategory,
    /// The strand of the subject.
    pub strand: String,
    /// The first year group in which it is taught, and that by the end of which it is due.
    pub years: (YearGroup, YearGroup),
    /// Its place in the sequence.
    pub position: i32,
    /// What pupils are to know or to be able to do.
    pub statement: String,
    /// Why it comes where it comes.
    pub reason: Option<String>,
    /// The codes of what it builds on.
    pub builds_on: Vec<String>,
}

/// Where what is imported comes from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Why the sequence is as it is.
    pub rationale: String,
    /// The source; the one that the kind of file names, if it is left out.
    pub source: Option<String>,
    /// Its licence; as above.
    pub licence: Option<String>,
}

impl Origin {
    /// Checks it before any file is read.
    ///
    /// # Errors
    /// A text is missing or too long, by the field of a version that it becomes.
    pub fn checked(mut self) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        version_texts(&mut self.rationale, &mut self.source, &mut self.licence, &mut faults);
        faults.none().map(|()| self)
    }
}

/// What came of a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The code of the subject.
    pub subject: String,
    /// Whether the subject was new.
    pub created: bool,
    /// The number of the version by which is taught now.
    pub version: i32,
    /// Whether the version is new.
    pub changed: bool,
    /// How many objectives it has.
    pub objectives: usize,
    /// How many links these have to what they build on.
    pub links: usize,
    /// What became of the objectives that there were.
    pub difference: Difference,
}

/// What an import makes of the objectives of a subject.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// How many are new.
    pub added: usize,
    /// How many say something else, stand elsewhere or build on other ones.
    pub changed: usize,
    /// The codes of those that are taught by no longer, in order.
    pub removed: Vec<String>,
}

/// Most codes that are named in a line.
const MOST_NAMED: usize = 10;

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { added, changed, removed } = self;
        write!(formatter, "{added} added, {changed} changed, {} removed", removed.len())?;
        if !removed.is_empty() {
            let named: Vec<&str> = removed.iter().take(MOST_NAMED).map(String::as_str).collect();
            let more = if removed.len() > MOST_NAMED { ", .." } else { "" };
            write!(formatter, " ({}{more})", named.join(", "))?;
        }
        Ok(())
    }
}

impl fmt::Display for Imported {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { subject, version, objectives, links, .. } = self;
        let known = if self.created { " (a new subject)" } else { "" };
        let many = |number: &usize, what: &str| format!("{number} {what}{}", if *number == 1 { "" } else { "s" });
        let (objectives, links) = (many(objectives, "objective"), many(links, "link"));
        write!(formatter, "{subject}{known}: version {version}, {objectives}, {links}")?;
        if self.changed && self.version == 1 {
            formatter.write_str(", taught by from today")
        } else if self.changed {
            write!(formatter, ", taught by from today: {}", self.difference)
        } else {
            formatter.write_str(": nothing was changed")
        }
    }
}

/// Imports the curriculum of a trust: for each subject in the file a version by which is taught from today. All of the file, or
/// nothing. The same file again changes nothing. An objective that keeps its code keeps its history. With `dry_run` nothing is written:
/// what is returned is what would come of it.
///
/// # Errors
/// [`ImportError`]; the database is then as it was.
pub async fn import(
    db: &Db,
    file: &Path,
    trust: uuid::Uuid,
    origin: Origin,
    dry_run: bool,
    report: &mut Report,
) -> Result<Vec<Imported>, ImportError> {
    let name = file.display().to_string();
    let format = Table::open(file, &["subject"], report).and_then(|table| Format::of(&table, &name, report));
    let table = format.and_then(|format| Some((format, Table::open(file, format.columns(), report)?)));
    let Some((format, mut table)) = table else { return Err(ImportError::Refused(std::mem::take(report))) };
    let taught = read(&mut table, format, &name, report);
    if !report.is_sound() {
        return Err(ImportError::Refused(std::mem::take(report)));
    }
    let origin = Origin {
        rationale: origin.rationale,
        source: origin.source.or_else(|| format.source().map(str::to_owned)),
        licence: origin.licence.or_else(|| format.licence().map(str::to_owned)),
    };
    store::store(db, trust, &taught, &origin, (&name, dry_run), report).await
}
