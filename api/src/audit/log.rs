//! The log. It takes entries from all requests and writes many of them in one transaction.
//!
//! All entries that wait go into one transaction; the next entries gather while it is being committed. Whoever hands
//! an entry over waits until it is kept. If it cannot be kept, the answer is not given.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_graphql::{Request, Response};
use tokio::sync::{mpsc, oneshot};
use tokio::time::MissedTickBehavior;

use super::{Entry, Trail, store};
use crate::{
    auth::Viewer,
    clock::Clock,
    db::{Db, Witness},
    error::{Error, Result},
};

/// The log. Cheap to clone; ends when all clones are gone.
#[derive(Clone)]
pub struct Log {
    /// None where nothing is kept.
    sender: Option<mpsc::Sender<Waiting>>,
    tally: Arc<Tally>,
    clock: Clock,
    /// Requests that are being answered.
    under_way: Arc<AtomicUsize>,
}

/// A request that is being answered. It counts until this is dropped.
#[derive(Debug)]
pub(super) struct UnderWay(Arc<AtomicUsize>);

impl UnderWay {
    fn begin(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(count))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Entries that wait, and who waits for them.
struct Waiting {
    entries: Vec<Entry>,
    kept: Option<oneshot::Sender<Result<()>>>,
}

/// Requests that may wait in the log. Further requests wait before it.
const LONGEST_QUEUE: usize = 1024;
/// Requests whose entries go in one transaction.
const MOST_TOGETHER: usize = 64;
/// On SQLite: how long the first entry waits for those of other requests that are being answered.
const GATHERING: Duration = Duration::from_millis(25);
const MINUTE: Duration = Duration::from_secs(60);

impl Log {
    /// Starts a log on a database; inside a Tokio runtime.
    #[must_use]
    pub fn start(db: Db, clock: Clock) -> Self {
        let (sender, receiver) = mpsc::channel(LONGEST_QUEUE);
        let (tally, under_way) = (Arc::new(Tally::default()), Arc::<AtomicUsize>::default());
        // On SQLite each commit empties the page caches of all readers, so fewer commits pay off there.
        let gathers = (!db.is_postgres()).then(|| Arc::clone(&under_way));
        tokio::spawn(run(db, receiver, gathers, Arc::clone(&tally), clock));
        Self { sender: Some(sender), tally, clock, under_way }
    }

    /// A log that keeps nothing, to measure what keeping costs. The service is never given one:
    /// [`Service::new`](crate::protocol::Service::new) starts its own log, and no configuration leads here.
    #[must_use]
    pub fn keeping_nothing(clock: Clock) -> Self {
        Self { sender: None, tally: Arc::default(), clock, under_way: Arc::default() }
    }

    /// Begins to gather what a request leaves.
    #[must_use]
    pub fn trail(&self, db: &Db, request: &mut Request, request_id: &str) -> Trail {
        let witness = if self.sender.is_some() { Witness::default() } else { Witness::blind() };
        Trail::new(db, witness, request, request_id, UnderWay::begin(&self.under_way))
    }

    /// Keeps what a request leaves in the audit, before its answer is given. Returns whether that is nothing.
    ///
    /// # Errors
    /// It could not be kept: the answer must not be given.
    pub async fn close(&self, trail: &Trail, viewer: &Viewer, answer: &Response) -> Result<bool> {
        let is_forbidden =
            |error: &async_graphql::ServerError| matches!(error.source::<Error>(), Some(Error::Forbidden(_)));
        let forbidden = answer.errors.iter().any(is_forbidden);
        let entries = trail.entries(viewer, forbidden, self.clock.now());
        let leaves_nothing = entries.is_empty();
        if !leaves_nothing {
            self.keep(entries).await?;
        }
        Ok(leaves_nothing)
    }

    /// Keeps entries. Returns when they are committed.
    ///
    /// # Errors
    /// They could not be kept.
    pub async fn keep(&self, entries: Vec<Entry>) -> Result<()> {
        let Some(sender) = &self.sender else { return Ok(()) };
        let (kept, answer) = oneshot::channel();
        let stopped = |_| Error::internal("the audit has stopped");
        sender.send(Waiting { entries, kept: Some(kept) }).await.map_err(|_| stopped(()))?;
        answer.await.map_err(|_| stopped(()))?
    }

    /// Notes that a call came with a token that does not hold, or with none. The first 60 in a minute get an entry
    /// each. Further ones are counted together, because anybody can make as many as they like.
    ///
    /// `reason` is one of our own words and never part of the token. The caller does not wait for the entry.
    pub fn token_refused(&self, reason: &'static str, request_id: &str) {
        let Some(sender) = &self.sender else { return };
        if self.tally.has_room() {
            let entries = vec![Entry::token_refused(reason, request_id, 1, self.clock.now())];
            if sender.try_send(Waiting { entries, kept: None }).is_ok() {
                return;
            }
        }
        self.tally.count(reason, 1);
    }

    /// As [`Log::token_refused`], if a call failed for that reason. Otherwise does nothing.
    pub fn refused(&self, error: &Error, request_id: &str) {
        if let Some(reason) = error.refused_token() {
            self.token_refused(reason, request_id);
        }
    }

