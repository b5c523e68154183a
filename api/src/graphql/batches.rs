//! When a batch is loaded: once every field that is ready has said what it wants.
//!
//! A loader on a thread of its own starts while fields are still being visited. It then makes two batches, or five,
//! where one would do; a wait of a millisecond for the rest halves throughput. So a batch runs in the task of its
//! request, and only when the fields can go no further without it. The number of statements then follows from the
//! question alone.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use async_graphql::runtime::Timer;
use futures_util::StreamExt as _;
use futures_util::future::{BoxFuture, maybe_done, ready};
use futures_util::stream::FuturesUnordered;
use futures_util::task::{FutureObj, Spawn, SpawnError};

use super::Meter;

/// The batches of a request that wait to be run.
#[derive(Clone, Default)]
pub struct Batches {
    waiting: Arc<Mutex<Vec<FutureObj<'static, ()>>>>,
}

impl Spawn for Batches {
    fn spawn_obj(&self, batch: FutureObj<'static, ()>) -> Result<(), SpawnError> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(batch);
        Ok(())
    }
}

/// No wait: a batch is not run before its time anyway.
pub(super) struct NoDelay;

impl Timer for NoDelay {
    fn delay(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(ready(()))
    }
}

impl Batches {
    fn take(&self) -> Vec<FutureObj<'static, ()>> {
        std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Runs a request, and its batches in turns. A turn runs all batches that the fields ask for; the next turn starts
    /// when all of them are done. Meanwhile the request goes on as far as it can, in slices that `meter` measures.
    pub async fn run<T>(&self, meter: &Meter, request: impl Future<Output = T>) -> T {
        let mut request = pin!(request);
        let mut running = FuturesUnordered::new();
        poll_fn(move |context| {
            meter.begin_slice();
            loop {
                if let Poll::Ready(answer) = request.as_mut().poll(context) {
                    return Poll::Ready(answer);
                }
                // Not all fields have said what they want, so no batch is complete.
                if meter.waits() {
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                if running.is_empty() {
                    running.extend(self.take());
                }
                // What was loaded lets fields of the request go on, so the request is polled again each time.
                match running.poll_next_unpin(context) {
                    Poll::Ready(Some(())) => {}
                    Poll::Ready(None) | Poll::Pending => return Poll::Pending,
                }
            }
        })
        .await
    }
}

/// Runs all of these side by side and polls each of them every time. `join_all` polls some later if there are many;
/// then batches would begin before all of them had asked.
pub(crate) async fn side_by_side<F: Future>(all: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut all: Vec<_> = all.into_iter().map(|one| Box::pin(maybe_done(one))).collect();
    poll_fn(|context| {
        let waiting = all.iter_mut().filter_map(|one| one.as_mut().poll(context).is_pending().then_some(())).count();
        if waiting == 0 { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    all.iter_mut().filter_map(|one| one.as_mut().take_output()).collect()
}
