//! A second opinion on a server that does not answer: a connection of its own asks whether the server speaks at all, and
//! whether it is at work for this instance.
//!
//! A statement that takes long and a connection that was cut without a word look alike from here. The server knows: of a
//! connection that was cut it says that nothing is being done on it, or that there is none.

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use sea_orm::ConnectOptions;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection};
use sea_orm::sqlx::{self, Connection as _};
use tokio::time::{sleep, timeout};

use super::connections::Connections;
use super::line::Waiting;

/// How often it is looked whether something has been waiting for long.
const EVERY: Duration = Duration::from_millis(250);
/// Whoever has waited for so long may wait in vain.
const LONG: Duration = Duration::from_secs(1);
/// How long the server may take to say how it is, over a connection that may have to be opened first.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often in a row something must be seen before it is believed. A machine that is busy stalls for a second.
const TIMES: u32 = 2;
/// How long a server may be silent until those who wait for it are told.
const HOPE: Duration = Duration::from_secs(3);
/// Pools are not replaced more often than this, unless the server was silent in between.
const SELDOM: Duration = Duration::from_secs(10);
/// How long a connection for questions is kept when there is nothing to ask.
const KEPT: Duration = Duration::from_secs(10);

/// What is needed to ask, and to open pools anew.
pub(super) struct Watched {
    pub(super) connections: Weak<Connections>,
    pub(super) all: ConnectOptions,
    pub(super) audit: ConnectOptions,
    /// To ask over.
    pub(super) options: PgConnectOptions,
    /// How the server knows the connections of this instance.
    pub(super) name: String,
}

/// How many connections were lost. If it is all of them, nobody goes on with a transaction that asks nothing. If it is some,
/// somebody may, and is given longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lost {
    None,
    Some,
    All,
}

/// What the watcher has seen so far.
#[derive(Default)]
struct Seen {
    line: Option<(PgConnection, Instant)>,
    unanswered: u32,
    deaf: u32,
    silent_since: Option<Instant>,
    replaced: Option<Instant>,
    /// What began before this was lost with its connection.
    doomed: Option<Instant>,
}

/// Watches until the connections are gone.
pub(super) async fn watch(watched: Watched) {
    let mut seen = Seen::default();
    loop {
        sleep(EVERY).await;
        let Some(connections) = watched.connections.upgrade() else { return };
        seen.look(&watched, &connections).await;
    }
}

impl Seen {
    async fn look(&mut self, watched: &Watched, connections: &Arc<Connections>) {
        let line = &connections.line;
        if let Some(doomed) = self.doomed.take_if(|since| since.elapsed() > LONG) {
            line.gives_up(doomed);
        }
        let (waiting, overdue) = (line.waiting(LONG), line.was_overdue());
        if line.speaks() && waiting == Waiting::default() && !overdue {
            (self.unanswered, self.deaf) = (0, 0);
            self.line.take_if(|(_, used)| used.elapsed() > KEPT);
            return;
        }
        match timeout(PATIENCE, self.ask(watched)).await {
            Ok(Ok(at_work)) => {
                self.unanswered = 0;
                let spoke_again = line.hears(true);
                if spoke_again {
                    tracing::warn!("the database speaks again");
                }
                // A transaction that asks nothing is at work here, not there. What waits for a pool may be waiting for
                // a connection: it has one only if more are in use than there are transactions.
                let elsewhere = connections.busy().saturating_sub(line.open_transactions());
                let few = at_work < waiting.in_transactions + waiting.of_pools.min(elsewhere);
                self.deaf = if few { self.deaf + 1 } else { 0 };
                let seldom = self.replaced.is_none_or(|last| last.elapsed() > SELDOM);
                let deaf = self.deaf >= TIMES && seldom;
                if spoke_again || overdue || deaf {
                    let lost = match (spoke_again || (deaf && at_work == 0), deaf) {
                        (true, _) => Lost::All,
                        (false, true) => Lost::Some,
                        (false, false) => Lost::None,
                    };
                    self.begin_anew(watched, connections, lost).await;
                    if deaf && at_work == 0 {
                        // Nothing is being done for anybody, so nobody will be answered but who is about to open a
                        // connection. Else who will be cannot be told, and all are waited for until their limit.
                        self.doomed = Some(Instant::now());
                    }
                }
                self.silent_since = None;
            }
            // It speaks, if only to say no.
            Ok(Err(sqlx::Error::Database(said))) => {
                tracing::warn!(error = %said, "the database cannot be asked how it is");
                (self.line, self.unanswered) = (None, 0);
                line.hears(true);
            }
            Ok(Err(_)) | Err(_) => {
                self.line = None;
                self.unanswered += 1;
                if self.unanswered < TIMES {
                    return;
                }
                let since = *self.silent_since.get_or_insert_with(Instant::now);
                if line.hears(false) {
                    tracing::error!("the database is silent: a new connection to it is not answered");
                }
                if since.elapsed() > HOPE {
                    line.gives_up(Instant::now().checked_sub(HOPE).unwrap_or(since));
                }
            }
        }
    }

    /// On how many connections of this instance something is being done, or was just now.
    async fn ask(&mut self, watched: &Watched) -> Result<usize, sqlx::Error> {
        // One that was silent is not used again: whoever stops waiting here leaves nothing behind.
        let mut line = match self.line.take() {
            Some((line, _)) => line,
            None => PgConnection::connect_with(&watched.options).await?,
        };
        let sql = "SELECT COUNT(*) FROM pg_stat_activity
                   WHERE application_name = $1 AND pid <> pg_backend_pid()
                     AND ((state = 'active' AND wait_event_type IS DISTINCT FROM 'Client')
                       OR GREATEST(state_change, backend_start) > clock_timestamp() - INTERVAL '1 second')";
        let at_work: i64 = sqlx::query_scalar(sql).bind(&watched.name).fetch_one(&mut line).await?;
        self.line = Some((line, Instant::now()));
        Ok(usize::try_from(at_work).unwrap_or_default())
    }

    /// Opens new pools if the old ones are deaf, and ends on the server what nobody waits for any more: it would hold its
    /// locks until the server notices by itself.
    async fn begin_anew(&mut self, watched: &Watched, connections: &Arc<Connections>, lost: Lost) {
        if lost != Lost::None {
            connections.line.doubt();
            self.replaced = Some(Instant::now());
            self.deaf = 0;
            match connections.replace(&watched.all, &watched.audit).await {
                Ok(()) => tracing::warn!("connections to the database did not answer any more and were replaced"),
                Err(error) => tracing::error!(%error, "connections to the database could not be replaced"),
            }
        }
        let Some((line, _)) = &mut self.line else { return };
        let sql = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity
                   WHERE application_name = $1 AND pid <> pg_backend_pid()
                     AND (($3 AND state LIKE 'idle in transaction%' AND state_change < clock_timestamp() - make_interval(secs => $4))
                       OR (state = 'active' AND query_start < clock_timestamp() - make_interval(secs => $2)))";
        let patience = connections.line.patience().as_secs_f64();
        let ended = sqlx::query_scalar(sql).bind(&watched.name).bind(patience);
        let ended = ended.bind(lost != Lost::None).bind(if lost == Lost::All { 1.0 } else { 5.0 }).fetch_one(line);
        let ended: i64 = match timeout(PATIENCE, ended).await {
            Ok(Ok(ended)) => ended,
            _ => {
                self.line = None;
                return;
            }
        };
        if ended > 0 {
            tracing::warn!(ended, "ended on the database what nobody waits for any more");
        }
    }
}
