//! The protocol: GraphQL over HTTP as others have written it down, and held against what others send.

mod bombs;
mod bounds;
mod cost;
mod front_ends;
mod fuzzing;
mod http;
mod hygiene;
mod limits;
mod metrics;
mod trusted;
mod validation;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, header};
use plumbline_tests::{Caller, TestApp};
use serde_json::Value;
use tower::ServiceExt as _;

/// What came back over HTTP.
struct Exchange {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

impl Exchange {
    /// A header as text; empty where there is none.
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// The code of the first error.
    fn code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"].as_str().unwrap_or("no error")
    }
}

/// A request by somebody, to be completed with a body.
fn by(caller: &Caller, method: &str, address: &str, headers: &[(&str, &str)]) -> axum::http::request::Builder {
    let request = Request::builder().method(method).uri(address);
    let request = request.header(header::AUTHORIZATION, format!("Bearer {}", caller.token()));
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
}

async fn exchange(app: &TestApp, request: axum::http::request::Builder, body: impl Into<Body>) -> Exchange {
    through(&app.router, request, body).await
}

async fn through(router: &Router, request: axum::http::request::Builder, body: impl Into<Body>) -> Exchange {
    let response = router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Exchange { status: parts.status.as_u16(), headers: parts.headers, body }
}

/// Encodes a text for an address.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
