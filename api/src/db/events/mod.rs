//! The bus: what was committed, told to whoever follows, on this instance and on the others.
//!
//! An [`Event`] holds ids alone and never a value: whoever wants a row reads it through a [`Scoped`](super::Scoped) of
//! their own. On PostgreSQL, events travel by `NOTIFY` inside the transaction that they report, and each instance has
//! a connection that listens. On SQLite, which has one process, they are passed on after the commit.
//! `docs/adr/0014-subscriptions.md`.

mod event;
mod listen;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::{broadcast, watch};
use tokio::task::AbortHandle;

pub use event::Event;
pub(super) use event::{CHANNEL, payload};

use crate::{
    config::MOST_WAITING,
    error::{Error, Result},
};

/// How long to wait for the connection that listens, where it is not there.
const LONGEST_START: Duration = Duration::from_secs(5);

/// The bus of a database. Cheap to clone.
#[derive(Clone)]
pub struct Events {
    inner: Arc<Inner>,
}

struct Inner {
    bus: Arc<Bus>,
    /// Where events of PostgreSQL come from; none on SQLite.
    url: Option<String>,
    listening: OnceLock<AbortHandle>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(task) = self.listening.get() {
            task.abort();
        }
    }
}

/// What those who follow hang on.
struct Bus {
    sender: broadcast::Sender<Told>,
    /// Counts the changes of what somebody may see.
    access: watch::Sender<u64>,
    /// Whether events arrive; counts up each time they begin to, so that a gap cannot go unseen.
    arriving: watch::Sender<Option<u64>>,
}

#[derive(Clone)]
enum Told {
    Of(Arc<Event>),
    /// Events were lost on the way here.
    Gap,
}

impl Bus {
    fn tell(&self, event: Event) {
        if matches!(event, Event::Access { .. }) {
            self.access.send_modify(|changes| *changes += 1);
        }
        // Nobody follows: then nobody need be told.
        let _ = self.sender.send(Told::Of(Arc::new(event)));
    }

    /// Events may have been lost. Whoever follows must be told, and nobody's rights are certain any more.
    fn gap(&self) {
        self.access.send_modify(|changes| *changes += 1);
        let _ = self.sender.send(Told::Gap);
    }
}

impl Events {
    /// The bus of a database at `url`, or of this process alone.
    pub(super) fn new(url: Option<String>) -> Self {
        let bus = Bus {
            sender: broadcast::Sender::new(MOST_WAITING),
            access: watch::Sender::new(0),
            arriving: watch::Sender::new(url.is_none().then_some(0)),
        };
        Self { inner: Arc::new(Inner { bus: Arc::new(bus), url, listening: OnceLock::new() }) }
    }

    /// Tells those who follow in this process, on SQLite; on PostgreSQL `NOTIFY` does.
    pub(super) fn tell_here(&self, events: Vec<Event>) {
        if self.inner.url.is_none() {
            for event in events {
                self.inner.bus.tell(event);
            }
        }
    }

    /// Begins to listen, if it has not begun. Nothing that only runs a command ever does.
    pub fn start(&self) {
        if let Some(url) = &self.inner.url {
            self.inner.listening.get_or_init(|| {
                let task = tokio::spawn(listen::listen(Arc::clone(&self.inner.bus), url.clone()));
                task.abort_handle()
            });
        }
    }

    /// Stops listening, for good.
    pub(super) fn stop(&self) {
        if let Some(task) = self.inner.listening.get() {
            task.abort();
        }
        self.inner.bus.gap();
    }

    /// Follows what is committed from now on. At most `most` events wait to be taken.
    ///
    /// # Errors
    /// The connection that listens is down, and did not come back in five seconds.
    pub async fn follow(&self, most: usize) -> Result<Follower> {
        self.start();
        let mut arriving = self.inner.bus.arriving.subscribe();
        loop {
            let since = match tokio::time::timeout(LONGEST_START, arriving.wait_for(Option::is_some)).await {
                Ok(Ok(since)) => *since,
                _ => return Err(Error::internal("the connection that listens for events is down")),
            };
            let receiver = self.inner.bus.sender.subscribe();
            // If the connection was lost in between, those who followed before were told, but this follower was not.
            if *self.inner.bus.arriving.borrow() == since {
                return Ok(Follower { receiver, most: most.clamp(1, MOST_WAITING) });
            }
        }
    }

    /// Counts the changes to what anybody may see. An answer to "what may they see" holds as long as this number stays
    /// the same.
    #[must_use]
    pub fn access(&self) -> watch::Receiver<u64> {
        self.inner.bus.access.subscribe()
    }

    /// How many follow.
    #[must_use]
    pub fn followers(&self) -> usize {
        self.inner.bus.sender.receiver_count()
    }
}

/// One who follows what is committed.
#[derive(Debug)]
pub struct Follower {
    receiver: broadcast::Receiver<Told>,
    most: usize,
}

impl std::fmt::Debug for Told {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Of(event) => event.fmt(formatter),
            Self::Gap => formatter.write_str("Gap"),
        }
    }
}

impl Follower {
    /// The next event.
    ///
    /// # Errors
    /// [`Error::EventsMissed`]: more were waiting than may, or some were lost on the way here. What
    /// comes after that would be incomplete, so this is the end.
    pub async fn next(&mut self) -> Result<Arc<Event>> {
        if self.receiver.len() > self.most {
            return Err(Error::EventsMissed);
        }
        match self.receiver.recv().await {
            Ok(Told::Of(event)) => Ok(event),
            Ok(Told::Gap) | Err(_) => Err(Error::EventsMissed),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn access() -> Event {
        Event::Access { trust: Uuid::now_v7() }
    }

    #[tokio::test]
    async fn who_follows_is_told_from_then_on() {
        let events = Events::new(None);
        events.tell_here(vec![access()]);
        let mut follower = events.follow(10).await.unwrap();
        let told = access();
        events.tell_here(vec![told.clone()]);
        assert_eq!(*follower.next().await.unwrap(), told);
        let nothing = tokio::time::timeout(Duration::from_millis(20), follower.next()).await;
        assert!(nothing.is_err(), "what was told before");
    }

    #[tokio::test]
    async fn who_takes_too_little_is_told_that_there_was_more() {
        for most in [3, MOST_WAITING] {
            let events = Events::new(None);
            let mut follower = events.follow(most).await.unwrap();
            events.tell_here((0..most).map(|_| access()).collect());
            assert!(follower.next().await.is_ok(), "just as many as may wait");
            events.tell_here((0..2).map(|_| access()).collect());
            assert!(matches!(follower.next().await, Err(Error::EventsMissed)), "one more than {most}");
        }
    }

    #[tokio::test]
    async fn a_gap_ends_it_and_puts_all_rights_in_doubt() {
        let events = Events::new(None);
        let mut follower = events.follow(10).await.unwrap();
        let access = events.access();
        events.stop();
        assert!(access.has_changed().unwrap());
        assert!(matches!(follower.next().await, Err(Error::EventsMissed)));
    }
}
