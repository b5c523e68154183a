//! Answers that are given again: those of fields that the schema calls `@kept`. One answer of 700 rows is then made once, and not for
//! each of those who look at it.
//!
//! An answer is given again to the same viewer (as they are now: a revoked appointment is another viewer) who asks the same, for a second
//! at most, and until anything is committed by this instance: whoever changes something and asks again sees it. Only what left nothing in
//! the audit is kept, so that nothing is read that is not recorded.
//!
//! While it is being made, others who ask the same wait for it: they hold no turn meanwhile.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_graphql::{Response, ServerError};
use moka::sync::Cache;
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::auth::Viewer;

/// For how long an answer is given again. Another instance may have changed something since.
const KEPT: Duration = Duration::from_secs(1);
/// How much is kept of all answers, in bytes.
const MOST: u64 = 16 << 20;
/// What an answer takes beside its data, in bytes, roughly: who asked, and what.
const AROUND: usize = 2_048;

/// Everything on which a kept answer depends, beside what is in the database.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Asked {
    /// Who asks, with all that they may.
    pub(super) viewer: Viewer,
    /// The operation, by its number.
    pub(super) operation: u64,
    /// The values of its variables, as JSON.
    pub(super) variables: String,
}

/// The data of an answer, as JSON.
pub(super) type Data = Arc<[u8]>;

/// All answers that are kept. Cheap to clone.
#[derive(Clone)]
pub struct Kept {
    places: Cache<Asked, Arc<Mutex<State>>>,
}

/// What is known of an answer.
#[derive(Default)]
enum State {
    /// Nothing yet.
    #[default]
    None,
    /// It was made after so many commits.
    Made { data: Data, at: Instant, changes: u64 },
    /// It is none that can be kept: whoever asks need not wait for others.
    NotKept { at: Instant },
}

/// The place of an answer, held by whoever makes it.
pub(super) struct Place {
    kept: Kept,
    asked: Asked,
    state: OwnedMutexGuard<State>,
    changes: u64,
}

/// What there is for somebody who asks.
pub(super) enum Looked {
    /// The answer.
    Found(Data),
    /// None: whoever makes it puts it there.
    Absent(Box<Place>),
    /// What is asked is not kept.
    NotKept,
}

impl Default for Kept {
    fn default() -> Self {
        let weight = |_: &Asked, state: &Arc<Mutex<State>>| {
            let bytes = state.try_lock().map_or(0, |state| match &*state {
                State::Made { data, .. } => data.len(),
                State::None | State::NotKept { .. } => 0,
            });
            u32::try_from(AROUND + bytes).unwrap_or(u32::MAX)
        };
        let places = Cache::builder().max_capacity(MOST).weigher(weight).time_to_live(2 * KEPT).build();
        Self { places }
    }
}

impl Kept {
    /// Looks for an answer. If somebody else is making it, waits for them. `changes` counts what was committed so far.
    pub(super) async fn look(&self, asked: Asked, changes: impl Fn() -> u64) -> Looked {
        let place = self.places.get_with(asked.clone(), Arc::default);
        let state = place.lock_owned().await;
        // After the wait: what was made meanwhile may hold what was committed meanwhile.
        let changes = changes();
        match &*state {
            State::Made { data, at, changes: made } if at.elapsed() < KEPT && *made == changes => {
                Looked::Found(Arc::clone(data))
            }
            State::NotKept { at } if at.elapsed() < KEPT => Looked::NotKept,
            _ => Looked::Absent(Box::new(Place { kept: self.clone(), asked, state, changes })),
        }
    }
}

impl Place {
    /// Keeps an answer without errors that left nothing in the audit (`leaves_nothing`), and gives its data; an answer that is not kept
    /// is given back. A `dear` one is written beside the threads that serve requests.
    pub(super) async fn put(self, answer: Response, leaves_nothing: bool, dear: bool) -> Result<Data, Box<Response>> {
        if !answer.errors.is_empty() {
            return Err(Box::new(answer));
        }
        if !leaves_nothing {
            self.holds(State::NotKept { at: Instant::now() });
            return Err(Box::new(answer));
        }
        // What it held is given back there as well: that takes as long.
        let write = move || serde_json::to_vec(&answer.data).map(Data::from).map_err(|_| Box::new(answer));
        let written = match dear {
            true => tokio::task::spawn_blocking(write).await.map_err(|_| Box::new(unwritten()))?,
            false => write(),
        };
        if let Ok(data) = &written {
            let (data, changes) = (Arc::clone(data), self.changes);
            self.holds(State::Made { data, at: Instant::now(), changes });
        }
        written
    }

