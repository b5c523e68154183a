//! Configuration: defaults, then a file, then the environment; checked before anything starts.

mod algorithm;
mod auth;
mod limits;
mod retention;
mod stopping;
mod subscriptions;
mod time_zone;
mod traces;

use std::net::SocketAddr;
use std::path::Path;

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::{Deserialize, Serialize};

pub use algorithm::Algorithm;
pub(crate) use auth::is_loopback;
pub use auth::{Auth, DEVELOPMENT_ISSUER, IssuerSettings};
pub use limits::Limits;
pub use retention::Retention;
pub use stopping::Stopping;
pub use subscriptions::{MOST_WAITING, Subscriptions};
pub use time_zone::TimeZone;
pub use traces::Traces;

/// Everything that can be set. `docs/operations.md` has the table; `plumbline serve --help` the short form.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// `sqlite:FILE` or `postgres://...`; also `DATABASE_URL`.
    pub database_url: String,
    /// Connections to the database at once; 2 to 4 for each core is about right.
    pub database_connections: u32,
    /// Whether PostgreSQL itself keeps viewers to what is theirs (row-level security), beside the service.
    pub database_row_security: bool,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where to tell metrics, apart from the API; nowhere unless it is set.
    pub metrics_listen: Option<SocketAddr>,
    /// Where the schools are: it decides what day it is.
    pub time_zone: TimeZone,
    /// Tokens.
    pub auth: Auth,
    /// Logs.
    pub log: Log,
    /// Traces.
    pub traces: Traces,
    /// Disclosure control.
    pub disclosure: Disclosure,
    /// Limits on requests.
    pub limits: Limits,
    /// WebSockets and event streams.
    pub subscriptions: Subscriptions,
    /// How the service takes its leave.
    pub stopping: Stopping,
    /// Pages of other origins.
    pub cors: Cors,
    /// How long is kept what need not be kept for ever.
    pub retention: Retention,
}

/// Pages of other origins.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cors {
    /// The origins whose pages may ask, exactly: `https://front.example.org`. By default there are none.
    pub origins: Vec<String>,
}

/// Logs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// Lines for people, or JSON for machines.
    pub format: LogFormat,
    /// What is logged, as `tracing` filters: `info`, `plumbline=debug`, ... If it is not set, `info`; for `plumbline
    /// demo`, which reports its progress itself, `warn`.
    pub filter: Option<String>,
}

/// The form of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Readable lines.
    Text,
    /// One JSON object a line.
    Json,
}

/// Disclosure control.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disclosure {
    /// Cells of 1 to `threshold - 1` pupils are withheld from those who may not see the pupils.
    pub threshold: u32,
}

/// The configuration cannot be used; says which setting, from where, and how to mend it.
#[derive(Debug, thiserror::Error)]
#[error("configuration: {0}")]
pub struct ConfigError(String);

/// The folder in which a machine without configuration keeps its database and key.
pub const DATA_FOLDER: &str = "plumbline-data";

impl Default for Config {
    fn default() -> Self {
        Self {
            database_url: format!("sqlite:{DATA_FOLDER}/plumbline.sqlite"),
            database_connections: 8,
            database_row_security: false,
            listen: SocketAddr::from(([127, 0, 0, 1], 8000)),
            metrics_listen: None,
            time_zone: TimeZone::default(),
            auth: Auth::default(),
            log: Log { format: LogFormat::Text, filter: None },
            traces: Traces::default(),
            disclosure: Disclosure { threshold: 6 },
            limits: Limits::default(),
            subscriptions: Subscriptions::default(),
            stopping: Stopping::default(),
            cors: Cors::default(),
            retention: Retention::default(),
        }
    }
}

