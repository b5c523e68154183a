//! The one gate that every operation goes through, whichever way it came: the document is read and held
//! against the specification and the limits, its operation chosen, its variables made what their types say.

use std::sync::Arc;

use async_graphql::{Request, Response, Value};
use axum::http::StatusCode;

use super::errors::Refusal;
use super::http::Parameters;
use super::loaders::loaders;
use crate::{app::App, auth::Viewer};

/// Which way an operation came, and so which kinds of it may.
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
}

/// Lets an operation in, or says why not.
pub(super) async fn admit(app: &App, parameters: Parameters, way: Way) -> Result<Admitted, Refusal> {
    let Some(text) = &parameters.query else {
        return Err(Refusal::bad_input("The request has no `query`: the GraphQL document to run."));
    };
    let document = app.documents.read(text).await.map_err(Refusal::graphql)?;
    let operation = document.operation(parameters.operation_name.as_deref())?;
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
    Ok(Admitted { kind, request: app.documents.bind(operation, parameters.variables)? })
}

impl Admitted {
    /// Runs an operation that has one answer.
    pub(super) async fn answer(self, app: &App, viewer: Arc<Viewer>) -> Response {
        let (loaders, batches) = loaders(app.db.clone(), Arc::clone(&viewer));
        let request = self.request.data(Viewer::clone(&viewer)).data(loaders).data(app.clone());
        batches.run(app.schema.execute(request)).await
    }
}

/// Whether anything ran: what async-graphql refuses to begin with has no data, not even null.
pub(super) fn begun(response: &Response) -> bool {
    response.data != Value::Null || response.errors.is_empty() || response.errors.iter().any(|e| !e.path.is_empty())
}
