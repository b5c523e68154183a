//! `plumbline import`: files of schools and of published results.

use clap::Subcommand;

use super::Failure;
use crate::config::Config;

/// What kind of file.
#[derive(Debug, Subcommand)]
pub(super) enum Source {}

pub(super) async fn run(_config: &Config, source: Source) -> Result<(), Failure> {
    match source {}
}
