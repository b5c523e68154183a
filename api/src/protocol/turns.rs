//! How much is under way at once: in all, of each caller, and in memory.
//!
//! | what | limit | beyond it |
//! | --- | --- | --- |
//! | requests that run | `limits.requests` | wait, for a moment |
//! | requests that wait to run | `limits.requests_waiting` | 503 |
//! | requests of one caller, answers that they have not taken yet included | `limits.requests_per_caller` | 429 |
//! | dear requests that run: one for each core | | wait |
//! | dear requests of one caller: one, until its answer has left | | wait |
//! | memory of all answers | `limits.answers_bytes` | wait, small ones for a moment |
//! | deliveries of subscriptions that run: a quarter of `limits.requests` beside those | | wait |
//!
//! They are taken in one order (caller, memory, cores), so nobody waits in a circle. A dear request gives its turn back before it
//! waits: what small ones need it does not hold.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};
use tokio::time::timeout;

use super::errors::Refusal;
use crate::config::Limits;
use crate::error::{Error, Result};

/// What costs more than this is dear.
pub(super) const DEAR: u64 = 5_000;
/// What a value of an answer takes in memory, in bytes, as part of a tree and as JSON, the row that it comes from included. An answer
/// of 80,000 values took 18 to 30 MB (`tests/benches/dear.py`).
const BYTES_PER_VALUE: u64 = 320;
/// The part of the memory for answers that is for small ones, so that dear ones do not hold them up.
const FOR_SMALL: usize = 4;
/// How long a request may wait for its turn.
const PATIENCE: Duration = Duration::from_millis(500);
/// As [`PATIENCE`], once there has been no turn left for [`OVERLOADED`]. A queue that does not get shorter makes all who
/// are answered wait for nothing (CoDel: Nichols and Jacobson 2012, <https://queue.acm.org/detail.cfm?id=2209336>).
const IMPATIENCE: Duration = Duration::from_millis(30);
const OVERLOADED: Duration = Duration::from_millis(500);

/// Turns for all that is run. Cheap to clone.
#[derive(Clone)]
pub struct Turns(Arc<Inner>);

struct Inner {
    most: usize,
    running: Arc<Semaphore>,
    most_waiting: usize,
    waiting: AtomicUsize,
    since: Instant,
    /// When a turn was last left, in milliseconds after `since`.
    left_at: AtomicU64,
    deliveries: Semaphore,
    dear: Arc<Semaphore>,
    /// Memory for answers, in KB.
    for_small: Arc<Semaphore>,
    for_dear: Arc<Semaphore>,
    most_for_dear: u32,
    callers: Mutex<HashMap<String, Arc<Caller>>>,
    most_of_one: usize,
}

struct Caller {
    under_way: AtomicUsize,
    dear: Arc<Semaphore>,
}

