//! Running an operation for a viewer.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::indexmap::IndexMap;
use async_graphql::{Data, ErrorExtensionValues, Name, Request, Response, Value};
use axum::http::StatusCode;
use tracing::Instrument as _;

use super::{Service, errors::Refusal};
use crate::{
    audit::Trail,
    auth::Viewer,
    error::Error,
    graphql::{Batches, loaders},
};

/// Runs an operation for a viewer, with loaders of its own, and records in the audit what it gave them. All queries
/// and mutations are run here, whatever way they come.
///
/// If something went wrong with a mutation, or with the answer to one, each error says in `extensions.outcomes` which
/// mutations were done.
///
/// # Errors
/// The audit could not be written. Then there is no answer, whatever was done.
pub async fn run(
    service: &Service,
    viewer: Viewer,
    mut request: Request,
    request_id: &str,
) -> Result<Response, Refusal> {
    let trail = Arc::new(service.audit.trail(&service.db, &mut request, request_id));
    let viewer = Arc::new(viewer);
    let batches = surround(&mut request.data, service, &viewer, &trail);
    let mut answer = batches.run(service.schema.execute(request)).await;
    let closed = service.audit.close(&trail, &viewer, &answer).await;
    let outcomes = outcomes(&trail);
    if let Err(error) = closed {
        let refusal = Refusal::from(error);
        return Err(match outcomes {
            Some(outcomes) => refusal.with(OUTCOMES, outcomes),
            None => refusal,
        });
    }
    if let Some(outcomes) = outcomes {
        for error in &mut answer.errors {
            error.extensions.get_or_insert_with(ErrorExtensionValues::default).set(OUTCOMES, outcomes.clone());
        }
    }
    Ok(answer)
}

const OUTCOMES: &str = "outcomes";

/// Whether each mutation that was begun was done; none if there is none.
fn outcomes(trail: &Trail) -> Option<Value> {
    let mutations = trail.mutations();
    let told = mutations.into_iter().map(|(name, done)| (Name::new(name), Value::Enum(Name::new(done.word()))));
    let told: IndexMap<Name, Value> = told.collect();
    (!told.is_empty()).then_some(Value::Object(told))
}

/// Provides all that resolvers ask of their request ([`RequestContext`](crate::graphql::RequestContext)), with new
/// loaders. Returns the batches in which these load.
pub(super) fn surround(data: &mut Data, service: &Service, viewer: &Arc<Viewer>, trail: &Arc<Trail>) -> Batches {
    let (loaders, batches) = loaders(trail.db().clone(), Arc::clone(viewer));
    data.insert(Viewer::clone(viewer));
    data.insert(loaders);
    data.insert(Arc::clone(trail));
    data.insert(service.clock);
    data.insert(Arc::clone(&service.keys));
    batches
}

/// Runs a future in a task of its own. The task goes on even if nobody waits for it any more, up to the time limit.
pub(super) async fn to_its_end<T: Send + 'static>(
    service: &Service,
    run: impl Future<Output = Result<T, Refusal>> + Send + 'static,
) -> Result<T, Refusal> {
    let longest = Duration::from_millis(service.config.limits.request_milliseconds);
    match tokio::time::timeout(longest, tokio::spawn(run.in_current_span())).await {
        Ok(Ok(done)) => done,
        Ok(Err(error)) => {
            tracing::error!(%error, "a request ended in a panic");
            Err(Error::internal("panic").into())
        }
        Err(_) => {
            let message = "The request took too long. Ask for less at a time. A mutation may still be carried out: \
                           repeat it with its `idempotencyKey`.";
            Err(Refusal::http(StatusCode::GATEWAY_TIMEOUT, "TIMEOUT", message))
        }
    }
}
