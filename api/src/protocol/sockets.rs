//! WebSockets and event streams that are open: how many, whose, and when they have to close.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::{
    auth::Viewer,
    config::Subscriptions,
    error::{Error, Result},
};

/// The WebSockets and event streams of an instance; both count as sockets. Cheap to clone.
#[derive(Clone, Debug)]
pub struct OpenSockets {
    all: Arc<Semaphore>,
    most: usize,
    most_per_caller: usize,
    by_caller: Arc<Mutex<HashMap<String, usize>>>,
    stopping: Arc<watch::Sender<bool>>,
}

/// One that is open. It counts until this is dropped.
#[derive(Debug)]
pub(super) struct OpenSocket(#[expect(dead_code, reason = "counts while it is held")] OwnedSemaphorePermit);

/// One that a caller has open. It counts as theirs until this is dropped.
#[derive(Debug)]
pub(super) struct CallersSocket {
    caller: String,
    by_caller: Arc<Mutex<HashMap<String, usize>>>,
}

impl OpenSockets {
    /// None yet.
    #[must_use]
    pub fn new(settings: &Subscriptions) -> Self {
        let most = settings.connections;
        Self {
            all: Arc::new(Semaphore::new(most)),
            most,
            most_per_caller: settings.connections_per_caller,
            by_caller: Arc::default(),
            stopping: Arc::new(watch::Sender::new(false)),
        }
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.most - self.all.available_permits()
    }

    /// Asks all of them to close, and lets no more in.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Returns once all have closed.
    pub async fn closed(&self) {
        let most = u32::try_from(self.most).unwrap_or(u32::MAX);
        // This fails only if the semaphore was closed, which never happens.
        let _ = self.all.acquire_many(most).await;
    }

    /// Returns once they have to close.
    pub(super) async fn stopped(&self) {
        let mut stopping = self.stopping.subscribe();
        // The sender lives as long as this does.
        let _ = stopping.wait_for(|stopping| *stopping).await;
    }

    /// Counts one more; `None` where as many are open as may be, or where all have to close.
    pub(super) fn enter(&self) -> Option<OpenSocket> {
        if *self.stopping.borrow() {
            return None;
        }
        Arc::clone(&self.all).try_acquire_owned().ok().map(OpenSocket)
    }

    /// Counts one more of a caller.
    ///
    /// # Errors
    /// They have as many as one may.
    pub(super) fn enter_as(&self, viewer: &Viewer) -> Result<CallersSocket> {
        let caller = viewer.actor();
        let mut counts = self.by_caller.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(caller.clone()).or_default();
        if *count >= self.most_per_caller {
            let most = self.most_per_caller;
            return Err(Error::RateLimited(format!(
                "You have {most} WebSockets and event streams open, which is as many as may be; close one first."
            )));
        }
        *count += 1;
        Ok(CallersSocket { caller, by_caller: Arc::clone(&self.by_caller) })
    }
}

impl Drop for CallersSocket {
    fn drop(&mut self) {
        let mut counts = self.by_caller.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.caller) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.caller);
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use chrono::NaiveDate;
    use uuid::Uuid;

    use super::*;

    fn somebody() -> Viewer {
        Viewer::staff(Uuid::now_v7(), Uuid::now_v7(), NaiveDate::default(), Vec::new())
    }

    #[test]
    fn each_caller_has_places_of_their_own_and_gets_them_back() {
        let settings = Subscriptions { connections_per_caller: 2, ..Subscriptions::default() };
        let open = OpenSockets::new(&settings);
        let (ann, bob) = (somebody(), somebody());
        let (first, _second) = (open.enter_as(&ann).unwrap(), open.enter_as(&ann).unwrap());
        assert!(matches!(open.enter_as(&ann), Err(Error::RateLimited(_))));
        let bobs = open.enter_as(&bob).unwrap();
        drop(first);
        assert!(open.enter_as(&ann).is_ok());
        drop(bobs);
        assert_eq!(open.by_caller.lock().unwrap().len(), 1, "nothing is kept of who has none");
    }

    #[tokio::test]
    async fn nobody_comes_in_once_all_have_to_close() {
        let open = OpenSockets::new(&Subscriptions { connections: 2, ..Subscriptions::default() });
        let (first, second) = (open.enter().unwrap(), open.enter().unwrap());
        assert!(open.enter().is_none());
        assert_eq!(open.count(), 2);
        open.stop();
        open.stopped().await;
        drop((first, second));
        open.closed().await;
        assert!(open.enter().is_none());
    }
}