/// A request may run until this is dropped.
#[derive(Debug)]
pub(super) struct Turn(#[expect(dead_code, reason = "held until it is dropped")] OwnedSemaphorePermit);

/// A request counts as its caller's until this is dropped.
pub(super) struct Share {
    turns: Turns,
    actor: String,
    caller: Arc<Caller>,
}

/// What a request and its answer take. Held until the answer has left.
pub(super) struct Room {
    memory: OwnedSemaphorePermit,
    /// Until it has run.
    turn: Option<Turn>,
    /// Whether it is dear.
    pub(super) dear: bool,
    #[expect(dead_code, reason = "held until it is dropped")]
    of_caller: Option<OwnedSemaphorePermit>,
    #[expect(dead_code, reason = "held until it is dropped")]
    share: Share,
}

impl Turns {
    /// As many as the limits say.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let kilobytes = (limits.answers_bytes / 1024).min(Semaphore::MAX_PERMITS);
        let for_small = kilobytes / FOR_SMALL;
        let most_for_dear = u32::try_from(kilobytes - for_small).unwrap_or(u32::MAX);
        Self(Arc::new(Inner {
            most: limits.requests,
            running: Arc::new(Semaphore::new(limits.requests)),
            most_waiting: limits.requests_waiting,
            waiting: AtomicUsize::new(0),
            since: Instant::now(),
            left_at: AtomicU64::new(0),
            deliveries: Semaphore::new(limits.requests.div_ceil(4)),
            dear: Arc::new(Semaphore::new(cores)),
            for_small: Arc::new(Semaphore::new(for_small)),
            for_dear: Arc::new(Semaphore::new(kilobytes - for_small)),
            most_for_dear,
            callers: Mutex::default(),
            most_of_one: limits.requests_per_caller,
        }))
    }

    /// How many requests run.
    #[must_use]
    pub fn running(&self) -> usize {
        self.0.most.saturating_sub(self.0.running.available_permits())
    }

    /// How many requests wait to run.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.waiting.load(Ordering::Relaxed)
    }

    /// A turn to run, after a moment if all are taken.
    ///
    /// # Errors
    /// Too many wait already, or it has waited too long.
    pub(super) async fn take(&self) -> Result<Turn, Refusal> {
        let inner = &self.0;
        let now = || u64::try_from(inner.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        if let Ok(permit) = Arc::clone(&inner.running).try_acquire_owned() {
            inner.left_at.store(now(), Ordering::Relaxed);
            return Ok(Turn(permit));
        }
        let Some(_waiting) = Waiting::begin(&inner.waiting, inner.most_waiting) else { return Err(turned_away()) };
        let without = Duration::from_millis(now().saturating_sub(inner.left_at.load(Ordering::Relaxed)));
        let patience = if without > OVERLOADED { IMPATIENCE } else { PATIENCE };
        match timeout(patience, Arc::clone(&inner.running).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(Turn(permit)),
            _ => Err(turned_away()),
        }
    }

    /// A turn for a delivery of a subscription. It may wait, because no caller waits for it.
    pub(super) async fn deliver(&self) -> Result<SemaphorePermit<'_>> {
        self.0.deliveries.acquire().await.map_err(Error::internal)
    }

    /// Counts a request as a caller's.
    ///
    /// # Errors
    /// They have as many under way as they may.
    pub(super) fn share(&self, actor: String) -> Result<Share, Refusal> {
        let mut callers = self.0.callers.lock().unwrap_or_else(PoisonError::into_inner);
        let caller = callers
            .entry(actor.clone())
            .or_insert_with(|| Arc::new(Caller { under_way: AtomicUsize::new(0), dear: Arc::new(Semaphore::new(1)) }));
        // Changed under the lock alone.
        if caller.under_way.load(Ordering::Relaxed) >= self.0.most_of_one {
            return Err(Refusal::too_many(self.0.most_of_one));
        }
        caller.under_way.fetch_add(1, Ordering::Relaxed);
        Ok(Share { turns: self.clone(), actor, caller: Arc::clone(caller) })
    }

    /// Room for a request that costs so much, and for its answer. A dear one gives its turn back and waits for one of
    /// those for dear ones.
    ///
    /// # Errors
    /// There is no room for a small one, even after a moment.
    pub(super) async fn room(&self, turn: Turn, share: Share, cost: u64) -> Result<Room, Refusal> {
        let kilobytes = u32::try_from(cost.saturating_mul(BYTES_PER_VALUE) / 1024 + 1).unwrap_or(u32::MAX);
        if cost <= DEAR {
            let memory = timeout(PATIENCE, Arc::clone(&self.0.for_small).acquire_many_owned(kilobytes)).await;
            let Ok(Ok(memory)) = memory else { return Err(turned_away()) };
            return Ok(Room { memory, turn: Some(turn), dear: false, of_caller: None, share });
        }
        drop(turn);
        let closed = |_| Refusal::from(Error::internal("the turns were closed"));
        let of_caller = Arc::clone(&share.caller.dear).acquire_owned().await.map_err(closed)?;
        let kilobytes = kilobytes.min(self.0.most_for_dear);
        let memory = Arc::clone(&self.0.for_dear).acquire_many_owned(kilobytes).await.map_err(closed)?;
        let turn = Turn(Arc::clone(&self.0.dear).acquire_owned().await.map_err(closed)?);
        Ok(Room { memory, turn: Some(turn), dear: true, of_caller: Some(of_caller), share })
    }
}

impl Turns {
    /// Room for an answer of so many bytes that was made before.
    ///
    /// # Errors
    /// As [`Turns::room`] for a small one.
    pub(super) async fn room_for(&self, turn: Turn, share: Share, bytes: usize) -> Result<Room, Refusal> {
        let values = u64::try_from(bytes).unwrap_or(u64::MAX) / BYTES_PER_VALUE;
        self.room(turn, share, values.min(DEAR)).await
    }
}

impl Room {
    /// The request has run: another may.
    pub(super) fn ran(&mut self) {
        self.turn = None;
    }

