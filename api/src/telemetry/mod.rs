//! Logs: readable lines or JSON, on standard error; and traces, for a collector. Neither has a pupil's name in it, and
//! nobody waits for whoever takes them.

pub mod counts;
mod lines;
mod traces;

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::IsTerminal as _;
use std::panic::{PanicHookInfo, set_hook};

use tracing_subscriber::{EnvFilter, Layer as _, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use crate::config::{Config, Log, LogFormat};
pub use lines::Dropped;
use lines::Logging;
use traces::Exporting;
pub use traces::{TRACES, continue_from, look_at_collector, rename};

/// What is told of the process, for as long as this is kept. Dropped, it waits for the last spans and lines, two seconds
/// at most for each.
#[derive(Debug)]
pub struct Telemetry {
    /// Ends first, so that the log can say how it ended.
    #[expect(dead_code, reason = "hands over the last spans when it is dropped")]
    traces: Option<Exporting>,
    lines: Logging,
}

impl Telemetry {
    /// A counter of the lines of the log that were dropped.
    #[must_use]
    pub fn dropped_lines(&self) -> Dropped {
        self.lines.dropped()
    }
}

/// Starts logging for the process, of what `usual` lets through where nothing else is set, and, for a process that
/// `serves`, traces where a collector is named. A second call changes nothing.
///
/// # Errors
/// The filter cannot be read, or the collector cannot be asked; says so.
pub fn start(config: &Config, usual: &str, serves: bool) -> Result<Telemetry, String> {
    let (lines, log) = lines::to(std::io::stderr());
    let filter = filter(&config.log, usual)?;
    let lines = fmt::layer().with_writer(lines).with_target(false);
    // Colours are for a screen: in a file they are noise. A line that cannot be written is counted; to complain about
    // it on standard error would panic where nobody reads.
    let lines = lines.with_ansi(std::io::stderr().is_terminal()).log_internal_errors(false);
    let lines = match config.log.format {
        LogFormat::Text => lines.compact().with_filter(filter).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_filter(filter).boxed(),
    };
    let endpoint = config.traces.endpoint.as_deref().filter(|_| serves);
    let traces = endpoint.map(|endpoint| traces::exporting(&config.traces, endpoint, config.auth.ca_file.as_deref()));
    let traces = traces.transpose()?;
    let spans = traces.as_ref().map(traces::layer);
    if tracing_subscriber::registry().with(lines).with(spans).try_init().is_err() {
        tracing::debug!("logging was started already");
    }
    set_hook(Box::new(log_panic));
    Ok(Telemetry { traces, lines: log })
}

/// What of all lines is written.
fn filter(log: &Log, usual: &str) -> Result<EnvFilter, String> {
    let filter = log.filter.as_deref().unwrap_or(usual);
    let unread =
        |error: &dyn std::fmt::Display| format!("configuration: log.filter `{filter}` cannot be read: {error}");
    let mut read = EnvFilter::try_new(filter).map_err(|error| unread(&error))?;
    // The migrator says at `info` what `plumbline migrate status` says better. Spans for traces are many.
    for directive in ["sea_orm_migration=warn".to_owned(), format!("{TRACES}=off")] {
        read = read.add_directive(directive.parse().map_err(|error| unread(&error))?);
    }
    Ok(read)
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
