//! Who is at the other end of a connection that stays open. They are looked up again as long as it is open.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, Uri};
use tokio::sync::{Mutex, watch};
use tokio::time::Instant;

use super::Service;
use crate::{
    auth::{Identity, Viewer, bearer, trust_asked, viewer_for},
    error::{Error, Result},
};

/// How long a look-up holds if no event reports a change. A change that no event reports (the end of a day, a row
/// corrected by hand) takes effect that much later.
const FRESH: Duration = Duration::from_millis(900);

/// Who is at the other end of an open connection.
///
/// The token said once who they are. What they may see is looked up again for each event that is delivered: at most
/// about once a second, but at once when an appointment, a grant or a client application changed.
pub(super) struct Session {
    pub(super) service: Service,
    identity: Identity,
    ends_at: Instant,
    changes: watch::Receiver<u64>,
    seen: Mutex<Seen>,
}

struct Seen {
    viewer: Arc<Viewer>,
    at: Instant,
    changes: u64,
}

impl Session {
    /// For the one who sent this token, in the trust of this name if they said one.
    ///
    /// # Errors
    /// As [`Service::identify`] and [`Service::viewer`].
    pub(super) async fn open(service: &Service, token: &str, trust: Option<String>, request_id: &str) -> Result<Self> {
        let opened = Self::of(service, token, trust).await;
        opened.inspect_err(|error| service.audit.refused(error, request_id))
    }

    /// For the one who sent this request.
    ///
    /// # Errors
    /// As [`Session::open`].
    pub(super) async fn by_header(service: &Service, headers: &HeaderMap, uri: &Uri, request_id: &str) -> Result<Self> {
        match bearer(headers, uri).and_then(|token| Ok((token, trust_asked(headers)?))) {
            Ok((token, trust)) => Self::open(service, token, trust, request_id).await,
            Err(error) => {
                service.audit.refused(&error, request_id);
                Err(error)
            }
        }
    }

    async fn of(service: &Service, token: &str, trust: Option<String>) -> Result<Self> {
        service.db.events().start();
        let changes = service.db.events().access();
        let identity = service.issuers.identify(token, service.clock.now()).await?.asking_in(trust);
        let rest = (identity.expires_at - service.clock.now()).to_std().unwrap_or_default();
        let seen = Seen::now(service, &identity, &changes).await?;
        Ok(Self { service: service.clone(), identity, ends_at: Instant::now() + rest, changes, seen: Mutex::new(seen) })
    }

    /// Who it is, as of now.
    ///
    /// # Errors
    /// They may not ask here any more, or the database failed.
    pub(super) async fn viewer(&self) -> Result<Arc<Viewer>> {
        let mut seen = self.seen.lock().await;
        let holds = seen.at.elapsed() < FRESH && seen.changes == *self.changes.borrow();
        if !holds {
            *seen = Seen::now(&self.service, &self.identity, &self.changes).await?;
        }
        Ok(Arc::clone(&seen.viewer))
    }

    /// Returns when the token has ended, or when whoever it speaks for may not ask here any more.
    pub(super) async fn over(&self) -> Over {
        let ended = tokio::time::sleep_until(self.ends_at);
        let mut changes = self.changes.clone();
        changes.mark_changed();
        let gone = async {
            loop {
                // Without a bus nobody reports changes; the token still ends.
                if changes.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
                match self.viewer().await {
                    Ok(_) => {}
                    Err(Error::Unauthenticated | Error::InvalidToken) => return,
                    Err(error) => tracing::warn!(%error, "could not look up who is at the other end"),
                }
            }
        };
        tokio::select! {
            () = ended => Over::Ended,
            () = gone => Over::Gone,
        }
    }
}

impl Seen {
    async fn now(service: &Service, identity: &Identity, changes: &watch::Receiver<u64>) -> Result<Self> {
        // Taken before the look-up, so that a change in the meantime leads to another look-up.
        let (at, changes) = (Instant::now(), *changes.borrow());
        // In a task of its own, because whoever waits for it may leave before the database has answered.
        let (db, identity) = (service.db.clone(), identity.clone());
        let (now, zone) = (service.clock.now(), service.config.time_zone);
        let found = tokio::spawn(async move { viewer_for(&db, &identity, now, zone).await }).await;
        Ok(Self { viewer: Arc::new(found.map_err(Error::internal)??), at, changes })
    }
}

/// Why a connection may not stay open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Over {
    /// The token has ended.
    Ended,
    /// The person or client application may not ask here any more.
    Gone,
}