    /// The answer takes so many bytes, which may be fewer than it was given.
    pub(super) fn takes(&mut self, bytes: usize) {
        let surplus = self.memory.num_permits().saturating_sub(bytes / 1024 + 1);
        // What is split off is given back.
        drop(self.memory.split(surplus));
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut callers = self.turns.0.callers.lock().unwrap_or_else(PoisonError::into_inner);
        if self.caller.under_way.fetch_sub(1, Ordering::Relaxed) == 1 {
            callers.remove(&self.actor);
        }
    }
}

/// One that waits; counted until it is dropped.
struct Waiting<'t>(&'t AtomicUsize);

impl<'t> Waiting<'t> {
    fn begin(count: &'t AtomicUsize, most: usize) -> Option<Self> {
        let waiting = Self(count);
        (count.fetch_add(1, Ordering::Relaxed) < most).then_some(waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn turned_away() -> Refusal {
    tracing::warn!("a request was turned away: as many are under way as may be");
    Refusal::busy()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turns(requests: usize, requests_waiting: usize, requests_per_caller: usize) -> Turns {
        Turns::new(&Limits { requests, requests_waiting, requests_per_caller, ..Limits::default() })
    }

    #[tokio::test]
    async fn some_run_some_wait_and_the_rest_are_turned_away() {
        let turns = turns(1, 1, 9);
        let first = turns.take().await.expect("one may run");
        let (second, third) = tokio::join!(turns.take(), async {
            let third = turns.take().await;
            drop(first);
            third
        });
        assert!(second.is_ok(), "it waited for the first");
        assert_eq!(third.err().map(|refusal| refusal.status.as_u16()), Some(503), "one may wait");
        assert_eq!((turns.running(), turns.waiting()), (1, 0));
        drop(second);
        assert_eq!(turns.running(), 0);
    }

    #[tokio::test]
    async fn who_waits_in_vain_is_told_soon_once_it_goes_on() {
        let turns = turns(1, 9, 9);
        let _first = turns.take().await;
        let started = Instant::now();
        assert!(turns.take().await.is_err());
        assert!(started.elapsed() >= PATIENCE);
        tokio::time::sleep(Duration::from_millis(50)).await;
        let again = Instant::now();
        assert!(turns.take().await.is_err());
        assert!(again.elapsed() < PATIENCE, "there has been no turn for long");
    }

    #[tokio::test]
    async fn a_caller_has_a_share_and_others_have_theirs() {
        let turns = turns(9, 9, 2);
        let first = turns.share("a".to_owned());
        let second = turns.share("a".to_owned());
        assert!(first.is_ok() && second.is_ok());
        assert_eq!(turns.share("a".to_owned()).err().map(|refusal| refusal.status.as_u16()), Some(429));
        assert!(turns.share("b".to_owned()).is_ok());
        drop(first);
        assert!(turns.share("a".to_owned()).is_ok());
        drop(second);
        assert!(turns.0.callers.lock().expect("sound").is_empty(), "nobody is remembered");
    }

    #[tokio::test]
    async fn a_dear_request_waits_for_its_callers_last_one_and_holds_nobody_up() {
        let turns = turns(1, 0, 9);
        let room = async |actor: &str| {
            let turn = turns.take().await?;
            turns.room(turn, turns.share(actor.to_owned())?, DEAR + 1).await
        };
        let first = room("a").await.expect("there is room");
        let second = timeout(Duration::from_millis(50), room("a")).await;
        assert!(second.is_err(), "it waits for the first");
        assert!(turns.take().await.is_ok(), "and holds no turn");
        assert!(room("b").await.is_ok(), "nor what another caller needs");
        drop(first);
        assert!(room("a").await.is_ok());
    }

    #[tokio::test]
    async fn an_answer_gives_back_what_it_does_not_take() {
        let turns = Turns::new(&Limits { answers_bytes: 64 << 20, ..Limits::default() });
        let turn = turns.take().await.expect("one may run");
        let share = turns.share("a".to_owned()).expect("one may");
        let mut room = turns.room(turn, share, 100_000).await.expect("there is room");
        let before = turns.0.for_dear.available_permits();
        room.ran();
        room.takes(1 << 20);
        assert_eq!(turns.0.for_dear.available_permits(), (48 << 10) - 1025);
        assert!(before < (48 << 10) - 30_000);
    }
}
