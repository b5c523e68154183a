//! What a request has made so far, and when it lets others go on.
//!
//! The cost of a document bounds how many values its answer may have ([`protocol::cost`](crate::protocol::cost)). Two
//! things no document tells: how long the texts are, and how long it takes. Both are watched here, object by object
//! ([`Each`](super::Each)): an answer that grows beyond its limit comes to an error, and a request that has kept a
//! thread for a moment goes to the end of the queue.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use async_graphql::Value;

use crate::error::{Error, Result};

/// How long a request may keep a thread before it lets others go on.
const SLICE: Duration = Duration::from_millis(1);
/// So many of the objects that wait go on at once in the next slice. Waking all of them each time would cost as much
/// as they do.
const WOKEN_TOGETHER: usize = 256;
/// What a value takes in an answer beside its own text, in bytes: its key, quotes, a comma.
const AROUND: usize = 4;

/// Watches one request.
#[derive(Debug)]
pub struct Meter {
    /// Most bytes of an answer.
    most: usize,
    made: AtomicUsize,
    slice: Mutex<Slice>,
    /// Whether objects wait for the next slice.
    waits: AtomicBool,
}

#[derive(Debug)]
struct Slice {
    began: Instant,
    waiting: Vec<Waker>,
}

impl Meter {
    /// For a request whose answer may have so many bytes.
    #[must_use]
    pub fn new(most: usize) -> Self {
        let slice = Slice { began: Instant::now(), waiting: Vec::new() };
        Self { most, made: AtomicUsize::new(0), slice: Mutex::new(slice), waits: AtomicBool::new(false) }
    }

    /// Begins a slice: the request was given a thread again.
    pub(super) fn begin_slice(&self) {
        let woken: Vec<Waker> = {
            let mut slice = self.slice();
            slice.began = Instant::now();
            let rest = slice.waiting.len().saturating_sub(WOKEN_TOGETHER);
            slice.waiting.split_off(rest)
        };
        // Not under the lock: whoever is woken may ask for it.
        woken.into_iter().for_each(Waker::wake);
    }

    /// Whether objects wait for the next slice.
    pub(super) fn waits(&self) -> bool {
        self.waits.swap(false, Ordering::Relaxed) || !self.slice().waiting.is_empty()
    }

    /// Returns at once, or in a later slice if this one has lasted long enough.
    pub(super) async fn turn(&self) {
        poll_fn(|context| {
            let mut slice = self.slice();
            if slice.began.elapsed() < SLICE {
                return Poll::Ready(());
            }
            slice.waiting.push(context.waker().clone());
            self.waits.store(true, Ordering::Relaxed);
            Poll::Pending
        })
        .await;
    }

    /// Counts an object of the answer. The objects of lists in it were counted before.
    ///
    /// # Errors
    /// The answer has become too large.
    pub(super) fn made(&self, object: &Value) -> Result<()> {
        let made = self.made.fetch_add(bytes(object), Ordering::Relaxed);
        if made > self.most { Err(Error::AnswerTooLarge { most: self.most }) } else { Ok(()) }
    }

    fn slice(&self) -> MutexGuard<'_, Slice> {
        self.slice.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// About how many bytes a value takes in an answer, without the objects of lists in it.
fn bytes(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Enum(name) => name.len(),
        Value::Binary(bytes) => bytes.len(),
        Value::Null | Value::Boolean(_) | Value::Number(_) => AROUND,
        Value::List(items) => {
            items.iter().filter(|item| !matches!(item, Value::Object(_))).map(|item| AROUND + bytes(item)).sum()
        }
        Value::Object(fields) => fields.iter().map(|(key, value)| AROUND + key.len() + bytes(value)).sum(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::task::{Context, Wake};

    use async_graphql::{Name, indexmap::IndexMap};

    use super::*;

    struct Counts(AtomicUsize);

    impl Wake for Counts {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn an_answer_beyond_its_limit_is_an_error() {
        let object = Value::Object(IndexMap::from([
            (Name::new("name"), Value::from("x".repeat(92))),
            (Name::new("list"), Value::List(vec![Value::Object(IndexMap::new())])),
        ]));
        assert_eq!(bytes(&object), 108);
        let meter = Meter::new(200);
        assert!(meter.made(&object).is_ok() && meter.made(&object).is_ok(), "what it was before counts");
        assert!(matches!(meter.made(&object), Err(Error::AnswerTooLarge { most: 200 })));
    }

    #[test]
    fn who_has_had_a_slice_waits_for_the_next() {
        let meter = Meter::new(1);
        let counts = Arc::new(Counts(AtomicUsize::new(0)));
        let waker = Waker::from(Arc::clone(&counts));
        let mut context = Context::from_waker(&waker);
        let mut turns: Vec<_> = (0..300).map(|_| Box::pin(meter.turn())).collect();
        assert_eq!(turns[0].as_mut().poll(&mut context), Poll::Ready(()));
        assert!(!meter.waits());
        meter.slice().began -= 2 * SLICE;
        assert!(turns[1..].iter_mut().all(|turn| turn.as_mut().poll(&mut context).is_pending()));
        assert!(meter.waits());
        meter.begin_slice();
        assert_eq!(counts.0.load(Ordering::Relaxed), WOKEN_TOGETHER, "some of them");
        assert!(meter.waits(), "the others still wait");
        assert_eq!(turns[1].as_mut().poll(&mut context), Poll::Ready(()));
    }
}
