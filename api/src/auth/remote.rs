//! The keys of an issuer, kept. They are fetched once for all who wait, and neither too often nor too seldom.

use std::path::PathBuf;
use std::sync::{Arc, RwLock};

use chrono::{DateTime, Duration, Utc};
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::{KeySet, fetch};
use crate::config::IssuerSettings;

/// Keys of this age are fetched anew while the old ones still serve.
const FRESH: Duration = Duration::minutes(10);
/// Keys of this age are fetched anew before they serve, unless the last try failed. So a key that the
/// issuer has withdrawn holds no longer than this.
const STALE: Duration = Duration::minutes(20);
/// The least time between two fetches that failed, and between two that unknown keys caused.
const PAUSE: Duration = Duration::seconds(30);

/// The keys of one issuer, kept.
pub(super) struct Remote {
    settings: IssuerSettings,
    ca_file: Option<PathBuf>,
    /// For how long keys hold while the issuer cannot be reached.
    keep: Duration,
    kept: RwLock<KeysNow>,
    /// Held by the task that fetches.
    turn: Arc<Mutex<()>>,
}

#[derive(Clone, Default)]
struct KeysNow {
    keys: Option<Arc<KeySet>>,
    /// The number of the fetch that brought them.
    nth: u64,
    /// When they were fetched.
    fetched_at: Option<DateTime<Utc>>,
    /// When a fetch last failed; none if one has worked since.
    failed_at: Option<DateTime<Utc>>,
    /// When an unknown key last caused a fetch.
    asked_at: Option<DateTime<Utc>>,
    /// How many fetches have begun, and how many have ended.
    begun: u64,
    ended: u64,
}

/// There are no keys, and none to be had now.
#[derive(Clone, Copy, Debug)]
pub(super) struct NoKeys {
    /// After how many seconds it will be tried again.
    pub retry_after: u32,
}

/// A moment that lies further ahead than this shows that the clock was put back. A moment that lies less far ahead was
/// written by a request that came a little later and was faster.
const SLACK: Duration = Duration::minutes(1);

/// Whether a moment is at least this long ago, or there was none, or it was written before the clock was put back.
fn past(moment: Option<DateTime<Utc>>, least: Duration, now: DateTime<Utc>) -> bool {
    moment.is_none_or(|moment| now - moment >= least || moment - now > SLACK)
}

impl KeysNow {
    /// The keys, if they are not too old to be used.
    fn usable(&self, keep: Duration, now: DateTime<Utc>) -> Option<&Arc<KeySet>> {
        self.keys.as_ref().filter(|_| self.fetched_at.is_some_and(|fetched| now - fetched < keep))
    }
}

impl Remote {
    pub(super) fn new(settings: IssuerSettings, ca_file: Option<PathBuf>, keep: Duration) -> Self {
        Self { settings, ca_file, keep, kept: RwLock::default(), turn: Arc::default() }
    }

    /// A mark by which [`Remote::newer_than`] knows what was fetched since.
    pub(super) fn arrival(&self) -> u64 {
        self.kept().begun
    }

    /// The keys; fetches them first if need be.
    pub(super) async fn keys(self: &Arc<Self>, now: DateTime<Utc>) -> Result<Arc<KeySet>, NoKeys> {
        let kept = self.kept();
        let (aged, may_try) = (|least| past(kept.fetched_at, least, now), past(kept.failed_at, PAUSE, now));
        let must_wait = kept.usable(self.keep, now).is_none() || (aged(STALE) && kept.failed_at.is_none());
        // Whoever held the turn before may have fetched them already.
        let still_wanted = || self.kept().ended == kept.ended;
        if must_wait && may_try {
            let turn = Arc::clone(&self.turn).lock_owned().await;
            if still_wanted() {
                self.fetch(turn, now, false).await;
            }
        } else if aged(FRESH) && may_try {
            match Arc::clone(&self.turn).try_lock_owned() {
                Ok(turn) if still_wanted() => {
                    let remote = Arc::clone(self);
                    tokio::spawn(async move { remote.fetch(turn, now, false).await });
                }
                _ => {}
            }
        }
        let kept = self.kept();
        let rest = kept.failed_at.map_or(PAUSE, |failed| PAUSE - (now - failed));
        let retry_after = u32::try_from(rest.num_seconds().clamp(1, PAUSE.num_seconds())).unwrap_or(1);
        kept.usable(self.keep, now).cloned().ok_or(NoKeys { retry_after })
    }

    /// Keys that are newer than those `seen`, in which the key of a token was missing; `None` if there are none and it
    /// is too early to ask. The issuer may have begun to sign with a new key this very moment, so the keys are fetched
    /// at once, unless a fetch has begun since the token's `arrival`. For unknown keys this happens only once in 30
    /// seconds, because anybody can make such keys up.
    pub(super) async fn newer_than(
        self: &Arc<Self>,
        seen: &Arc<KeySet>,
        arrival: u64,
        now: DateTime<Utc>,
    ) -> Option<Arc<KeySet>> {
        let newer = |kept: KeysNow| kept.keys.filter(|keys| !Arc::ptr_eq(keys, seen));
        let turn = Arc::clone(&self.turn).lock_owned().await;
        let kept = self.kept();
        let asked_since = kept.nth > arrival;
        let early = !past(kept.asked_at, PAUSE, now) || !past(kept.failed_at, PAUSE, now);
        if asked_since || early || kept.keys.as_ref().is_none_or(|keys| !Arc::ptr_eq(keys, seen)) {
            return newer(kept);
        }
        self.fetch(turn, now, true).await;
        newer(self.kept())
    }

    fn kept(&self) -> KeysNow {
        self.kept.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    fn change(&self, change: impl FnOnce(&mut KeysNow)) {
        change(&mut self.kept.write().unwrap_or_else(std::sync::PoisonError::into_inner));
    }

    /// Fetches the keys in a task of its own, which runs to its end even if the request that began it is dropped.
    async fn fetch(self: &Arc<Self>, turn: OwnedMutexGuard<()>, now: DateTime<Utc>, asked: bool) {
        let remote = Arc::clone(self);
        remote.change(|kept| kept.begun += 1);
        let fetching = tokio::spawn(async move {
            let fetched = fetch::keys(&remote.settings, remote.ca_file.as_deref()).await;
            remote.keep(fetched, now, asked);
            drop(turn);
        });
        if let Err(error) = fetching.await {
            tracing::error!(%error, "a fetch of keys ended in a panic");
        }
    }

    fn keep(&self, fetched: Result<KeySet, fetch::FetchError>, now: DateTime<Utc>, asked: bool) {
        let issuer = &self.settings.issuer;
        self.change(|kept| {
            kept.ended += 1;
            if asked {
                kept.asked_at = Some(now);
            }
            match fetched {
                Ok(keys) => {
                    if keys.is_empty() {
                        tracing::warn!(issuer, "the issuer has no key that we can use: no token of it holds");
                    } else {
                        tracing::info!(issuer, keys = keys.len(), "fetched the keys of an issuer");
                    }
                    (kept.keys, kept.nth) = (Some(Arc::new(keys)), kept.begun);
                    (kept.fetched_at, kept.failed_at) = (Some(now), None);
                }
                Err(error) => {
                    kept.failed_at = Some(now);
                    let still = kept.keys.is_some();
                    tracing::warn!(issuer, %error, still_held = still, "cannot fetch the keys of an issuer");
                }
            }
        });
    }
}
