//! Traces: which steps a request took and how long each lasted, for a collector of
//! [OpenTelemetry](https://opentelemetry.io/docs/specs/otlp/#otlphttp).
//!
//! A span of a trace has the target [`TRACES`]: the log does not show it, and nothing else goes to the collector. It holds
//! neither documents nor variables nor rows: they may name a pupil.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Request, Response, header};
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::{Link, SpanKind, TraceContextExt as _, TraceId, TracerProvider as _};
use opentelemetry::{Context, KeyValue};
use opentelemetry_http::{HeaderExtractor, HttpClient, HttpError};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{Sampler, SamplingResult, SdkTracerProvider, ShouldSample};
use tokio::runtime::Handle;
use tracing::{Metadata, Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, layer::Filter};

use crate::config::Traces;
use crate::https::{self, HttpsClient};

/// The target of spans that go to the collector.
pub const TRACES: &str = "plumbline::traces";

/// How long the collector may take to answer.
const LONGEST: Duration = Duration::from_secs(5);
/// How long the last spans may take to be handed over.
const LAST_SPANS: Duration = Duration::from_secs(2);
/// The largest answer that is read, in bytes; a collector says little.
const LARGEST_ANSWER: usize = 64 * 1024;
/// A collector that cannot be reached is told of at most this often.
const BETWEEN_WARNINGS: Duration = Duration::from_secs(60);

/// Hands spans over, for as long as it is kept.
#[derive(Debug)]
pub(super) struct Exporting(SdkTracerProvider);

impl Drop for Exporting {
    /// Waits for the last spans, but not for a collector that does not take them.
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown_with_timeout(LAST_SPANS) {
            tracing::debug!(%error, "the last spans were not handed over");
        }
    }
}

/// What hands spans to the collector that the settings name.
///
/// # Errors
/// The settings cannot be used; says so.
pub(super) fn exporting(settings: &Traces, endpoint: &str, ca_file: Option<&Path>) -> Result<Exporting, String> {
    let client = https::client(ca_file).map_err(|error| format!("configuration: {error}"))?;
    let collector = Collector { client, runtime: Handle::current(), told_at: Mutex::default() };
    let exporter = SpanExporter::builder().with_http().with_http_client(collector).with_endpoint(endpoint);
    let exporter = exporter.build().map_err(|error| format!("configuration: traces.endpoint: {error}"))?;
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let resource = Resource::builder().with_service_name("plumbline").with_attribute(version).build();
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_resource(resource)
        .with_sampler(OfRequests(Sampler::TraceIdRatioBased(settings.share)))
        .build();
    Ok(Exporting(provider))
}

/// What takes spans from where they are made.
pub(super) fn layer<S>(exporting: &Exporting) -> impl Layer<S>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let tracer = exporting.0.tracer("plumbline");
    let layer = tracing_opentelemetry::layer().with_tracer(tracer).with_context_activation(false);
    let layer = layer.with_location(false).with_threads(false).with_tracked_inactivity(false).with_target(false);
    layer.with_filter(of_traces())
}

fn of_traces<S>() -> impl Filter<S> {
    filter_fn(|of: &Metadata<'_>| of.is_span() && of.target() == TRACES)
}

/// Makes a span go on from that of the caller, if they sent a
/// [`traceparent`](https://www.w3.org/TR/trace-context/#traceparent-header).
pub fn continue_from(span: &Span, headers: &HeaderMap) {
    if span.is_disabled() || !headers.contains_key("traceparent") {
        return;
    }
    let parent = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
    // The span is new, so its parent may still be set.
    let _ = span.set_parent(parent);
}

/// Gives a span its name once that is known. `tracing` cannot: the names of its spans are fixed.
pub fn rename(span: &Span, name: impl FnOnce() -> String) {
    if !span.is_disabled() {
        span.context().span().update_name(name());
    }
}

/// Takes a share of the requests, each with all of its steps, and nothing that is no request's. Whether a request is taken
/// is told by the id of its trace alone, so that services with the same share take the same. What the caller would like is
/// not asked: anybody could have everything taken.
#[derive(Clone, Debug)]
struct OfRequests(Sampler);

impl ShouldSample for OfRequests {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        trace: TraceId,
        name: &str,
        kind: &SpanKind,
        attributes: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        let parent_span = parent.map(|parent| parent.span().span_context().clone());
        let step_of = parent_span.filter(|parent| parent.is_valid() && !parent.is_remote());
        match step_of {
            Some(request) if request.is_sampled() => {
                Sampler::AlwaysOn.should_sample(parent, trace, name, kind, attributes, links)
            }
            None if matches!(kind, SpanKind::Server | SpanKind::Consumer) => {
                self.0.should_sample(parent, trace, name, kind, attributes, links)
            }
            _ => Sampler::AlwaysOff.should_sample(parent, trace, name, kind, attributes, links),
        }
    }
}

