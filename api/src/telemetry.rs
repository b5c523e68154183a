//! Logs: readable lines or JSON, on standard error, never with a pupil's name in them.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// Starts logging for the process, of what `usual` lets through where nothing else is set; a second call changes nothing.
///
/// # Errors
/// The filter cannot be read; says so.
pub fn start(log: &Log, usual: &str) -> Result<(), String> {
    let filter = log.filter.as_deref().unwrap_or(usual);
    let filter = EnvFilter::try_new(filter)
        .map_err(|error| format!("configuration: log.filter `{filter}` cannot be read: {error}"))?
        // The migrator says at `info` what `plumbline migrate status` says better.
        .add_directive("sea_orm_migration=warn".parse().map_err(|error| format!("{error}"))?);
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    // Colours are for a screen: in a file they are noise.
    let lines = lines.with_ansi(std::io::stderr().is_terminal());
    let started = match log.format {
        LogFormat::Text => lines.compact().try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    if started.is_err() {
        tracing::debug!("logging was started already");
    }
    Ok(())
}
