//! What the service counts for whoever runs it, and how they read it (OpenMetrics, as Prometheus asks for it).
//!
//! A label is one of a few words, or the name of an operation in a trusted document, which somebody registered at the
//! console. Nothing that a caller wrote becomes a label: it could name a pupil, and there would be no end to them.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use async_graphql::{Response, ServerError};
use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response as HttpResponse};
use axum::routing::get;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::{
    counter::{ConstCounter, Counter},
    family::Family,
    gauge::Gauge,
    histogram::Histogram,
};
use prometheus_client::registry::{Registry, Unit};
use tokio::runtime::Handle;
use tracing::Span;

use super::Service;
use super::errors::{Refusal, code_of};
use super::gate::begun;
use super::ready::readyz_of;
use crate::auth::Viewer;
use crate::telemetry::{counts, rename};

/// Up to how many seconds an operation took. The last but one is the limit of time, unless another is set.
const SECONDS: [f64; 13] = [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
/// Most names of operations that become labels; those that come later share one.
const MOST_NAMES: usize = 500;
/// The label of operations whose name is none.
const NO_NAME: &str = "";

/// What was counted since the process began. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Metrics {
    /// By kind, name and outcome.
    operations: Family<[(&'static str, String); 3], Counter>,
    /// By kind.
    seconds: Family<[(&'static str, &'static str); 1], Histogram>,
    /// The names that became labels.
    names: Arc<Mutex<HashSet<String>>>,
}

impl Default for Metrics {
    fn default() -> Self {
        let seconds = Family::new_with_constructor((|| Histogram::new(SECONDS)) as fn() -> Histogram);
        Self { operations: Family::default(), seconds, names: Arc::default() }
    }
}

impl Metrics {
    /// The label for the name of an operation in a trusted document.
    fn label(&self, name: &str) -> String {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if names.len() < MOST_NAMES || names.contains(name) {
            names.insert(name.to_owned());
            name.to_owned()
        } else {
            "(others)".to_owned()
        }
    }
}

/// As much of an operation's name as the log tells.
const LONGEST_NAME: usize = 64;

/// An operation that is being measured, from when it comes in.
#[derive(Debug)]
pub(super) struct Measured {
    metrics: Metrics,
    begun: Instant,
    /// Its kind, and its name if that may be told; known once the gate has found it.
    asked: OnceLock<(&'static str, Option<String>)>,
    /// What a trace tells of it.
    span: Span,
    /// The span of its request, whose line in the log tells of it; of none over a WebSocket.
    line: Span,
}

impl Measured {
    pub(super) fn begin(service: &Service, span: Span, line: Span) -> Arc<Self> {
        Arc::new(Self { metrics: service.metrics.clone(), begun: Instant::now(), asked: OnceLock::new(), span, line })
    }

    /// The span that its steps stand in.
    pub(super) fn span(&self) -> Span {
        self.span.clone()
    }

    /// Notes what was asked. The log tells the name of every operation; metrics and traces, which leave the machine, those of trusted
    /// documents alone.
    pub(super) fn asks(&self, kind: &'static str, name: Option<&str>, trusted: bool) {
        let named: String = name.into_iter().flat_map(|name| name.chars().take(LONGEST_NAME)).collect();
        self.line.record("operation", format!("{kind} {named}").trim_end());
        let name = name.filter(|_| trusted);
        rename(&self.span, || name.map_or_else(|| kind.to_owned(), |name| format!("{kind} {name}")));
        self.span.record("graphql.operation.type", kind);
        if let Some(name) = name {
            self.span.record("graphql.operation.name", name);
        }
        // Asked once.
        let _ = self.asked.set((kind, name.map(|name| self.metrics.label(name))));
    }

    /// Notes what kind of caller asks.
    pub(super) fn asked_by(&self, viewer: &Viewer) {
        self.line.record("caller", viewer.sort());
    }

    /// Notes what it costs.
    pub(super) fn costs(&self, cost: u64) {
        self.line.record("cost", cost);
    }

    /// Counts what it came to, and how long that took.
    pub(super) fn came_to(&self, outcome: Outcome) {
        let kind = self.count(outcome);
        self.metrics.seconds.get_or_create(&[("kind", kind)]).observe(self.begun.elapsed().as_secs_f64());
    }

    /// Counts a subscription that began. How long it is open says nothing.
    pub(super) fn began(&self) {
        self.count(Outcome::Ok);
    }

    fn count(&self, outcome: Outcome) -> &'static str {
        let (kind, name) = self.asked.get().map_or(("unknown", None), |(kind, name)| (*kind, name.as_deref()));
        let labels = [
            ("kind", kind.to_owned()),
            ("operation", name.unwrap_or(NO_NAME).to_owned()),
            ("outcome", outcome.word().to_owned()),
        ];
        self.metrics.operations.get_or_create(&labels).inc();
        self.span.record("plumbline.outcome", outcome.word());
        self.line.record("outcome", outcome.word());
        if outcome.is_ours() {
            self.span.record("otel.status_code", "error");
        }
        kind
    }
}

/// What an operation came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// An answer without errors. A mutation that says what was wrong with its input has one, too.
    Ok,
    /// An answer with errors in it.
    Errors,
    /// Nothing was run: the request or the document is not in order, or the caller may not ask for it.
    Refused,
    /// The token does not hold.
    Unauthenticated,
    /// The caller has asked for too much.
    RateLimited,
    /// As much is under way as may be, or an issuer cannot be reached.
    Busy,
    /// It took too long.
    Timeout,
    /// Something went wrong on our side.
    Fault,
}

impl Outcome {
    /// Of what a request came to; an answer that was kept has no errors, and is none here.
    pub(super) fn of(answered: Result<Option<&Response>, &Refusal>) -> Self {
        match answered {
            Ok(response) => response.map_or(Self::Ok, Self::of_response),
            Err(refusal) => Self::of_refusal(refusal),
        }
    }

    pub(super) fn of_response(response: &Response) -> Self {
        match response.errors.as_slice() {
            [] => Self::Ok,
            errors if errors.iter().any(is_fault) => Self::Fault,
            _ if begun(response) => Self::Errors,
            _ => Self::Refused,
        }
    }

    pub(super) fn of_refusal(refusal: &Refusal) -> Self {
        match refusal.status {
            _ if refusal.errors.iter().any(is_fault) => Self::Fault,
            StatusCode::UNAUTHORIZED => Self::Unauthenticated,
            StatusCode::TOO_MANY_REQUESTS => Self::RateLimited,
            StatusCode::SERVICE_UNAVAILABLE => Self::Busy,
            StatusCode::GATEWAY_TIMEOUT => Self::Timeout,
            _ => Self::Refused,
        }
    }

    /// Whether it is the service that could not do what was asked.
    const fn is_ours(self) -> bool {
        matches!(self, Self::Busy | Self::Timeout | Self::Fault)
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Errors => "errors",
            Self::Refused => "refused",
            Self::Unauthenticated => "unauthenticated",
            Self::RateLimited => "rate_limited",
            Self::Busy => "busy",
            Self::Timeout => "timeout",
            Self::Fault => "fault",
        }
    }
}

