//! GraphQL over server-sent events: the distinct connections mode of `graphql-sse`, one operation a stream.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::ServerError;
use axum::body::{Body, Bytes};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use futures_util::stream::{self, Stream};
use serde::Serialize;
use tokio::sync::mpsc;
use tracing::{Instrument as _, Span};

use super::Service;
use super::errors::{Refusal, coded};
use super::gate::{self, Way};
use super::metrics::{Measured, Outcome};
use super::request::{Parameters, is_json, read};
use super::session::{Over, Session};
use super::sockets::{CallersSocket, OpenSocket, OpenSockets};
use super::spans::{self, step};
use super::subscriptions::{Operating, Output};

/// The header of the single connection mode of `graphql-sse`, which is not offered.
const RESERVATION: HeaderName = HeaderName::from_static("x-graphql-event-stream-token");
/// How many outputs may wait to be sent. Few, because what a client does not take waits in the bus, which is bounded.
const WAITING: usize = 1;

/// Whether a caller takes an event stream. Asked only of callers who take no JSON: whoever takes both is answered
/// with JSON.
pub(super) fn is_accepted(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let kind = parts.next().unwrap_or_default();
        let refused = parts.any(|part| {
            let quality = part.strip_prefix("q=").or_else(|| part.strip_prefix("Q="));
            quality.is_some_and(|quality| quality.parse::<f32>().is_ok_and(|quality| quality <= 0.0))
        });
        (kind.eq_ignore_ascii_case("text/event-stream") || kind == "text/*") && !refused
    })
}

