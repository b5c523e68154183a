//! `plumbline import`: files of schools, of what is taught, and of published results.

use std::path::PathBuf;

use clap::Subcommand;

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
        /// Say what would be added, changed and removed, and write nothing.
        #[arg(long)]
        dry_run: bool,
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
    let imported = import(&db, source).await;
    db.close().await;
    let (lines, report) = imported?;
    print(&report.warning_lines().into_iter().map(|line| format!("warning: {line}")).collect::<Vec<_>>());
    for line in lines {
        hand_out(&line)?;
    }
    Ok(())
}

/// The argument of each field of a version.
const ARGUMENTS: [(&str, &str); 3] = [("rationale", "--rationale"), ("source", "--source"), ("licence", "--licence")];

/// Why nothing was imported, once what is wrong in the files was printed.
fn told(error: ImportError) -> Failure {
    if let ImportError::Refused(report) = &error {
        print(&report.error_lines());
    }
    error.into()
}

/// Imports the files. Returns a line on each import, and the report of what was taken otherwise than as it stands in
/// a file.
async fn import(db: &Db, source: Source) -> Result<(Vec<String>, Report), Failure> {
    match source {
        Source::Gias { file, trust } => {
            let imported = gias::import(db, &file, &trust).await.map_err(told)?;
            Ok((vec![imported.to_string()], imported.report))
        }
        Source::Curriculum { file, trust, rationale, source, licence, dry_run } => {
            let origin =
                Origin { rationale, source, licence }.checked().map_err(|faults| refused(faults, &ARGUMENTS))?;
            let trust = find_trust(db, &trust).await?.id;
            let mut report = Report::default();
            let imported = curriculum::import(db, &file, trust, origin, dry_run, &mut report).await.map_err(told)?;
            let mut lines: Vec<String> = imported.iter().map(ToString::to_string).collect();
            if dry_run {
                lines.push("This was a dry run: nothing was written.".to_owned());
            }
            Ok((lines, report))
        }
        Source::Ks2 { files, year } => {
            let imported = ks2::import(db, &files, year).await.map_err(told)?;
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
