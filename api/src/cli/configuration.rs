//! `plumbline config`: look at the settings that are in force, and whether they hold.

use clap::Subcommand;

use super::{Failure, say::hand_out};
use crate::config::{Config, ConfigError};
use crate::db::shown_url;

#[derive(Debug, Subcommand)]
pub(super) enum What {
    /// Read the configuration, and say whether all of it holds. Nothing is opened or started.
    Check,
    /// Print every setting that is in force, as a file would have it, without passwords.
    ///
    /// Settings that are not set and have no default are left out. `plumbline.example.toml` of the sources has all there
    /// are, each with what it means.
    Show,
}

pub(super) fn run(config: Result<Config, ConfigError>, what: &What) -> Result<(), Failure> {
    let config = config?;
    match what {
        What::Check => hand_out(
            "The configuration holds. `plumbline doctor` looks at what it names: database, keys, issuers, disks.",
        ),
        What::Show => hand_out(shown(config)?.trim_end()),
    }
}

/// All settings as a file would have them, without passwords.
///
/// # Errors
/// They cannot be told as TOML.
pub(super) fn shown(mut config: Config) -> Result<String, Failure> {
    config.database_url = shown_url(&config.database_url);
    Ok(toml::to_string(&config)?)
}