/// The collector, as the exporter of spans asks it.
#[derive(Debug)]
struct Collector {
    client: HttpsClient,
    runtime: Handle,
    told_at: Mutex<Option<Instant>>,
}

impl Collector {
    /// Logs that spans were not taken, but not each time.
    fn refused(&self, why: &str) {
        let mut told_at = self.told_at.lock().unwrap_or_else(PoisonError::into_inner);
        if told_at.is_none_or(|told| told.elapsed() >= BETWEEN_WARNINGS) {
            *told_at = Some(Instant::now());
            tracing::warn!(reason = why, "the collector of traces does not take them; they are dropped");
        }
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        // Spans are handed over by a thread of their own, which has no runtime.
        let asked = self.runtime.spawn(ask(self.client.clone(), request)).await;
        let answered = asked.unwrap_or_else(|ended| Err(ended.to_string()));
        match &answered {
            Ok(response) if !response.status().is_success() => {
                self.refused(&format!("it answered {}", response.status()));
            }
            Err(why) => self.refused(why),
            Ok(_) => {}
        }
        Ok(answered?)
    }
}

/// Asks a collector; or says why it does not answer.
async fn ask(client: HttpsClient, request: Request<Bytes>) -> Result<Response<Bytes>, String> {
    let asked = async {
        let response = client.request(request.map(Body::from)).await.map_err(|error| https::reason(&error))?;
        let (head, body) = response.into_parts();
        let body = to_bytes(Body::new(body), LARGEST_ANSWER).await.map_err(|error| https::reason(&error))?;
        Ok(Response::from_parts(head, body))
    };
    let answered = tokio::time::timeout(LONGEST, asked).await;
    answered.unwrap_or_else(|_| Err(format!("it did not answer within {} seconds", LONGEST.as_secs())))
}

/// Hands a collector nothing, for whoever sets the service up.
///
/// # Errors
/// It would not take spans; says why.
pub async fn look_at_collector(endpoint: &str, ca_file: Option<&Path>) -> Result<(), String> {
    let client = https::client(ca_file).map_err(|error| error.to_string())?;
    let nothing = Request::post(endpoint).header(header::CONTENT_TYPE, "application/x-protobuf").body(Bytes::new());
    let answered = ask(client, nothing.map_err(|error| error.to_string())?).await?;
    match answered.status() {
        status if status.is_success() => Ok(()),
        status => Err(format!("it answered {status}")),
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceState};

    use opentelemetry_sdk::trace::SamplingDecision;

    use super::*;

    fn decided(share: f64, parent: Option<(bool, TraceFlags)>, trace: u128, kind: SpanKind) -> SamplingDecision {
        let (trace, id) = (TraceId::from(trace), SpanId::from(7));
        let parent = parent.map(|(remote, flags)| {
            let span = SpanContext::new(trace, id, flags, remote, TraceState::default());
            Context::new().with_remote_span_context(span)
        });
        let sampler = OfRequests(Sampler::TraceIdRatioBased(share));
        sampler.should_sample(parent.as_ref(), trace, "", &kind, &[], &[]).decision
    }

    const TAKEN: SamplingDecision = SamplingDecision::RecordAndSample;
    const LEFT: SamplingDecision = SamplingDecision::Drop;

    #[test]
    fn a_request_is_taken_by_its_id_whatever_its_caller_would_like() {
        for flags in [TraceFlags::SAMPLED, TraceFlags::NOT_SAMPLED] {
            for (share, expected) in [(1.0, TAKEN), (0.0, LEFT)] {
                assert_eq!(decided(share, Some((true, flags)), 1, SpanKind::Server), expected);
            }
        }
        let taken = (0..1_000_u128)
            .filter(|at| {
                decided(0.25, None, at.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835), SpanKind::Server)
                    == TAKEN
            })
            .count();
        assert!((200..300).contains(&taken), "{taken} of 1,000");
    }

    #[test]
    fn a_step_is_taken_with_its_request_and_never_without_one() {
        assert_eq!(decided(0.0, Some((false, TraceFlags::SAMPLED)), 1, SpanKind::Client), TAKEN);
        assert_eq!(decided(1.0, Some((false, TraceFlags::NOT_SAMPLED)), 1, SpanKind::Internal), LEFT);
        assert_eq!(decided(1.0, None, 1, SpanKind::Client), LEFT);
    }
}
