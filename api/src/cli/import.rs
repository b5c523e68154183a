//! `plumbline import`: files of schools, of what is taught, and of published results.

use std::path::PathBuf;

use clap::Subcommand;
use uuid::Uuid;

use super::{
    Failure, find_trust, must_be_there, open_migrated, refused,
    say::{hand_out, report},
};
use crate::config::Config;
use crate::db::Db;
use crate::mis::{
    ImportError, Report,
    curriculum::{self, Origin},
    gias, ks2,
};
use crate::rulebook::values::ACADEMIC_YEAR;

/// What kind of file.
#[derive(Debug, Subcommand)]
pub(super) enum Source {
    /// The trust and its schools, from an extract of Get Information about Schools (edubase CSV).
    Gias {
        /// The extract.
        file: PathBuf,
        /// The name of the trust, as the extract has it; upper and lower case do not matter.
        #[arg(long, value_name = "NAME")]
        trust: String,
    },
    /// Published key stage 2 results, from the school tables of the Department for Education.
    Ks2 {
        /// The tables, as in ks2final_2018-2019_936.csv.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// The academic year by its start (2018 is 2018/19), for files whose name does not say it.
        #[arg(long, value_parser = clap::value_parser!(i16).range(ACADEMIC_YEAR.range()))]
        year: Option<i16>,
    },
    /// What the trust intends to teach: our template, the National Curriculum, or units in sequence (docs/curriculum.md).
    ///
    /// Each subject in the file gets a version by which is taught from today; subjects that are not there yet are made. The
    /// same file again changes nothing.
    Curriculum {
        /// The file, a CSV.
        file: PathBuf,
        /// The name of the trust; upper and lower case do not matter.
        #[arg(long, value_name = "NAME")]
        trust: String,
        /// Why the sequence is as it is.
        #[arg(long, value_name = "TEXT", default_value = "As it was imported.")]
        rationale: String,
        /// Where it is taken from. The National Curriculum and units say it themselves.
        #[arg(long, value_name = "TEXT")]
        source: Option<String>,
        /// The licence of the source.
        #[arg(long, value_name = "TEXT")]
        licence: Option<String>,
    },
    /// Show which published results were imported, by year and local authority.
    List,
    /// Take published results of a year back, as after an import under the wrong year.
    Forget {
        /// The academic year by its start (2018 is 2018/19).
        #[arg(long, value_parser = clap::value_parser!(i16).range(ACADEMIC_YEAR.range()))]
        year: i16,
        /// Those of this local authority alone, such as 936.
        #[arg(long, value_name = "NUMBER")]
        local_authority: Option<i16>,
    },
}

pub(super) async fn run(config: &Config, source: Source) -> Result<(), Failure> {
    if matches!(source, Source::List | Source::Forget { .. }) {
        must_be_there(config)?;
    }
    let db = open_migrated(config).await?;
    let imported = match named_trust(&db, &source).await {
        Ok(trust) => import(&db, source, trust).await,
        Err(failure) => {
            db.close().await;
            return Err(failure);
        }
    };
    db.close().await;
    if let Err(ImportError::Refused(report)) = &imported {
        print(&report.error_lines());
    }
    let (lines, report) = imported?;
    print(&report.warning_lines().into_iter().map(|line| format!("warning: {line}")).collect::<Vec<_>>());
    for line in lines {
        hand_out(&line)?;
    }
    Ok(())
}

/// The argument of each field of a version.
const ARGUMENTS: [(&str, &str); 3] = [("rationale", "--rationale"), ("source", "--source"), ("licence", "--licence")];

/// The trust whose curriculum is imported, once what is said of it can be kept; for other files none is looked up.
async fn named_trust(db: &Db, source: &Source) -> Result<Uuid, Failure> {
    match source {
        Source::Curriculum { trust, rationale, source, licence, .. } => {
            let (rationale, source, licence) = (rationale.clone(), source.clone(), licence.clone());
            let origin = Origin { rationale, source, licence }.checked();
            origin.map_err(|faults| refused(faults, &ARGUMENTS))?;
            Ok(find_trust(db, trust).await?.id)
        }
        _ => Ok(Uuid::nil()),
    }
}

/// Imports the files. Returns a line on each import, and the report of what was taken otherwise than as it stands in
/// a file.
async fn import(db: &Db, source: Source, trust: Uuid) -> Result<(Vec<String>, Report), ImportError> {
    match source {
        Source::Gias { file, trust } => {
            let imported = gias::import(db, &file, &trust).await?;
            Ok((vec![imported.to_string()], imported.report))
        }
        Source::Curriculum { file, rationale, source, licence, .. } => {
            let mut report = Report::default();
            let origin = Origin { rationale, source, licence };
            let imported = curriculum::import(db, &file, trust, origin, &mut report).await?;
            Ok((imported.iter().map(ToString::to_string).collect(), report))
        }
        Source::Ks2 { files, year } => {
            let imported = ks2::import(db, &files, year).await?;
            Ok((imported.files.iter().map(ToString::to_string).collect(), imported.report))
        }
        Source::List => {
            let mut lines: Vec<String> = ks2::kept(db).await?.iter().map(ToString::to_string).collect();
            if lines.is_empty() {
                lines.push("No published results were imported. `plumbline import ks2` reads them.".to_owned());
            }
            Ok((lines, Report::default()))
        }
        Source::Forget { year, local_authority } => {
            let results = ks2::forget(db, year, local_authority).await?;
            let line = match results {
                0 => "There were no such results: nothing was changed. `plumbline import list` shows those that there are.".to_owned(),
                results => format!("{results} results were taken back."),
            };
            Ok((vec![line], Report::default()))
        }
    }
}

fn print(lines: &[String]) {
    for line in lines {
        report(line);
    }
}
