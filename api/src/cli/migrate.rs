//! `plumbline migrate`: the shape of the database.

use clap::Subcommand;

use super::{Failure, open, say::hand_out};
use crate::config::Config;

/// Which way to migrate.
#[derive(Debug, Subcommand)]
pub(super) enum Direction {
    /// Apply all steps that are pending, in one transaction. `serve` does this by itself.
    Up,
    /// Take the newest steps back, in one transaction. What they held is lost.
    Down {
        /// How many steps.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
        steps: u32,
    },
    /// List the steps: applied, pending, or unknown to this version.
    Status,
}

pub(super) async fn run(config: &Config, direction: Direction) -> Result<(), Failure> {
    let db = open(config).await?;
    match direction {
        Direction::Up => {
            let state = db.migrate_up().await?;
            for step in &state.pending {
                hand_out(&format!("applied {step}"))?;
            }
            if state.pending.is_empty() {
                hand_out("nothing to do: the database is up to date")?;
            }
        }
        Direction::Down { steps } => {
            db.migrate_down(steps).await?;
            hand_out(&format!("took {steps} step(s) back"))?;
        }
        Direction::Status => {
            let state = db.migration_state().await?;
            for (word, steps) in [("applied", &state.applied), ("pending", &state.pending), ("unknown", &state.unknown)]
            {
                for step in steps.iter().filter(|step| word != "applied" || !state.unknown.contains(step)) {
                    hand_out(&format!("{word:8} {step}"))?;
                }
            }
        }
    }
    db.close().await;
    Ok(())
}