    /// Keeps what was only counted so far. Returns when everything that was handed over before is kept.
    ///
    /// # Errors
    /// It could not be kept.
    pub async fn flush(&self) -> Result<()> {
        self.keep(self.tally.counted(self.clock)).await
    }
}

/// How many refused tokens get an entry of their own in a minute.
pub const LARGEST_TALLY: u32 = 60;

/// Refused tokens of the current minute.
#[derive(Default)]
struct Tally {
    minute: Mutex<Minute>,
}

#[derive(Default)]
struct Minute {
    one_by_one: u32,
    together: BTreeMap<String, i32>,
}

impl Tally {
    /// Whether one more has an entry of its own.
    fn has_room(&self) -> bool {
        let mut minute = self.minute.lock().unwrap_or_else(PoisonError::into_inner);
        let room = minute.one_by_one < LARGEST_TALLY;
        minute.one_by_one += u32::from(room);
        room
    }

    fn count(&self, reason: &str, times: i32) {
        let mut minute = self.minute.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = minute.together.entry(reason.to_owned()).or_default();
        *counted = counted.saturating_add(times);
    }

    /// Entries of what was counted together.
    fn counted(&self, clock: Clock) -> Vec<Entry> {
        let together = std::mem::take(&mut self.minute.lock().unwrap_or_else(PoisonError::into_inner).together);
        let entry = |(reason, times): (String, i32)| Entry::token_refused(&reason, "", times, clock.now());
        together.into_iter().map(entry).collect()
    }

    fn next_minute(&self) {
        self.minute.lock().unwrap_or_else(PoisonError::into_inner).one_by_one = 0;
    }
}

/// Takes further entries while other requests are being answered that may leave some too, but never longer than a set
/// time.
async fn gather(receiver: &mut mpsc::Receiver<Waiting>, waiting: &mut Vec<Waiting>, under_way: &AtomicUsize) {
    let end = tokio::time::Instant::now() + GATHERING;
    while waiting.len() < under_way.load(Ordering::Relaxed).min(MOST_TOGETHER) {
        match tokio::time::timeout_at(end, receiver.recv()).await {
            Ok(Some(one)) => waiting.push(one),
            Ok(None) | Err(_) => break,
        }
    }
}

async fn run(
    db: Db,
    mut receiver: mpsc::Receiver<Waiting>,
    gathers: Option<Arc<AtomicUsize>>,
    tally: Arc<Tally>,
    clock: Clock,
) {
    let mut minutes = tokio::time::interval_at(tokio::time::Instant::now() + MINUTE, MINUTE);
    minutes.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut waiting = Vec::new();
    loop {
        tokio::select! {
            received = receiver.recv_many(&mut waiting, MOST_TOGETHER) => {
                if received == 0 {
                    break;
                }
                if let Some(under_way) = &gathers {
                    gather(&mut receiver, &mut waiting, under_way).await;
                }
            }
            _ = minutes.tick() => {
                tally.next_minute();
                waiting.push(Waiting { entries: tally.counted(clock), kept: None });
            }
        }
        write(&db, std::mem::take(&mut waiting), &tally).await;
    }
    write(&db, vec![Waiting { entries: tally.counted(clock), kept: None }], &tally).await;
}

/// Writes the entries that wait, and tells those who wait whether they were kept.
async fn write(db: &Db, mut waiting: Vec<Waiting>, tally: &Tally) {
    let mut entries = Vec::new();
    for waiting in &mut waiting {
        // If entries for which nobody waits cannot be kept, they are counted again.
        let unawaited = if waiting.kept.is_none() { waiting.entries.clone() } else { Vec::new() };
        entries.extend(std::mem::replace(&mut waiting.entries, unawaited));
    }
    let kept = if entries.is_empty() { Ok(()) } else { store::keep(db, entries).await };
    if let Err(error) = &kept {
        tracing::error!(%error, "entries of the audit could not be kept: what they record is not answered");
    }
    for Waiting { entries, kept: answer } in waiting {
        match answer {
            // Who no longer waits has left.
            Some(answer) => drop(answer.send(kept.clone())),
            None if kept.is_err() => {
                let refused = entries.iter().filter_map(Entry::refused_token);
                refused.for_each(|(reason, times)| tally.count(reason, times));
            }
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one() -> Waiting {
        Waiting { entries: Vec::new(), kept: None }
    }

    /// How many are taken together with the first, of two that came beside it, while so many are being answered.
    async fn together(under_way: usize) -> usize {
        let (sender, mut receiver) = mpsc::channel(4);
        for _ in 0..2 {
            assert!(sender.try_send(one()).is_ok());
        }
        let mut waiting = vec![one()];
        gather(&mut receiver, &mut waiting, &AtomicUsize::new(under_way)).await;
        waiting.len()
    }

    #[tokio::test]
    async fn an_entry_waits_for_those_who_are_being_answered_and_for_nobody_else() {
        assert_eq!(together(1).await, 1, "who is alone waits for nobody");
        assert_eq!(together(2).await, 2);
        assert_eq!(together(9).await, 3, "of the others nothing comes, and they are not waited for without end");
    }
}
