//! Connections that say nothing. Where all turns for connections are taken, the one that has said nothing for longest gives
//! way to the next: so whoever opens connections and says nothing keeps nobody out.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::response::Response;
use futures_util::future::BoxFuture;
use http_body_util::BodyExt as _;
use tokio::sync::Notify;
use tower::Service;

/// The place of a connection among those that say nothing: those that never said anything first, then by when they fell
/// silent.
type Place = (bool, u64);

/// All connections of a listener that say nothing just now.
#[derive(Default)]
pub(super) struct Quiet {
    inner: Mutex<Inner>,
    more: Notify,
}

#[derive(Default)]
struct Inner {
    next: u64,
    quiet: BTreeMap<Place, Arc<Notify>>,
}

impl Quiet {
    /// A connection that has just been opened. It says nothing yet.
    pub(super) fn enters(self: &Arc<Self>) -> Arc<Voice> {
        let voice = Voice { of: Arc::clone(self), told: Arc::default(), state: Mutex::default() };
        voice.falls_silent(&mut voice.state(), false);
        Arc::new(voice)
    }

    /// Waits until a connection says nothing, and tells the one that has said nothing for longest to go.
    pub(super) async fn gives_way(&self) {
        loop {
            let more = self.more.notified();
            if let Some((_, first)) = self.inner().quiet.pop_first() {
                first.notify_one();
                return;
            }
            more.await;
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One connection, and whether it says something.
pub(super) struct Voice {
    of: Arc<Quiet>,
    told: Arc<Notify>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Its place, while it says nothing.
    place: Option<Place>,
    /// The requests that are under way on it, until their answers have left.
    requests: usize,
}

impl Voice {
    /// Returns when the connection is to give way.
    pub(super) async fn is_told_to_go(&self) {
        self.told.notified().await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn falls_silent(&self, state: &mut State, spoke: bool) {
        let mut inner = self.of.inner();
        inner.next += 1;
        let place = (spoke, inner.next);
        inner.quiet.insert(place, Arc::clone(&self.told));
        state.place = Some(place);
        drop(inner);
        self.of.more.notify_one();
    }

    fn speaks(self: &Arc<Self>) -> Speaking {
        let mut state = self.state();
        state.requests += 1;
        if let Some(place) = state.place.take() {
            self.of.inner().quiet.remove(&place);
        }
        Speaking(Arc::clone(self))
    }
}

impl Drop for Voice {
    fn drop(&mut self) {
        if let Some(place) = self.state().place.take() {
            self.of.inner().quiet.remove(&place);
        }
    }
}

/// A request that is under way, until its answer has left.
struct Speaking(Arc<Voice>);

impl Drop for Speaking {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.requests -= 1;
        if state.requests == 0 {
            self.0.falls_silent(&mut state, true);
        }
    }
}

/// The routes, as one connection asks them.
#[derive(Clone)]
pub(super) struct Heard {
    router: Router,
    voice: Arc<Voice>,
}

impl Heard {
    pub(super) const fn new(router: Router, voice: Arc<Voice>) -> Self {
        Self { router, voice }
    }
}

impl<B> Service<Request<B>> for Heard
where
    Router: Service<Request<B>, Response = Response, Error = Infallible, Future: Send + 'static>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Service::<Request<B>>::poll_ready(&mut self.router, context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let speaking = self.voice.speaks();
        let answering = self.router.call(request);
        Box::pin(async move {
            let answer = answering.await?;
            // Kept with the body, whose end is the end of the answer.
            Ok(answer.map(|body| {
                Body::new(body.map_err(move |error| {
                    let _ = &speaking;
                    error
                }))
            }))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn those_who_never_spoke_give_way_first_and_those_who_speak_never() {
        let quiet = Arc::<Quiet>::default();
        let (spoke, first, second, speaks) = (quiet.enters(), quiet.enters(), quiet.enters(), quiet.enters());
        drop(spoke.speaks());
        let speaking = speaks.speaks();
        for next in [&first, &second, &spoke] {
            quiet.gives_way().await;
            next.is_told_to_go().await;
        }
        assert!(quiet.inner().quiet.is_empty());
        let (_, ()) = tokio::join!(quiet.gives_way(), async { drop(speaking) });
        speaks.is_told_to_go().await;
    }

    #[tokio::test]
    async fn a_connection_that_has_ended_gives_way_to_nobody() {
        let quiet = Arc::<Quiet>::default();
        let (ended, stays) = (quiet.enters(), quiet.enters());
        drop(ended);
        quiet.gives_way().await;
        stays.is_told_to_go().await;
    }
}
