//! From a request to what it came to: who asks, which document, which operation, its variables, its answer.

use std::time::Duration;

use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, Value};
use axum::body::Body;
use axum::http::{HeaderMap, Method, StatusCode, Uri};

use super::negotiate;
use super::request::Parameters;
use super::respond::Answered;
use crate::{
    app::App,
    auth::{Viewer, authenticate},
    graphql::{errors::Refusal, run::run},
};

/// A request to the endpoint.
pub(super) struct Asked {
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
    pub(super) body: Body,
}

/// Answers a request, or says why not.
pub(super) async fn execute(app: &App, asked: Asked, request_id: &str) -> Answered {
    let over_get = asked.method == Method::GET || asked.method == Method::HEAD;
    if !over_get && !negotiate::is_json(&asked.headers) {
        // Anything else a page of somebody else's could send without being asked first.
        let message = "Send the request as JSON, with the header `content-type: application/json`.";
        return Err(Refusal::http(StatusCode::UNSUPPORTED_MEDIA_TYPE, "BAD_USER_INPUT", message));
    }
    let viewer = authenticate(app, &asked.headers, &asked.uri).await.inspect_err(|error| {
        if let Some(reason) = error.refused_token() {
            app.audit.token_refused(reason, request_id);
        }
    })?;
    let parameters = if over_get {
        Parameters::in_address(&asked.uri)?
    } else {
        Parameters::in_body(&read(app, asked.body).await?)?
    };
    operate(app, viewer, parameters, over_get, request_id).await
}

async fn read(app: &App, body: Body) -> Result<axum::body::Bytes, Refusal> {
    let limit = app.config.limits.body_bytes;
    let patience = Duration::from_millis(app.config.limits.body_milliseconds);
    let Ok(read) = tokio::time::timeout(patience, axum::body::to_bytes(body, limit)).await else {
        let message = format!("The body of a request must arrive within {patience:?}; this one did not.");
        return Err(Refusal::http(StatusCode::REQUEST_TIMEOUT, "TIMEOUT", message));
    };
    read.map_err(|error| {
        use std::error::Error as _;
        if error.source().is_some_and(|cause| cause.is::<http_body_util::LengthLimitError>()) {
            let message = format!("The body of a request may have {limit} bytes; this one has more.");
            return Refusal::http(StatusCode::PAYLOAD_TOO_LARGE, "BAD_USER_INPUT", message);
        }
        Refusal::bad_input("The body of the request did not arrive whole.")
    })
}

async fn operate(app: &App, viewer: Viewer, parameters: Parameters, over_get: bool, request_id: &str) -> Answered {
    let (asked, parameters) = parameters.document()?;
    let document = app.persisted.find(&app.db, &app.documents, &viewer, asked).await?;
    let operation = document.operation(parameters.operation_name.as_deref())?;
    if over_get && !operation.is_query() {
        let message = "Only queries go over GET. Send this operation with POST.";
        let refusal = Refusal::http(StatusCode::METHOD_NOT_ALLOWED, "BAD_USER_INPUT", message);
        return Err(Refusal { allow: Some("POST"), ..refusal });
    }
    let (request, cost) = app.documents.bind(operation, parameters.variables)?;
    let bill = charge(app, &viewer, cost).await?;
    Ok(run(app, viewer, request, request_id).await?.extension("cost", bill))
}

/// Charges the caller for what they ask; the answer is for `extensions.cost`.
async fn charge(app: &App, viewer: &Viewer, requested: u64) -> Result<Value, Refusal> {
    let limits = &app.config.limits;
    let bill = |remaining: Option<u64>| {
        let mut bill = IndexMap::from([
            (Name::new("requested"), Value::from(requested)),
            (Name::new("limit"), Value::from(limits.cost_per_request)),
        ]);
        if let Some(remaining) = remaining {
            bill.insert(Name::new("remaining"), Value::from(remaining));
            bill.insert(Name::new("bucket"), Value::from(limits.cost_bucket));
            bill.insert(Name::new("restoredPerSecond"), Value::from(limits.cost_restored_per_second));
        }
        Value::Object(bill)
    };
    if requested > limits.cost_per_request {
        let most = limits.cost_per_request;
        let message = format!(
            "This request costs {requested}; one may cost {most}. Ask for smaller pages, or in several requests."
        );
        return Err(Refusal::one("COST_LIMIT", message, None).with("cost", bill(None)));
    }
    let purse = app.buckets.charge(&app.db, &viewer.actor(), requested).await?;
    let Some(seconds) = purse.retry_after else { return Ok(bill(Some(purse.remaining))) };
    let message = format!("You have asked for much lately, and this costs {requested}. Try again in {seconds} s.");
    let refusal = Refusal::http(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", message);
    let refusal = refusal.with("cost", bill(Some(purse.remaining))).with("retryAfter", Value::from(seconds));
    Err(Refusal { retry_after: Some(seconds), ..refusal })
}
