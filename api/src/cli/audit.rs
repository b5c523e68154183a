//! `plumbline audit`: checks that the audit is as it was written, and prints all of it to take away.

use std::io::{BufWriter, Write as _, stdout};

use clap::Subcommand;

use super::{Failure, must_be_there, open_as_it_stands};
use crate::{
    audit::{Anchor, export, verify},
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
    },
    /// Print every entry as a line of JSON, in order.
    Export,
}

pub(super) async fn run(config: &Config, what: What) -> Result<(), Failure> {
    // Does not migrate: a command that looks must change nothing.
    must_be_there(config)?;
    let db = open_as_it_stands(config).await?;
    let state = db.migration_state().await?;
    if let Some(step) = state.pending.iter().find(|step| step.ends_with("_audit")) {
        return Err(
            format!("this database has no audit yet (step {step} is pending). Run `plumbline migrate up`").into()
        );
    }
    match what {
        What::Verify { expect } => walk(&db, expect).await?,
        What::Export => {
            let mut out = BufWriter::new(stdout().lock());
            export(&db, |line| writeln!(out, "{line}")).await?;
            out.flush()?;
        }
    }
    db.close().await;
    Ok(())
}

/// After how many entries it reports its progress.
const PROGRESS: i64 = 100_000;

async fn walk(db: &Db, expect: Option<Anchor>) -> Result<(), Failure> {
    let mut told = 0;
    let progress = |good: i64| {
        if good >= told + PROGRESS {
            told = good;
            eprintln!("audit: {good} entries are what was written; going on");
        }
    };
    let verified = verify(db, expect, progress).await??;
    match verified.end {
        None => println!("the audit is empty"),
        Some(end) => println!("the audit is what was written: {} entries, up to {end}", verified.entries),
    }
    Ok(())
}
