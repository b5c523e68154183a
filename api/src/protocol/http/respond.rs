//! Answers as they go over HTTP.

use std::time::Duration;

use async_graphql::ServerError;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::leaving::leaving;
use super::negotiate::Form;
use crate::config::Limits;
use crate::error::{Error, RETRY_AFTER};
use crate::protocol::errors::{Refusal, present};
use crate::protocol::gate::begun;
use crate::protocol::kept::Data;
use crate::protocol::turns::Room;

/// What a request came to.
pub(super) type Answered = Result<Answer, Refusal>;

/// An answer, and the room for it.
pub(super) struct Answer {
    pub(super) body: Content,
    pub(super) room: Room,
}

/// What an answer says.
pub(super) enum Content {
    /// It was made for this request.
    Made(async_graphql::Response),
    /// Its data is kept.
    Kept {
        /// As JSON.
        data: Data,
        /// What it cost.
        bill: async_graphql::Value,
    },
}

impl Content {
    /// The answer, if it was made for this request. One that was kept has no errors.
    pub(super) const fn made(&self) -> Option<&async_graphql::Response> {
        match self {
            Self::Made(response) => Some(response),
            Self::Kept { .. } => None,
        }
    }
}

/// Writes answers for one request.
pub(super) struct Responding<'a> {
    pub(super) form: Form,
    pub(super) request_id: &'a str,
    pub(super) limits: &'a Limits,
}