impl Config {
    /// Reads `file` (or `plumbline.toml` where there is one) and the environment: `DATABASE_URL`,
    /// and `PLUMBLINE_` with `__` between levels, as in `PLUMBLINE_LOG__FORMAT=json`.
    ///
    /// # Errors
    /// [`ConfigError`], on one line.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        if let Some(file) = file.filter(|file| !file.is_file()) {
            return Err(ConfigError(format!("there is no file {}", file.display())));
        }
        let file = file.unwrap_or_else(|| Path::new("plumbline.toml"));
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        if file.is_file() {
            figment = figment.merge(Toml::file_exact(file));
        }
        let config: Self = figment
            .merge(Env::prefixed("PLUMBLINE_").split("__"))
            .merge(Env::raw().only(&["DATABASE_URL"]))
            .extract()
            .map_err(|error| ConfigError(explain(&error)))?;
        config.validate()?;
        Ok(config)
    }

    fn validate(&self) -> Result<(), ConfigError> {
        let checks = [
            (self.database_url.is_empty(), "database_url is empty; set DATABASE_URL, or leave it out for SQLite"),
            (
                !["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| self.database_url.starts_with(scheme)),
                "DATABASE_URL must begin with `sqlite:` or `postgres://`, as in sqlite:plumbline.sqlite or \
                 postgres://plumbline:secret@localhost/plumbline",
            ),
            (!(1..=500).contains(&self.database_connections), "database_connections must be 1 to 500"),
            (
                !self.cors.origins.iter().all(|origin| is_origin(origin)),
                "cors.origins must be origins such as https://front.example.org: a scheme and a host, no path, no `*`",
            ),
            (
                self.listen.port() != 0 && self.metrics_listen == Some(self.listen),
                "metrics_listen must be another address than listen: the API is for everybody, metrics are not",
            ),
            (!(3..=100).contains(&self.disclosure.threshold), "disclosure.threshold must be 3 to 100"),
        ];
        let fault = checks.into_iter().find(|(wrong, _)| *wrong).map(|(_, message)| message.to_owned());
        let fault = fault.or_else(|| {
            self.limits
                .fault()
                .or_else(|| self.subscriptions.fault())
                .or_else(|| self.retention.fault())
                .or_else(|| self.stopping.fault())
                .or_else(|| self.traces.fault())
                .map(str::to_owned)
        });
        match fault.or_else(|| self.auth.fault()) {
            Some(message) => Err(ConfigError(message)),
            None => Ok(()),
        }
    }
}

/// Whether a text is an origin as browsers send it: a scheme, a host in small letters, perhaps a port.
fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let letter = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || ".-:[]".contains(letter);
    host.is_some_and(|host| !host.is_empty() && host.chars().all(letter))
}

/// One line for a person: which setting, what is wrong, where it was read from.
fn explain(error: &figment::Error) -> String {
    let setting = error.path.join(".");
    let place = error.metadata.as_ref().map(|metadata| match &metadata.source {
        Some(source) => format!(" (read from {source})"),
        None => format!(" (read from {})", metadata.name),
    });
    let what = match &error.kind {
        figment::error::Kind::UnknownField(field, known) => {
            format!("there is no setting `{field}`; known here: {}", known.join(", "))
        }
        kind => kind.to_string(),
    };
    let subject = if setting.is_empty() { String::new() } else { format!("{setting}: ") };
    format!("{subject}{what}{}", place.unwrap_or_default()).replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_hold() {
        assert!(Config::default().validate().is_ok());
    }

    #[test]
    fn each_limit_is_refused_beyond_its_edge_in_words() {
        let mut config = Config::default();
        config.disclosure.threshold = 2;
        assert_eq!(
            config.validate().map_err(|e| e.to_string()),
            Err("configuration: disclosure.threshold must be 3 to 100".into())
        );
        config.disclosure.threshold = 3;
        assert!(config.validate().is_ok());
    }

    #[test]
    fn limits_with_which_nothing_would_work_are_refused_by_name() {
        let refused = |change: fn(&mut Limits)| {
            let mut config = Config::default();
            change(&mut config.limits);
            config.validate().map_err(|error| error.to_string()).err().unwrap_or_default()
        };
        type Change = (&'static str, fn(&mut Limits));
        let changes: [Change; 13] = [
            ("limits.tokens", |limits| limits.tokens = 499),
            ("limits.depth", |limits| limits.depth = 14),
            ("limits.nesting", |limits| limits.nesting = 101),
            ("limits.fields", |limits| limits.fields = 499),
            ("limits.requests", |limits| limits.requests = 0),
            ("limits.requests_per_caller", |limits| limits.requests_per_caller = 0),
            ("limits.unread_milliseconds", |limits| limits.unread_milliseconds = 99),
            ("limits.leaving_milliseconds", |limits| limits.leaving_milliseconds = 99),
            ("limits.answer_bytes", |limits| limits.answer_bytes = 65_535),
            ("limits.answers_bytes", |limits| limits.answers_bytes = 67_108_863),
            ("limits.cost_bucket", |limits| limits.cost_bucket = 99_999),
            ("limits.cost_restored_per_second", |limits| limits.cost_restored_per_second = 0),
            ("limits.header_milliseconds", |limits| limits.header_milliseconds = 99),
        ];
        for (name, change) in changes {
            assert!(
                refused(change).starts_with(&format!("configuration: {name} must be at ")),
                "{name}: {}",
                refused(change)
            );
        }
    }

    #[test]
    fn an_origin_is_a_scheme_and_a_host() {
        for (text, is) in [
            ("https://front.example.org", true),
            ("http://127.0.0.1:3000", true),
            ("http://[::1]:3000", true),
            ("https://front.example.org/", false),
            ("https://Front.example.org", false),
            ("https://*.example.org", false),
            ("front.example.org", false),
            ("*", false),
            ("null", false),
            ("https://", false),
        ] {
            assert_eq!(is_origin(text), is, "{text}");
        }
    }
}
