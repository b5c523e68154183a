//! What traces tell of operations, by the names of OpenTelemetry's
//! [conventions](https://opentelemetry.io/docs/specs/semconv/graphql/graphql-spans/). Nothing that a caller wrote is told but
//! the id of the request and the name of an operation in a trusted document.

use axum::http::HeaderMap;
use tracing::{Span, field::Empty, info_span};

use crate::telemetry::{TRACES, continue_from};

/// An operation that came over HTTP; it goes on from the caller's span, if the headers name one.
pub(super) fn over_http(method: &str, headers: &HeaderMap, request_id: &str) -> Span {
    let span = info_span!(
        target: TRACES,
        "operation",
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method,
        http.route = "/graphql",
        http.response.status_code = Empty,
        graphql.operation.r#type = Empty,
        graphql.operation.name = Empty,
        plumbline.request_id = request_id,
        plumbline.outcome = Empty,
    );
    continue_from(&span, headers);
    span
}

/// An operation that came over a WebSocket that was open.
pub(super) fn over_socket(request_id: &str) -> Span {
    info_span!(
        target: TRACES,
        "operation",
        otel.kind = "server",
        otel.status_code = Empty,
        graphql.operation.r#type = Empty,
        graphql.operation.name = Empty,
        plumbline.request_id = request_id,
        plumbline.outcome = Empty,
    )
}

/// An event that a subscription tells of. Its trace is its own: a subscription may be open for days.
pub(super) fn event(request_id: &str) -> Span {
    info_span!(target: TRACES, parent: None, "event", otel.kind = "consumer", plumbline.request_id = request_id)
}

/// A step of an operation.
macro_rules! step {
    ($name:literal) => {
        tracing::info_span!(target: $crate::telemetry::TRACES, $name)
    };
}
pub(super) use step;