    fn holds(mut self, state: State) {
        *self.state = state;
        // It weighs what it holds only once it is put in again.
        let place = Arc::clone(OwnedMutexGuard::mutex(&self.state));
        drop(self.state);
        self.kept.places.insert(self.asked, place);
    }
}

/// In the place of an answer that was lost while it was being written.
fn unwritten() -> Response {
    Response::from_errors(vec![ServerError::new("The answer could not be written.", None)])
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use async_graphql::Value;
    use chrono::NaiveDate;
    use uuid::Uuid;

    use super::*;

    fn asked(person: u128, variables: &str) -> Asked {
        let viewer = Viewer::staff(Uuid::from_u128(person), Uuid::from_u128(1), NaiveDate::default(), Vec::new());
        Asked { viewer, operation: 7, variables: variables.to_owned() }
    }

    fn answer(text: &str) -> Response {
        Response::new(Value::from(text))
    }

    async fn make(kept: &Kept, asked: Asked, changes: u64, answer: Response, leaves_nothing: bool) {
        let Looked::Absent(place) = kept.look(asked, || changes).await else { panic!("there should be none") };
        let is_kept = leaves_nothing && answer.errors.is_empty();
        let data = serde_json::to_vec(&answer.data).expect("JSON");
        assert_eq!(place.put(answer, leaves_nothing, false).await.ok().as_deref(), is_kept.then_some(&data[..]));
    }

    async fn found(kept: &Kept, asked: Asked, changes: u64) -> Option<Data> {
        match kept.look(asked, || changes).await {
            Looked::Found(data) => Some(data),
            Looked::Absent(_) | Looked::NotKept => None,
        }
    }

    #[tokio::test]
    async fn the_same_viewer_who_asks_the_same_is_given_the_same_until_something_is_committed() {
        let kept = Kept::default();
        make(&kept, asked(1, "{}"), 4, answer("rows"), true).await;
        assert_eq!(found(&kept, asked(1, "{}"), 4).await.as_deref(), Some(&b"\"rows\""[..]));
        assert!(found(&kept, asked(2, "{}"), 4).await.is_none(), "somebody else");
        assert!(found(&kept, asked(1, "{\"a\":1}"), 4).await.is_none(), "something else");
        assert!(found(&kept, asked(1, "{}"), 5).await.is_none(), "something was committed");
        make(&kept, asked(1, "{}"), 5, answer("others"), true).await;
        assert!(found(&kept, asked(1, "{}"), 5).await.is_some());
        tokio::time::sleep(KEPT).await;
        assert!(found(&kept, asked(1, "{}"), 5).await.is_none(), "a second has passed");
    }

    #[tokio::test]
    async fn what_failed_is_not_kept_and_what_is_audited_neither() {
        let kept = Kept::default();
        let failed = Response::from_errors(vec![ServerError::new("no", None)]);
        make(&kept, asked(1, "{}"), 0, failed, true).await;
        assert!(matches!(kept.look(asked(1, "{}"), || 0).await, Looked::Absent(_)), "the next one tries");
        make(&kept, asked(1, "{}"), 0, answer("a child"), false).await;
        assert!(matches!(kept.look(asked(1, "{}"), || 0).await, Looked::NotKept), "and nobody waits for anybody");
    }

    #[tokio::test]
    async fn others_wait_for_whoever_makes_it_and_see_what_was_committed_meanwhile() {
        let (kept, changes) = (Kept::default(), AtomicU64::new(0));
        let now = || changes.load(Ordering::Relaxed);
        let Looked::Absent(place) = kept.look(asked(1, "{}"), now).await else { panic!("there should be none") };
        let waits = kept.look(asked(1, "{}"), now);
        let makes = async {
            tokio::task::yield_now().await;
            changes.store(1, Ordering::Relaxed);
            place.put(answer("rows"), true, true).await.expect("it is kept");
        };
        let (looked, ()) = tokio::join!(waits, makes);
        assert!(matches!(looked, Looked::Absent(_)), "it was made before the commit");
    }
}