impl Responding<'_> {
    pub(super) async fn respond(&self, answered: Answered) -> Response {
        match answered {
            Ok(answer) => self.answer(answer, None).await,
            Err(refusal) => self.refuse(refusal),
        }
    }

    /// The answer to a `GET` with these headers. The caller may keep it and ask again later; 304 if it is still the same.
    pub(super) async fn respond_cacheable(&self, answered: Answered, asked: &HeaderMap) -> Response {
        match answered {
            Ok(answer) => self.answer(answer, Some(asked)).await,
            Err(refusal) => self.refuse(refusal),
        }
    }

    async fn answer(&self, Answer { body, room }: Answer, asked: Option<&HeaderMap>) -> Response {
        let mut response = match body {
            Content::Made(response) => response,
            Content::Kept { data, bill } => {
                let Some(written) = again(&data, &bill, asked.map(|_| self.form)) else { return self.unwritten() };
                return self.send(written, room, None, asked);
            }
        };
        if !begun(&response) {
            return self.refuse(Refusal::graphql(response.errors));
        }
        let outage = response.errors.iter().find_map(|error| match error.source::<Error>() {
            Some(outage @ Error::Unavailable(_)) => Some(outage.clone()),
            _ => None,
        });
        // What could be answered was answered.
        let outage = outage.filter(|_| is_empty(&response.data));
        present(&mut response.errors, self.request_id, self.limits);
        let tagged = asked.is_some() && response.errors.is_empty();
        match written(response, tagged.then_some(self.form), room.dear).await {
            Some(written) => self.send(written, room, outage.as_ref(), asked),
            None => self.unwritten(),
        }
    }

    fn send(
        &self,
        Written { json, tag }: Written,
        mut room: Room,
        outage: Option<&Error>,
        asked: Option<&HeaderMap>,
    ) -> Response {
        room.ran();
        room.takes(json.len());
        let (length, longest) = (json.len(), Duration::from_millis(self.limits.leaving_milliseconds));
        let mut answer = self.json(StatusCode::OK, leaving(json, room, longest));
        answer.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        if let Some(outage) = outage {
            challenge(outage, &mut answer);
        }
        match asked.zip(tag) {
            Some((asked, tag)) => cacheable(answer, &tag, asked),
            None => answer,
        }
    }

    /// The answer to a request that came to nothing: no `data`, only errors.
    pub(super) fn refuse(&self, mut refusal: Refusal) -> Response {
        #[derive(Serialize)]
        struct Errors<'e> {
            errors: &'e [ServerError],
        }
        // `present` removes what must not be told, so the headers are worked out first.
        let own = refusal.errors.first().and_then(|error| error.source::<Error>()).cloned();
        present(&mut refusal.errors, self.request_id, self.limits);
        let lenient = refusal.of_graphql && self.form == Form::Json;
        let status = if lenient { StatusCode::OK } else { refusal.status };
        let Ok(json) = serde_json::to_vec(&Errors { errors: &refusal.errors }) else { return self.unwritten() };
        let mut response = self.json(status, Body::from(json));
        if let Some(own) = &own {
            challenge(own, &mut response);
        }
        let headers = response.headers_mut();
        if let Some(methods) = refusal.allow {
            headers.insert(header::ALLOW, HeaderValue::from_static(methods));
        }
        if let Some(seconds) = refusal.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }

    fn json(&self, status: StatusCode, body: Body) -> Response {
        let mut response = Response::new(body);
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, self.form.content_type());
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(header::VARY, HeaderValue::from_static("authorization, plumbline-trust, accept"));
        response
    }

    fn unwritten(&self) -> Response {
        let message = "an answer could not be written as JSON";
        tracing::error!(request.id = self.request_id, message);
        status_only(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// An answer as it goes out.
struct Written {
    json: Vec<u8>,
    /// A tag of its data, if one was wanted.
    tag: Option<String>,
}

/// Writes an answer as JSON, and a tag of its data for a form. A dear one is written beside the threads that serve requests: it
/// takes tens of milliseconds to write it and to give back its memory.
async fn written(response: async_graphql::Response, tagged: Option<Form>, dear: bool) -> Option<Written> {
    let write = move || {
        let json = serde_json::to_vec(&response).ok()?;
        let tag = |form| Some(tag_of(&serde_json::to_vec(&response.data).ok()?, form));
        Some(Written { json, tag: tagged.and_then(tag) })
    };
    if dear { tokio::task::spawn_blocking(write).await.ok().flatten() } else { write() }
}

/// Writes an answer whose data was made before, as [`written`] writes one that was not.
fn again(data: &[u8], bill: &async_graphql::Value, tagged: Option<Form>) -> Option<Written> {
    let mut json = Vec::with_capacity(data.len() + 256);
    json.extend_from_slice(br#"{"data":"#);
    json.extend_from_slice(data);
    json.extend_from_slice(br#","extensions":{"cost":"#);
    serde_json::to_writer(&mut json, bill).ok()?;
    json.extend_from_slice(b"}}");
    Some(Written { json, tag: tagged.map(|form| tag_of(data, form)) })
}

/// The answer with its tag, or 304 if the caller has it already.
fn cacheable(answer: Response, tag: &str, asked: &HeaderMap) -> Response {
    let known = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut known = known.flat_map(|value| value.split(',')).map(str::trim);
    // Compared as weak ones (RFC 9110, 13.1.2), whether a proxy has left the mark of it or not.
    let plain = |tag: &'_ str| tag.strip_prefix("W/").unwrap_or(tag).to_owned();
    let is_known = known.any(|one| one == "*" || plain(one) == plain(tag));
    let mut response = if is_known { status_only(StatusCode::NOT_MODIFIED) } else { answer };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("authorization, plumbline-trust, accept"));
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

/// Whether no root field has a value.
fn is_empty(data: &async_graphql::Value) -> bool {
    match data {
        async_graphql::Value::Object(fields) => fields.values().all(|value| *value == async_graphql::Value::Null),
        other => *other == async_graphql::Value::Null,
    }
}

/// A tag of the data (as JSON) alone, because the cost of a request differs each time. It is weak, because compressed data
/// counts as the same.
fn tag_of(data: &[u8], form: Form) -> String {
    let mut hash = Sha256::new();
    hash.update([u8::from(form == Form::Json)]);
    hash.update(data);
    let short: String = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("W/\"{short}\"")
}

fn status_only(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// Gives the answer to a request that was refused because of its token, or for which the database could not be used, the
/// status and the headers that RFC 6750, 3, and RFC 9110, 10.2.3, want. Answers to other errors stay as they are.
fn challenge(error: &Error, response: &mut Response) {
    let (status, name, value) = match error {
        Error::Unauthenticated => (StatusCode::UNAUTHORIZED, header::WWW_AUTHENTICATE, BEARER.to_owned()),
        Error::InvalidToken => {
            (StatusCode::UNAUTHORIZED, header::WWW_AUTHENTICATE, format!("{BEARER}, error=\"invalid_token\""))
        }
        Error::MisplacedToken => {
            (StatusCode::BAD_REQUEST, header::WWW_AUTHENTICATE, format!("{BEARER}, error=\"invalid_request\""))
        }
        Error::IssuerUnreachable { retry_after } => {
            (StatusCode::SERVICE_UNAVAILABLE, header::RETRY_AFTER, retry_after.to_string())
        }
        Error::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, header::RETRY_AFTER, RETRY_AFTER.to_string()),
        _ => return,
    };
    *response.status_mut() = status;
    if let Ok(value) = HeaderValue::try_from(value) {
        response.headers_mut().insert(name, value);
    }
}

const BEARER: &str = "Bearer realm=\"plumbline\"";