fn is_fault(error: &ServerError) -> bool {
    code_of(error) == "INTERNAL"
}

/// The routes of a listener for whoever runs the service: `/metrics`, `/healthz` and `/readyz`, and nothing else. They can be
/// served by another runtime than `workers`, which does the work: then they are answered whatever the workers do.
/// `dropped_lines` says how many lines of the log were dropped.
pub fn metrics_router(
    service: Service,
    workers: Handle,
    dropped_lines: impl Fn() -> u64 + Clone + Send + Sync + 'static,
) -> Router {
    let asked = service.clone();
    Router::new()
        .route("/metrics", get(async move || told(&service, dropped_lines())))
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(async move || readyz_of(&workers, asked.clone()).await))
}

fn told(service: &Service, dropped_lines: u64) -> HttpResponse {
    let mut text = String::new();
    if encode(&mut text, &registry(service, dropped_lines)).is_err() {
        tracing::error!("the metrics could not be written");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let form = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    ([(header::CONTENT_TYPE, form)], text).into_response()
}

/// All there is to tell. What is so just now is read anew each time.
fn registry(service: &Service, dropped_lines: u64) -> Registry {
    let (metrics, limits) = (&service.metrics, &service.config.limits);
    let mut all = Registry::with_prefix("plumbline");
    all.register(
        "operations",
        "Operations by kind, name (of trusted documents alone) and outcome",
        metrics.operations.clone(),
    );
    let took = "How long queries and mutations took, from request to answer";
    all.register_with_unit("operation", took, Unit::Seconds, metrics.seconds.clone());
    let mut now = |name: &str, help: &str, value: usize| all.register(name, help, gauge(value));
    let under_way = service.turns.running();
    now("requests_under_way", "Requests under way, each with a turn", under_way);
    now("requests_waiting", "Requests that wait for a turn", service.turns.waiting());
    now("requests_most", "Most requests under way at once (limits.requests)", limits.requests);
    now("sockets_open", "WebSockets and event streams open", service.sockets.count());
    now("subscriptions_open", "Subscriptions that wait for events", service.db.events().followers());
    let open = Family::<[(&'static str, &'static str); 2], Gauge>::default();
    let most = Family::<[(&'static str, &'static str); 1], Gauge>::default();
    for pool in service.db.pools() {
        for (state, count) in [("idle", pool.idle), ("busy", pool.open.saturating_sub(pool.idle))] {
            open.get_or_create(&[("pool", pool.name), ("state", state)]).set(whole(count));
        }
        most.get_or_create(&[("pool", pool.name)]).set(whole(pool.most));
    }
    all.register("database_connections", "Connections to the database by pool and state", open);
    all.register("database_connections_most", "Most connections of a pool", most);
    for count in counts::ALL {
        all.register(count.name, count.help, ConstCounter::new(count.so_far()));
    }
    let dropped = ConstCounter::new(dropped_lines);
    all.register("log_lines_dropped", "Lines of the log that were dropped, for nobody took them in time", dropped);
    all
}

fn gauge(value: usize) -> Gauge {
    let gauge = Gauge::default();
    gauge.set(whole(value));
    gauge
}

fn whole(value: usize) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_an_end_to_names() {
        let metrics = Metrics::default();
        for at in 0..MOST_NAMES {
            assert_eq!(metrics.label(&format!("Name{at}")), format!("Name{at}"));
        }
        assert_eq!(metrics.label("OneMore"), "(others)");
        assert_eq!(metrics.label("Name7"), "Name7");
    }
}
