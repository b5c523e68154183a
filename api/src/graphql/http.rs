//! GraphQL over HTTP: one endpoint, bearer tokens, and the ways to ask whether the service is well.

use std::time::Duration;

use axum::{
    Json, Router,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use tower_http::{
    compression::CompressionLayer,
    limit::RequestBodyLimitLayer,
    request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer},
    timeout::TimeoutLayer,
};
use tracing::Instrument as _;
use uuid::Uuid;

use super::{graphiql, run, variables};
use crate::{
    app::App,
    auth::{authenticate, challenge},
    error::{Error, present},
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const LONGEST_REQUEST: Duration = Duration::from_secs(30);

/// All routes of the service.
pub fn router(app: App) -> Router {
    let limit = app.config.limits.body_bytes;
    Router::new()
        .route("/graphql", post(graphql))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(readyz))
        .merge(graphiql::router())
        .with_state(app)
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, LONGEST_REQUEST))
        .layer(RequestBodyLimitLayer::new(limit))
        .layer(CompressionLayer::new())
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(from_fn(log))
        .layer(SetRequestIdLayer::new(REQUEST_ID, NewRequestId))
}

#[derive(Clone, Copy)]
struct NewRequestId;

impl MakeRequestId for NewRequestId {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        HeaderValue::from_str(&Uuid::now_v7().to_string()).ok().map(RequestId::new)
    }
}

fn request_id(headers: &HeaderMap) -> String {
    headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or("none").chars().take(64).collect()
}

/// One line for each request, and its id on all lines in between. The document and its variables
/// are not logged: they may hold names.
async fn log(request: Request, next: Next) -> Response {
    let started = std::time::Instant::now();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let span = tracing::info_span!("request", id = %request_id(request.headers()));
    async move {
        let response = next.run(request).await;
        let (status, took) = (response.status().as_u16(), started.elapsed());
        let milliseconds = format!("{:.1}", took.as_secs_f64() * 1000.0);
        if path.starts_with("/graphql") {
            tracing::info!(http.method = %method, http.path = path, http.status = status, took.ms = milliseconds, "answered");
        } else {
            tracing::debug!(http.method = %method, http.path = path, http.status = status, took.ms = milliseconds, "answered");
        }
        response
    }
    .instrument(span)
    .await
}

async fn readyz(State(app): State<App>) -> Response {
    match app.db.ping().await {
        Ok(()) => "ready\n".into_response(),
        Err(error) => {
            tracing::warn!(%error, "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response()
        }
    }
}

/// Runs a request to its end even if the caller has left: a dropped transaction would leave its
/// connection in an unknown state (sqlx #4385).
async fn graphql(State(app): State<App>, uri: Uri, headers: HeaderMap, body: axum::body::Body) -> Response {
    let id = request_id(&headers);
    let task = tokio::spawn(answer(app, uri, headers, body, id.clone()).in_current_span());
    task.await.unwrap_or_else(|error| {
        tracing::error!(%error, "a request ended in a panic");
        refusal(StatusCode::INTERNAL_SERVER_ERROR, &Error::internal("panic"), &id)
    })
}

async fn answer(app: App, uri: Uri, headers: HeaderMap, body: axum::body::Body, id: String) -> Response {
    let json = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !json.is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("application/json")) {
        let error = Error::bad_input("Send the request as JSON, with the header `content-type: application/json`.");
        return refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, &error, &id);
    }
    let viewer = match authenticate(&app, &headers, &uri).await {
        Ok(viewer) => viewer,
        Err(error) => {
            if matches!(error, Error::Unauthenticated) {
                app.audit.token_refused("no token that holds", &id);
            }
            return refusal(StatusCode::INTERNAL_SERVER_ERROR, &error, &id);
        }
    };
    let limit = app.config.limits.body_bytes;
    let Ok(body) = axum::body::to_bytes(body, limit).await else {
        let error = Error::bad_input(format!("The body of a request may have {limit} bytes; this one has more."));
        return refusal(StatusCode::PAYLOAD_TOO_LARGE, &error, &id);
    };
    if body.trim_ascii_start().starts_with(b"[") {
        let error =
            Error::bad_input("Batches are not taken. Send one request at a time, or several fields in one query.");
        return refusal(StatusCode::BAD_REQUEST, &error, &id);
    }
    let mut request: async_graphql::Request = match serde_json::from_slice(&body) {
        Ok(request) => request,
        Err(_) => {
            let error = Error::bad_input(
                "The body is not a GraphQL request: a JSON object with `query` and perhaps `variables` and `operationName`.",
            );
            return refusal(StatusCode::BAD_REQUEST, &error, &id);
        }
    };
    variables::complete(&mut request);
    let mut response = match run(&app, viewer, request, &id).await {
        Ok(response) => response,
        Err(error) => return refusal(StatusCode::INTERNAL_SERVER_ERROR, &error, &id),
    };
    present(&mut response.errors, &id);
    Json(response).into_response()
}

/// A request that came to nothing: no `data`, one error.
fn refusal(status: StatusCode, error: &Error, request_id: &str) -> Response {
    let message = if error.is_public() {
        error.to_string()
    } else {
        tracing::error!(request.id = request_id, %error, "a request failed");
        format!("Something went wrong on our side. Quote request id {request_id} when you report it.")
    };
    let body: Value = json!({ "errors": [{ "message": message, "extensions": { "code": error.code() } }] });
    let mut response = (status, Json(body)).into_response();
    challenge(error, &mut response);
    response
}
