//! `plumbline demo`: a trust to look at.

use clap::Args;

use super::Failure;
use crate::config::Config;

/// How large.
#[derive(Debug, Args)]
pub(super) struct Arguments {}

pub(super) async fn run(_config: Config, _arguments: Arguments) -> Result<(), Failure> {
    Ok(())
}
