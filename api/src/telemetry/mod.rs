//! Logs: readable lines or JSON, on standard error, never with a pupil's name in them. Nobody who logs waits for
//! whoever reads.

mod lines;

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::IsTerminal as _;
use std::panic::{PanicHookInfo, set_hook};

use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};
pub use lines::{Dropped, Logging};

/// Starts logging for the process, of what `usual` lets through where nothing else is set; a second call changes nothing.
/// Lines are written as long as the result is kept; dropping it waits for the last ones, for at most two seconds.
///
/// # Errors
/// The filter cannot be read; says so.
pub fn start(log: &Log, usual: &str) -> Result<Logging, String> {
    let filter = log.filter.as_deref().unwrap_or(usual);
    let filter = EnvFilter::try_new(filter)
        .map_err(|error| format!("configuration: log.filter `{filter}` cannot be read: {error}"))?
        // The migrator says at `info` what `plumbline migrate status` says better.
        .add_directive("sea_orm_migration=warn".parse().map_err(|error| format!("{error}"))?);
    let (lines, logging) = lines::to(std::io::stderr());
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(lines).with_target(false);
    // Colours are for a screen: in a file they are noise. A line that cannot be written is counted; to complain about
    // it on standard error would panic where nobody reads.
    let lines = lines.with_ansi(std::io::stderr().is_terminal()).log_internal_errors(false);
    let started = match log.format {
        LogFormat::Text => lines.compact().try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    if started.is_err() {
        tracing::debug!("logging was started already");
    }
    set_hook(Box::new(log_panic));
    Ok(logging)
}

/// Logs a panic. The hook of the standard library would write to standard error by itself, and so wait for whoever
/// reads.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let (panic, trace) = (panic.to_string().replace('\n', " "), Backtrace::capture());
    if trace.status() == BacktraceStatus::Captured {
        tracing::error!(backtrace = %trace, "{panic}");
    } else {
        tracing::error!("{panic}");
    }
}