/// Answers a request by a stream of events, or says why not.
pub(super) async fn answer(
    service: &Service,
    parts: Parts,
    body: Body,
    request_id: String,
) -> Result<Response, Refusal> {
    let over_get = parts.method == Method::GET || parts.method == Method::HEAD;
    if parts.headers.contains_key(RESERVATION) {
        return Err(single_connection());
    }
    if !over_get && !is_json(&parts.headers) {
        let message = "Send the request as JSON, with the header `content-type: application/json`.";
        return Err(Refusal::http(StatusCode::UNSUPPORTED_MEDIA_TYPE, "BAD_USER_INPUT", message));
    }
    let session = Arc::new(Session::by_header(service, &parts.headers, &parts.uri, &request_id).await?);
    let Some(socket) = service.sockets.enter() else { return Err(Refusal::busy()) };
    let viewer = session.viewer().await?;
    let of_caller = service.sockets.enter_as(&viewer)?;
    let parameters = match over_get {
        true => Parameters::in_address(&parts.uri)?,
        false => Parameters::in_body(&read(service, body).await?)?,
    };
    let way = if over_get { Way::GetStream } else { Way::Stream };
    let span = spans::over_http(parts.method.as_str(), &parts.headers, &request_id);
    let measured = Measured::begin(service, span.clone(), Span::current());
    let admitting =
        async { gate::admit(service, &viewer, parameters, way, &measured).instrument(step!("admit")).await };
    let admitted = admitting.instrument(span.clone()).await;
    let admitted = match admitted {
        // The stream tells what is wrong with the GraphQL, as its protocol wants. A status tells everything else.
        Err(refusal) if !refusal.of_graphql => {
            measured.came_to(Outcome::of_refusal(&refusal));
            return Err(refusal);
        }
        admitted => admitted,
    };
    let (outputs, arriving) = mpsc::channel(WAITING);
    let operating = Operating { session: Arc::clone(&session), number: 0, request_id, outputs, measured };
    // The task ends once nobody takes its outputs any more.
    tokio::spawn(async move { operating.run(admitted).await }.instrument(span).in_current_span());
    let open = OpenStream {
        session,
        arriving,
        sockets: service.sockets.clone(),
        keep_alive: service.config.subscriptions.keep_alive(),
        counted: (socket, of_caller),
    };
    let mut response = Response::new(Body::from_stream(open.events()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // nginx and its like would hold events back until there are enough of them.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

/// The other mode of `graphql-sse`: one connection that all operations of a client share.
pub(super) fn single_connection() -> Refusal {
    let message = "The single connection mode of GraphQL over SSE is not offered. Send each operation in a request of \
                   its own (`singleConnection: false`), or use WebSocket.";
    let refusal = Refusal::http(StatusCode::METHOD_NOT_ALLOWED, "BAD_USER_INPUT", message);
    Refusal { allow: Some("GET, HEAD, POST"), ..refusal }
}

struct OpenStream {
    session: Arc<Session>,
    arriving: mpsc::Receiver<(u64, Output)>,
    sockets: OpenSockets,
    keep_alive: Duration,
    #[expect(dead_code, reason = "counts while it is held")]
    counted: (OpenSocket, CallersSocket),
}

/// What is left to send.
enum Left {
    Open(Box<OpenStream>),
    /// The last word, and then nothing.
    Complete,
    Nothing,
}

impl OpenStream {
    /// The events of the stream, to its end.
    fn events(self) -> impl Stream<Item = Result<Bytes, Infallible>> + Send + 'static {
        stream::unfold(Left::Open(Box::new(self)), |left| async move {
            match left {
                Left::Open(open) => open.next().await,
                Left::Complete => Some((Ok(COMPLETE), Left::Nothing)),
                Left::Nothing => None,
            }
        })
    }

    async fn next(mut self: Box<Self>) -> Option<(Result<Bytes, Infallible>, Left)> {
        let (sockets, session) = (self.sockets.clone(), Arc::clone(&self.session));
        tokio::select! {
            // Cut off without a last word, so that a client knows that there is more and comes again.
            () = sockets.stopped() => None,
            why = session.over() => {
                let (code, message) = match why {
                    Over::Ended => ("UNAUTHENTICATED", "The token has ended. Subscribe again with a new one."),
                    Over::Gone => ("FORBIDDEN", "Your access was revoked."),
                };
                let error = coded(ServerError::new(message, None), code);
                Some((Ok(next(&Errors { errors: &[error] })), Left::Complete))
            }
            output = self.arriving.recv() => match output {
                Some((_, Output::Next(answer))) => Some((Ok(next(&answer)), Left::Open(self))),
                Some((_, Output::Refused(errors))) => Some((Ok(next(&Errors { errors: &errors })), Left::Complete)),
                Some((_, Output::Complete)) => Some((Ok(COMPLETE), Left::Nothing)),
                None => None,
            },
            // A comment, so that nothing in between takes the connection for dead.
            () = tokio::time::sleep(self.keep_alive) => Some((Ok(Bytes::from_static(b":\n\n")), Left::Open(self))),
        }
    }
}

#[derive(Serialize)]
struct Errors<'e> {
    errors: &'e [ServerError],
}

/// The event of an answer. JSON has no line breaks but those that it escapes.
fn next<T: Serialize>(answer: &T) -> Bytes {
    match serde_json::to_string(answer) {
        Ok(json) => Bytes::from(format!("event: next\ndata: {json}\n\n")),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written as JSON");
            COMPLETE
        }
    }
}

/// With a `data`, if an empty one: `EventSource` passes over an event that has none.
const COMPLETE: Bytes = Bytes::from_static(b"event: complete\ndata: \n\n");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_answered_to_who_takes_one() {
        for (value, accepted) in [
            ("text/event-stream", true),
            ("Text/Event-Stream; charset=utf-8", true),
            ("text/event-stream, multipart/mixed", true),
            ("text/*;q=0.5", true),
            ("text/event-stream;q=0", false),
            ("text/html", false),
            ("*/*", false),
            ("application/json", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(value));
            assert_eq!(is_accepted(&headers), accepted, "{value}");
        }
        assert!(!is_accepted(&HeaderMap::new()));
    }
}
