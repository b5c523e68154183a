//! GraphQL over HTTP: one endpoint, bearer tokens, and the ways to ask whether the service is well.

mod cors;
mod execute;
mod leaving;
mod negotiate;
mod patient;
mod quiet;
mod respond;
mod server;

use std::sync::{Arc, OnceLock};

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{Next, from_fn},
    response::{IntoResponse as _, Response},
    routing::get,
};
use tower_http::{
    compression::CompressionLayer,
    request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer},
};
use tracing::{Instrument as _, Span, field::Empty};
use uuid::Uuid;

use super::{
    Service,
    errors::Refusal,
    graphiql,
    metrics::{Measured, Outcome},
    ready::readyz,
    run::to_its_end,
    spans, sse, ws,
};
use execute::{HttpRequest, execute};
use negotiate::Form;
use respond::Responding;
pub use server::serve;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// All routes of the service.
pub fn router(service: Service) -> Router {
    let methods = || get(graphql).post(graphql).fallback(other_method);
    // Some clients and proxies put a slash at the end.
    let mut endpoint = Router::new().route("/graphql", methods()).route("/graphql/", methods());
    if let Some(cors) = cors::layer(&service.config.cors.origins) {
        endpoint = endpoint.layer(cors);
    }
    endpoint
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/schema.graphql", get(|State(service): State<Service>| async move { schema(&service) }))
        .route("/readyz", get(|State(service): State<Service>| async move { readyz(&service).await }))
        .merge(graphiql::router())
        .fallback(nothing_here)
        .with_state(service)
        .layer(CompressionLayer::new())
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(from_fn(log))
        .layer(SetRequestIdLayer::new(REQUEST_ID, NewRequestId))
}

/// Says where things are.
async fn nothing_here() -> (StatusCode, &'static str) {
    let text = "There is nothing at this address. The API is at /graphql, a page to try it at /, its schema at /schema.graphql.\n";
    (StatusCode::NOT_FOUND, text)
}

/// The schema in its own language, for tools that make code of it.
fn schema(service: &Service) -> Response {
    // It is the same for all services of a process, and anybody may ask for it.
    static SDL: OnceLock<String> = OnceLock::new();
    let sdl = SDL.get_or_init(|| service.schema.sdl()).as_str();
    ([(header::CONTENT_TYPE, "application/graphql; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], sdl)
        .into_response()
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

/// One line for each request: what it was and what it came to, for an answer with errors in it has status 200; and its id on all lines
/// in between. The document and its variables are not logged: they may hold names.
async fn log(request: Request, next: Next) -> Response {
    let started = std::time::Instant::now();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let span = tracing::info_span!(
        "request",
        id = %request_id(request.headers()),
        operation = Empty,
        caller = Empty,
        cost = Empty,
        outcome = Empty,
    );
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

/// Answers a request, in a task of its own: what it changes is brought to an end even if the caller has left. The caller
/// waits only as long as the limit says.
async fn graphql(State(service): State<Service>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let id = request_id(&parts.headers);
    let accepted = Form::accepted(&parts.headers);
    let responding = |form| Responding { form, request_id: &id, limits: &service.config.limits };
    let (running, its_id) = (service.clone(), id.clone());
    if ws::is_upgrade(&parts.headers) {
        let as_asked = parts.extensions.clone();
        let upgraded = to_its_end(&service, |_| async move { ws::upgrade(&running, parts, &its_id).await }).await;
        let mut response = upgraded.unwrap_or_else(|refusal| responding(Form::Json).refuse(refusal));
        // Among them is how the names of headers were spelt, and hyper spells those of the answer alike: gql for Python looks for
        // `Sec-WebSocket-Protocol` letter by letter.
        response.extensions_mut().extend(as_asked);
        return response;
    }
    if accepted.is_none() && sse::is_accepted(&parts.headers) {
        let answered = to_its_end(&service, |_| async move { sse::answer(&running, parts, body, its_id).await }).await;
        return answered.unwrap_or_else(|refusal| responding(Form::Json).refuse(refusal));
    }
    let Some(form) = accepted else {
        let message = "The answer is JSON: accept `application/graphql-response+json` or `application/json`; or a \
                       stream of events: accept `text/event-stream`.";
        let refusal = Refusal::http(StatusCode::NOT_ACCEPTABLE, "BAD_USER_INPUT", message);
        return responding(Form::Json).refuse(refusal);
    };
    let cacheable = parts.method == Method::GET;
    let measured =
        Measured::begin(&service, spans::over_http(parts.method.as_str(), &parts.headers, &id), Span::current());
    let request = HttpRequest { method: parts.method, uri: parts.uri, headers: parts.headers.clone(), body };
    let its_measure = Arc::clone(&measured);
    let answered =
        to_its_end(&service, |waiter| async move { execute(&running, request, &its_id, &its_measure, waiter).await });
    let answered = answered.instrument(measured.span()).await;
    measured.came_to(Outcome::of(answered.as_ref().map(|answer| answer.body.made())));
    let response = if cacheable {
        responding(form).respond_cacheable(answered, &parts.headers).await
    } else {
        responding(form).respond(answered).await
    };
    measured.span().record("http.response.status_code", response.status().as_u16());
    response
}

async fn other_method(State(service): State<Service>, method: Method, headers: HeaderMap) -> Response {
    if method == Method::PUT || method == Method::DELETE {
        let responding =
            Responding { form: Form::Json, request_id: &request_id(&headers), limits: &service.config.limits };
        return responding.refuse(sse::single_connection());
    }
    let message = "Ask with GET (queries) or POST.";
    let refusal = Refusal::http(StatusCode::METHOD_NOT_ALLOWED, "BAD_USER_INPUT", message);
    let refusal = Refusal { allow: Some("GET, HEAD, POST"), ..refusal };
    Responding { form: Form::Json, request_id: &request_id(&headers), limits: &service.config.limits }.refuse(refusal)
}
