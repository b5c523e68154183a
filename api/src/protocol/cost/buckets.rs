//! What each caller may still spend: a bucket that fills with what they ask and leaks with time.
//!
//! Each instance counts for itself. It settles with the others in the database after each lump, so that an ordinary
//! request writes nothing: see `docs/adr/0009-cost.md`.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use moka::sync::Cache;

use crate::config::Limits;
use crate::db::Db;
use crate::error::{Error, Result};

/// The buckets of all callers who asked lately.
pub struct Buckets {
    callers: Cache<String, Arc<Mutex<Bucket>>>,
    capacity: f64,
    restored_per_second: f64,
    lump: f64,
}

/// A caller's bucket, as far as this instance knows.
struct Bucket {
    /// What is in it, of all instances, when it was last looked at.
    level: f64,
    looked_at: Instant,
    /// What this instance added since it last settled with the others.
    unsettled: f64,
}

/// What a caller has left, after a request or before one that was too much.
#[derive(Clone, Copy, Debug)]
pub struct Purse {
    /// What they may spend at once now.
    pub remaining: u64,
    /// If the request cost too much: after how many seconds it would no longer.
    pub retry_after: Option<u64>,
}

/// How much may be spent on one instance before the others hear of it, as a share of the bucket.
const LUMP: f64 = 0.02;
/// As many callers are remembered at once; each takes about 200 bytes.
const MOST_CALLERS: u64 = 100_000;

impl Buckets {
    /// Empty buckets of the size that the limits say.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        let (capacity, restored) = (to_float(limits.cost_bucket), to_float(limits.cost_restored_per_second));
        // After this long without a request a bucket is empty, and need not be remembered.
        let emptied = Duration::from_secs_f64((capacity / restored).clamp(1.0, 86_400.0));
        let callers = Cache::builder().max_capacity(MOST_CALLERS).time_to_idle(emptied).build();
        Self { callers, capacity, restored_per_second: restored, lump: capacity * LUMP }
    }

    /// Charges a caller. Nothing is charged for what is too much. If the database cannot be written to, this instance counts
    /// for itself until it can: whatever needs no writing is still answered.
    ///
    /// # Errors
    /// The database failed, where instances settle in one, and is not merely out of reach.
    pub async fn charge(&self, db: &Db, actor: &str, cost: u64) -> Result<Purse> {
        let bucket = self.callers.get_with(actor.to_owned(), || {
            Arc::new(Mutex::new(Bucket { level: 0.0, looked_at: Instant::now(), unsettled: 0.0 }))
        });
        let (purse, owed) = self.take(&mut bucket.lock().unwrap_or_else(PoisonError::into_inner), to_float(cost));
        if let Some(owed) = owed.filter(|_| db.is_postgres()) {
            let settled = db.settle_cost(actor, owed, self.restored_per_second).await;
            let mut bucket = bucket.lock().unwrap_or_else(PoisonError::into_inner);
            match settled {
                Ok(level) => {
                    bucket.level = level + bucket.unsettled;
                    bucket.looked_at = Instant::now();
                }
                // It stays owed, and is settled with the next.
                Err(Error::Unavailable(_)) => bucket.unsettled += owed,
                Err(error) => return Err(error),
            }
        }
        Ok(purse)
    }

    /// Takes a cost from a bucket. If enough has gathered, also returns what is to be settled with the other
    /// instances.
    fn take(&self, bucket: &mut Bucket, cost: f64) -> (Purse, Option<f64>) {
        let now = Instant::now();
        let leaked = now.duration_since(bucket.looked_at).as_secs_f64() * self.restored_per_second;
        bucket.level = (bucket.level - leaked).max(0.0);
        bucket.looked_at = now;
        let excess = bucket.level + cost - self.capacity;
        if excess > 0.0 {
            let seconds = (excess / self.restored_per_second).ceil().max(1.0);
            return (
                Purse { remaining: to_whole(self.capacity - bucket.level), retry_after: Some(to_whole(seconds)) },
                None,
            );
        }
        bucket.level += cost;
        bucket.unsettled += cost;
        let owed = (bucket.unsettled >= self.lump).then(|| std::mem::take(&mut bucket.unsettled));
        (Purse { remaining: to_whole(self.capacity - bucket.level), retry_after: None }, owed)
    }
}

#[expect(clippy::cast_precision_loss, reason = "costs are far below what a float holds exactly")]
const fn to_float(number: u64) -> f64 {
    number as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "never negative, and far below 2^53")]
fn to_whole(number: f64) -> u64 {
    number.max(0.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buckets(capacity: u64, restored: u64) -> Buckets {
        Buckets::new(&Limits { cost_bucket: capacity, cost_restored_per_second: restored, ..Limits::default() })
    }

    #[test]
    fn a_bucket_takes_what_it_holds_and_then_what_has_leaked() {
        let buckets = buckets(100, 10);
        let start = Instant::now();
        let mut bucket = Bucket { level: 0.0, looked_at: start, unsettled: 0.0 };
        assert_eq!(buckets.take(&mut bucket, 100.0).0.retry_after, None, "just full");
        let purse = buckets.take(&mut bucket, 21.0).0;
        assert_eq!((purse.remaining, purse.retry_after), (0, Some(3)), "21 leak in 2.1 seconds");
        // Six tenths of a second ago it was full.
        bucket.looked_at = start.checked_sub(Duration::from_millis(600)).unwrap_or(start);
        assert_eq!(buckets.take(&mut bucket, 5.0).0.retry_after, None, "6 have leaked");
        assert!(buckets.take(&mut bucket, 5.0).0.retry_after.is_some(), "and no more");
    }

    #[test]
    fn instances_hear_of_lumps_and_not_of_each_request() {
        let buckets = buckets(1_000, 1);
        let mut bucket = Bucket { level: 0.0, looked_at: Instant::now(), unsettled: 0.0 };
        let owed: Vec<Option<f64>> = (0..7).map(|_| buckets.take(&mut bucket, 6.0).1).collect();
        assert_eq!(owed, [None, None, None, Some(24.0), None, None, None]);
    }
}
