//! Running an operation for a viewer.

use std::convert::Infallible;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_graphql::indexmap::IndexMap;
use async_graphql::{Data, ErrorExtensionValues, Name, Request, Response, ServerError, Value};
use axum::http::StatusCode;
use tokio::sync::oneshot;
use tracing::Instrument as _;

use super::{Service, errors::Refusal, spans::step};
use crate::{
    audit::Trail,
    auth::Viewer,
    error::Error,
    graphql::{Batches, Meter, loaders},
};

/// What a request knows of whoever waits for its answer.
pub struct Waiter {
    left: oneshot::Receiver<Infallible>,
    follows: Arc<OnceLock<Arc<Trail>>>,
}

impl Waiter {
    /// Lets the waiter see what becomes of the mutations of this request.
    fn follows(&self, trail: &Arc<Trail>) {
        // A request has one trail.
        let _ = self.follows.set(Arc::clone(trail));
    }

    /// Returns once they have left, or were told that it takes too long.
    async fn gone(self) {
        // Nothing is ever sent.
        let _ = self.left.await;
    }
}

/// What a request came to.
pub struct Ran {
    /// Its answer.
    pub answer: Response,
    /// Whether it left nothing in the audit.
    pub leaves_nothing: bool,
}

/// Runs an operation for a viewer, with loaders of its own, and records in the audit what it gave them. All queries
/// and mutations are run here, whatever way they come.
///
/// What only reads (`reads`) ends when its waiter is gone. A mutation goes on to its end: a dropped transaction would
/// leave its connection in an unknown state (sqlx #4385).
///
/// If something went wrong with a mutation, or with the answer to one, or if it takes too long, each error says in
/// `extensions.outcomes` which mutations were done.
///
/// # Errors
/// The audit could not be written. Then there is no answer, whatever was done.
pub async fn run(
    service: &Service,
    viewer: Viewer,
    mut request: Request,
    request_id: &str,
    waiter: Option<Waiter>,
    reads: bool,
) -> Result<Ran, Refusal> {
    let trail = Arc::new(service.audit.trail(&service.db, &mut request, request_id));
    if let Some(waiter) = &waiter {
        waiter.follows(&trail);
    }
    let viewer = Arc::new(viewer);
    let running = surround(&mut request.data, service, &viewer, &trail);
    let answer = running.run(service.schema.execute(request)).instrument(step!("execute"));
    let mut answer = match waiter.filter(|_| reads) {
        None => answer.await,
        Some(waiter) => tokio::select! {
            answer = answer => answer,
            () = waiter.gone() => Response::from_errors(vec![ServerError::new("Nobody waits for the answer.", None)]),
        },
    };
    let closed = service.audit.close(&trail, &viewer, &answer).instrument(step!("audit")).await;
    let outcomes = outcomes(&trail);
    let leaves_nothing = closed.map_err(|error| {
        let refusal = Refusal::from(error);
        match &outcomes {
            Some(outcomes) => refusal.with(OUTCOMES, outcomes.clone()),
            None => refusal,
        }
    })?;
    if let Some(outcomes) = outcomes {
        for error in &mut answer.errors {
            error.extensions.get_or_insert_with(ErrorExtensionValues::default).set(OUTCOMES, outcomes.clone());
        }
    }
    Ok(Ran { answer, leaves_nothing })
}

const OUTCOMES: &str = "outcomes";

/// Whether each mutation that was begun was done; none if there is none.
fn outcomes(trail: &Trail) -> Option<Value> {
    let mutations = trail.mutations();
    let told = mutations.into_iter().map(|(name, done)| (Name::new(name), Value::Enum(Name::new(done.word()))));
    let told: IndexMap<Name, Value> = told.collect();
    (!told.is_empty()).then_some(Value::Object(told))
}

/// What a request is run with: the batches of its loaders, and what watches it.
pub(super) struct Running {
    batches: Batches,
    meter: Arc<Meter>,
}

impl Running {
    pub(super) async fn run<T>(&self, request: impl Future<Output = T>) -> T {
        self.batches.run(&self.meter, request).await
    }
}

/// Provides all that resolvers ask of their request ([`RequestContext`](crate::graphql::RequestContext)), with new
/// loaders.
pub(super) fn surround(data: &mut Data, service: &Service, viewer: &Arc<Viewer>, trail: &Arc<Trail>) -> Running {
    let (loaders, batches) = loaders(trail.db().clone(), Arc::clone(viewer));
    let meter = Arc::new(Meter::new(service.config.limits.answer_bytes));
    data.insert(Viewer::clone(viewer));
    data.insert(loaders);
    data.insert(Arc::clone(trail));
    data.insert(Arc::clone(&meter));
    data.insert(service.clock);
    data.insert(Arc::clone(&service.keys));
    Running { batches, meter }
}

/// Runs a future in a task of its own. The task goes on even if nobody waits for it any more; it is told so by its
/// [`Waiter`]. Whoever waits does so up to the time limit.
pub(super) async fn to_its_end<T: Send + 'static, F>(
    service: &Service,
    run: impl FnOnce(Waiter) -> F,
) -> Result<T, Refusal>
where
    F: Future<Output = Result<T, Refusal>> + Send + 'static,
{
    let longest = Duration::from_millis(service.config.limits.request_milliseconds);
    // Dropped when this future is, however it ends.
    let (_waits, left) = oneshot::channel();
    let trail = Arc::<OnceLock<Arc<Trail>>>::default();
    let waiter = Waiter { left, follows: Arc::clone(&trail) };
    match tokio::time::timeout(longest, tokio::spawn(run(waiter).in_current_span())).await {
        Ok(Ok(done)) => done,
        Ok(Err(error)) => {
            tracing::error!(%error, "a request ended in a panic");
            Err(Error::internal("panic").into())
        }
        Err(_) => {
            let message = "The request took too long. Ask for less at a time. A mutation may still be carried out: \
                           repeat it with its `idempotencyKey`.";
            let refusal = Refusal::http(StatusCode::GATEWAY_TIMEOUT, "TIMEOUT", message);
            Err(match trail.get().and_then(|trail| outcomes(trail)) {
                Some(outcomes) => refusal.with(OUTCOMES, outcomes),
                None => refusal,
            })
        }
    }
}
