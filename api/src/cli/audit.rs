//! `plumbline audit`: checks that the audit is as it was written, and prints all of it to take away.

use std::io::{BufWriter, Write as _, stdout};
use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::{
    Failure, must_be_there, open_as_it_stands,
    say::{hand_out, report},
};
use crate::{
    audit::{Anchor, export, verify, verify_file},
    config::Config,
    db::Db,
};

/// What to do with the audit.
#[derive(Debug, Subcommand)]
pub(super) enum What {
    /// Walk along the whole chain and say whether it is as it was written; end non-zero at the first entry that is
    /// not.
    Verify {
        /// The end of the chain as an earlier `verify` printed it. With it, `verify` also finds that entries were
        /// deleted at the end, or that the whole chain was written anew. Keep it where nobody with the database's
        /// password can write.
        #[arg(long, value_name = "NUMBER:HASH")]
        expect: Option<Anchor>,
        /// A file that `plumbline prune` wrote: walk along the chain in it instead. It needs no database.
        #[arg(long, value_name = "FILE")]
        segment: Option<PathBuf>,
    },
    /// Print every entry as a line of JSON, in order.
    Export,
}

pub(super) async fn run(config: &Config, what: What) -> Result<(), Failure> {
    if let What::Verify { segment: Some(file), expect } = &what {
        return in_file(file, expect.as_ref());
    }
    // Does not migrate: a command that looks must change nothing.
    must_be_there(config)?;
    let db = open_as_it_stands(config).await?;
    let state = db.migration_state().await?;
    if let Some(step) = state.pending.iter().find(|step| step.contains("_audit")) {
        return Err(
            format!("this database has no audit yet, or not as this version needs it (step {step} is pending). Run `plumbline migrate up`").into()
        );
    }
    match what {
        What::Verify { expect, .. } => walk(&db, expect).await?,
        What::Export => {
            let mut out = BufWriter::new(stdout().lock());
            export(&db, |line| writeln!(out, "{line}")).await?;
            out.flush()?;
        }
    }
    db.close().await;
    Ok(())
}

fn in_file(file: &Path, expect: Option<&Anchor>) -> Result<(), Failure> {
    let (after, entries, end) = verify_file(file).map_err(|damaged| format!("{}: {damaged}", file.display()))?;
    if let Some(expect) = expect.filter(|expect| **expect != end) {
        return Err(format!("{} ends with {end}, and {expect} was expected", file.display()).into());
    }
    hand_out(&format!("{} is what was written: {entries} entries after {after}, up to {end}", file.display()))?;
    Ok(())
}

/// After how many entries it reports its progress.
const PROGRESS: i64 = 100_000;

async fn walk(db: &Db, expect: Option<Anchor>) -> Result<(), Failure> {
    let mut told = 0;
    let progress = |good: i64| {
        if good >= told + PROGRESS {
            told = good;
            report(&format!("audit: {good} entries are what was written; going on"));
        }
    };
    let verified = verify(db, expect, progress).await??;
    if let Some(archived) = &verified.archived {
        hand_out(&format!("the audit goes on from {archived}, the end of its last segment"))?;
    }
    match verified.end {
        None => hand_out("the audit is empty")?,
        Some(end) => hand_out(&format!("the audit is what was written: {} entries, up to {end}", verified.entries))?,
    }
    Ok(())
}
