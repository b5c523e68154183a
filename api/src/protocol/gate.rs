//! The one gate that every operation goes through, however it arrives. The gate finds the document, checks it against
//! the specification and the limits, chooses the operation, gives the variables the form of their types, and charges
//! the cost.

use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, Request, Response, Value};
use axum::http::StatusCode;

use super::cost::Purse;
use super::errors::Refusal;
use super::kept::Asked;
use super::metrics::Measured;
use super::request::Parameters;
use super::run::{Ran, Waiter};
use super::trusted::Found;
use super::{Service, run::run};
use crate::auth::Viewer;

/// Which way an operation came. This decides which kinds of operation are allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// `GET`, answered at once.
    Get,
    /// `POST`, answered at once.
    Post,
    /// `GET`, answered by a stream of events.
    GetStream,
    /// A WebSocket, or `POST` answered by a stream of events.
    Stream,
}

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Reads or changes something, and has one answer.
    Once,
    /// Has an answer for each event.
    Subscription,
}

/// An operation that may be run.
pub(super) struct Admitted {
    pub(super) kind: Kind,
    pub(super) request: Request,
    /// Whether it changes nothing.
    reads: bool,
    /// What it costs; a subscription costs as much again for each row.
    pub(super) cost: u64,
    bill: Value,
    /// What its answer may be kept by.
    asked: Option<Asked>,
}

/// Lets an operation in for somebody, or says why not. Notes what is asked in `measured`.
pub(super) async fn admit(
    service: &Service,
    viewer: &Viewer,
    parameters: Parameters,
    way: Way,
    measured: &Measured,
) -> Result<Admitted, Refusal> {
    let (asked, parameters) = parameters.document()?;
    let Found { document, trusted } = service.persisted.find(&service.db, &service.documents, viewer, asked).await?;
    let operation = document.operation(parameters.operation_name.as_deref())?;
    measured.asks(operation.kind(), operation.name(), trusted);
    measured.asked_by(viewer);
    let kind = if operation.is_subscription() { Kind::Subscription } else { Kind::Once };
    if matches!(way, Way::Get | Way::GetStream) && kind == Kind::Once && !operation.is_query() {
        let message = "Only queries go over GET. Send this operation with POST.";
        let refusal = Refusal::http(StatusCode::METHOD_NOT_ALLOWED, "BAD_USER_INPUT", message);
        return Err(Refusal { allow: Some("POST"), ..refusal });
    }
    if matches!(way, Way::Get | Way::Post) && kind == Kind::Subscription {
        let message = "A subscription is answered by a stream: accept `text/event-stream`, or ask over WebSocket \
                       (`graphql-transport-ws`).";
        return Err(Refusal::http(StatusCode::NOT_ACCEPTABLE, "BAD_USER_INPUT", message));
    }
    let (request, cost) = service.documents.bind(operation, parameters.variables)?;
    measured.costs(cost);
    let bill = charge(service, viewer, cost).await?;
    let asked = operation.kept_as().and_then(|operation| {
        let variables = serde_json::to_string(&request.variables).ok()?;
        Some(Asked { viewer: viewer.clone(), operation, variables })
    });
    Ok(Admitted { kind, request, reads: operation.is_query(), cost, bill, asked })
}

impl Admitted {
    /// What its answer may be kept by; `None` where it may not.
    pub(super) fn asked(&mut self) -> Option<Asked> {
        self.asked.take()
    }

    /// What it cost, for `extensions.cost` of an answer that is kept.
    pub(super) fn bill(&self) -> Value {
        self.bill.clone()
    }

    /// Runs an operation that has one answer. What changes nothing ends once its waiter is gone.
    pub(super) async fn answer(
        self,
        service: &Service,
        viewer: Viewer,
        request_id: &str,
        waiter: Waiter,
    ) -> Result<Ran, Refusal> {
        let Ran { answer, leaves_nothing } =
            run(service, viewer, self.request, request_id, Some(waiter), self.reads).await?;
        Ok(Ran { answer: answer.extension("cost", self.bill), leaves_nothing })
    }
}

/// Charges the caller for what they ask; the answer is for `extensions.cost`.
async fn charge(service: &Service, viewer: &Viewer, requested: u64) -> Result<Value, Refusal> {
    let most = service.config.limits.cost_per_request;
    if requested > most {
        let message = format!(
            "This request costs {requested}; one may cost {most}. Ask for smaller pages, or in several requests."
        );
        return Err(Refusal::one("COST_LIMIT", message, None).with("cost", bill(service, requested, None)));
    }
    let purse = pay(service, viewer, requested).await?;
    Ok(bill(service, requested, Some(purse)))
}

/// Charges the caller's bucket.
///
/// # Errors
/// The caller may not spend so much now, or the database failed.
pub(super) async fn pay(service: &Service, viewer: &Viewer, requested: u64) -> Result<Purse, Refusal> {
    let purse = service.buckets.charge(&service.db, &viewer.actor(), requested).await?;
    let Some(seconds) = purse.retry_after else { return Ok(purse) };
    let message = format!("You have asked for much lately, and this costs {requested}. Try again in {seconds} s.");
    let refusal = Refusal::http(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", message);
    let refusal = refusal.with("cost", bill(service, requested, Some(purse))).with("retryAfter", Value::from(seconds));
    Err(Refusal { retry_after: Some(seconds), ..refusal })
}

fn bill(service: &Service, requested: u64, purse: Option<Purse>) -> Value {
    let limits = &service.config.limits;
    let mut bill = IndexMap::from([
        (Name::new("requested"), Value::from(requested)),
        (Name::new("limit"), Value::from(limits.cost_per_request)),
    ]);
    if let Some(purse) = purse {
        bill.insert(Name::new("remaining"), Value::from(purse.remaining));
        bill.insert(Name::new("bucket"), Value::from(limits.cost_bucket));
        bill.insert(Name::new("restoredPerSecond"), Value::from(limits.cost_restored_per_second));
    }
    Value::Object(bill)
}

/// Whether anything ran. If async-graphql refused to begin, there is no data and no error names a field.
pub(super) fn begun(response: &Response) -> bool {
    response.data != Value::Null || response.errors.is_empty() || response.errors.iter().any(|e| !e.path.is_empty())
}
