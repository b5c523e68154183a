//! What is asked of a server and not answered yet. Nobody waits for an answer without end: neither for one statement, nor
//! for a server that is known to be silent.
//!
//! The driver has no limit for an exchange. One that passed its limit here is dropped; its connection is asked whether it
//! lives when it is given back ([`connect`](super::connect)), and is closed if it does not say so in time.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sea_orm::prelude::async_trait::async_trait;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr,
    SqlxError, Statement,
};
use tokio::sync::watch;
use tokio::time::sleep;
use tracing::Instrument as _;

use super::spans;
use crate::error::is_lost;

/// How long commands wait for one statement, a commit or a connection. They change whole tables, so it is long.
pub(super) const PATIENCE_OF_COMMANDS: Duration = Duration::from_secs(15 * 60);

/// What is known of a server.
#[derive(Clone, Copy, Debug)]
struct Known {
    /// Whether it speaks. If a new connection was not answered in time, whoever asks is told so at once.
    speaks: bool,
    /// Exchanges that began until then are not waited for any more.
    given_up: Option<Instant>,
}

/// Where an exchange takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Where {
    /// On the connection of a transaction.
    Transaction,
    /// On any connection of a pool, which may have to be waited for.
    Pool,
}

/// How many wait for an answer for long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Waiting {
    /// In transactions: each of them on a connection.
    pub(super) in_transactions: usize,
    /// Of a pool: on a connection, or for one.
    pub(super) of_pools: usize,
}

/// The exchanges with a server that are under way.
pub(super) struct Line {
    /// Whether somebody looks after it: a server. A file answers or fails by itself.
    watched: bool,
    under_way: Mutex<BTreeMap<u64, (Instant, Where)>>,
    /// Transactions that are open, whether or not they ask something.
    open: AtomicUsize,
    next: AtomicU64,
    known: watch::Sender<Known>,
    /// Until when a connection that is given back is asked whether it lives.
    doubted: Mutex<Option<Instant>>,
    /// Whether an exchange passed its limit, so that the server may still be at work on it.
    overdue: AtomicBool,
    /// How long an exchange may take, in milliseconds.
    patience: AtomicU64,
}

/// For how long connections are asked before they are kept, once one did not answer.
const DOUBT: Duration = Duration::from_secs(60);

impl Line {
    pub(super) fn new(watched: bool) -> Self {
        Self {
            watched,
            under_way: Mutex::default(),
            open: AtomicUsize::new(0),
            next: AtomicU64::new(0),
            known: watch::Sender::new(Known { speaks: true, given_up: None }),
            doubted: Mutex::default(),
            overdue: AtomicBool::new(false),
            patience: AtomicU64::new(PATIENCE_OF_COMMANDS.as_secs() * 1_000),
        }
    }

    /// How long an exchange may take.
    pub(super) fn patience(&self) -> Duration {
        Duration::from_millis(self.patience.load(Ordering::Relaxed))
    }

    /// From now on an exchange may take so long.
    pub(super) fn has_patience(&self, milliseconds: u64) {
        self.patience.store(milliseconds, Ordering::Relaxed);
    }

    /// Whether the server speaks, as far as is known.
    pub(super) fn speaks(&self) -> bool {
        self.known.borrow().speaks
    }

    /// Notes whether the server speaks. Returns whether that is news.
    pub(super) fn hears(&self, speaks: bool) -> bool {
        if !speaks {
            self.doubt();
        }
        self.known.send_if_modified(|known| std::mem::replace(&mut known.speaks, speaks) != speaks)
    }

    /// Ends all exchanges that began until then: their answers are lost.
    pub(super) fn gives_up(&self, until: Instant) {
        self.known.send_modify(|known| known.given_up = known.given_up.max(Some(until)));
    }

    /// How many exchanges have been under way for longer than this.
    pub(super) fn waiting(&self, longer_than: Duration) -> Waiting {
        let mut waiting = Waiting::default();
        // The oldest come first.
        for (_, on) in lock(&self.under_way).values().take_while(|(since, _)| since.elapsed() > longer_than) {
            match on {
                Where::Transaction => waiting.in_transactions += 1,
                Where::Pool => waiting.of_pools += 1,
            }
        }
        waiting
    }

    /// How many transactions are open. Each has a connection, on which nothing is done between its statements.
    pub(super) fn open_transactions(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// Whether an exchange passed its limit since this was asked last.
    pub(super) fn was_overdue(&self) -> bool {
        self.overdue.swap(false, Ordering::Relaxed)
    }

    pub(super) fn doubt(&self) {
        *lock(&self.doubted) = Some(Instant::now());
    }

    /// Whether an error says that a connection to the server was lost. Those that were idle meanwhile are doubted then.
    pub(super) fn is_lost(&self, error: &DbErr) -> bool {
        let lost = self.watched && is_lost(error);
        if lost {
            self.doubt();
        }
        lost
    }

    /// When a connection last did not answer, if that was lately.
    pub(super) fn doubted(&self) -> Option<Instant> {
        lock(&self.doubted).filter(|since| since.elapsed() < DOUBT)
    }

    /// Waits for an answer, for so long and no longer.
    ///
    /// # Errors
    /// Those of the exchange; or it took too long, or the server is silent: an outage, and what was asked may have been
    /// done.
    pub(super) async fn exchange<T, E: From<DbErr>>(
        &self,
        on: Where,
        exchange: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        if !self.watched {
            return exchange.await;
        }
        if !self.speaks() {
            return Err(outage("the database is silent: a new connection to it is not answered".to_owned()).into());
        }
        let mut known = self.known.subscribe();
        let (patience, under_way) = (self.patience(), UnderWay::begin(self, on));
        let given_up = |known: &Known| known.given_up.is_some_and(|until| under_way.since <= until);
        tokio::select! {
            biased;
            answered = exchange => answered,
            _ = known.wait_for(given_up) => {
                Err(outage("the answer of the database was lost: nothing is heard from it".to_owned()).into())
            }
            () = sleep(patience) => {
                self.doubt();
                self.overdue.store(true, Ordering::Relaxed);
                Err(outage(format!("the database did not answer within {} s", patience.as_secs_f64())).into())
            }
        }
    }
}

struct UnderWay<'l> {
    line: &'l Line,
    number: u64,
    since: Instant,
}

impl<'l> UnderWay<'l> {
    fn begin(line: &'l Line, on: Where) -> Self {
        let (number, since) = (line.next.fetch_add(1, Ordering::Relaxed), Instant::now());
        lock(&line.under_way).insert(number, (since, on));
        Self { line, number, since }
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        lock(&self.line.under_way).remove(&self.number);
    }
}

/// An error that is an outage, whichever driver it would have come from.
fn outage(what: String) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(SqlxError::Io(io::Error::new(io::ErrorKind::TimedOut, what)).into()))
}

/// A transaction that is open.
pub(super) struct Open(Arc<Line>);

impl Open {
    pub(super) fn begins(line: &Arc<Line>) -> Self {
        line.open.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(line))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where a statement runs.
pub struct Executor<'e> {
    pub(super) on: On<'e>,
    pub(super) line: &'e Line,
}

/// On what a statement runs.
pub(super) enum On<'e> {
    /// A connection of a pool.
    Pool(DatabaseConnection),
    /// A transaction.
    Transaction(&'e DatabaseTransaction),
}

macro_rules! forwarded {
    ($self:ident, $call:ident($argument:ident), $sql:expr) => {{
        let span = spans::statement($self.get_database_backend(), $sql);
        match &$self.on {
            On::Pool(pool) => $self.line.exchange(Where::Pool, pool.$call($argument)).instrument(span).await,
            On::Transaction(transaction) => {
                $self.line.exchange(Where::Transaction, transaction.$call($argument)).instrument(span).await
            }
        }
    }};
}

#[async_trait]
impl ConnectionTrait for Executor<'_> {
    fn get_database_backend(&self) -> DbBackend {
        match &self.on {
            On::Pool(pool) => pool.get_database_backend(),
            On::Transaction(transaction) => transaction.get_database_backend(),
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        forwarded!(self, execute_raw(statement), &statement.sql)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        forwarded!(self, execute_unprepared(sql), sql)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        forwarded!(self, query_one_raw(statement), &statement.sql)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let On::Pool(pool) = &self.on else {
            return forwarded!(self, query_all_raw(statement), &statement.sql);
        };
        let span = spans::statement(pool.get_database_backend(), &statement.sql);
        // Rows that are read outside a transaction can be read again.
        let again = statement.clone();
        let read = async {
            match self.line.exchange(Where::Pool, pool.query_all_raw(statement)).await {
                Err(error) if self.line.is_lost(&error) => {
                    self.line.exchange(Where::Pool, pool.query_all_raw(again)).await
                }
                answered => answered,
            }
        };
        read.instrument(span).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    async fn never() -> Result<(), Error> {
        std::future::pending().await
    }

    #[tokio::test]
    async fn an_exchange_ends_at_its_limit_and_is_an_outage() {
        let line = Line::new(true);
        let late = {
            line.has_patience(20);
            line.exchange(Where::Pool, never())
        }
        .await;
        assert!(matches!(late, Err(Error::Unavailable(_))), "{late:?}");
        assert!(line.was_overdue() && !line.was_overdue() && line.doubted().is_some());
        assert_eq!(line.waiting(Duration::ZERO), Waiting::default(), "nothing is under way any more");
    }

    #[tokio::test]
    async fn those_who_wait_for_a_silent_server_are_told_and_those_who_come_are_told_at_once() {
        let line = Line::new(true);
        let waits = line.exchange(Where::Pool, never());
        let tells = async {
            tokio::task::yield_now().await;
            assert!(line.hears(false) && !line.hears(false));
            let comes = line.exchange(Where::Pool, async { Ok::<_, Error>(()) }).await;
            assert!(matches!(comes, Err(Error::Unavailable(_))));
            line.gives_up(Instant::now());
        };
        assert!(matches!(tokio::join!(waits, tells).0, Err(Error::Unavailable(_))));
        assert!(line.hears(true));
        assert!(line.exchange(Where::Pool, async { Ok::<_, Error>(()) }).await.is_ok());
    }

    #[tokio::test]
    async fn a_file_is_waited_for() {
        let line = Line::new(false);
        line.hears(false);
        line.has_patience(0);
        let late = line.exchange(Where::Pool, async {
            sleep(Duration::from_millis(20)).await;
            Ok::<_, Error>(())
        });
        assert!(late.await.is_ok());
    }

    #[tokio::test]
    async fn who_waits_in_a_transaction_is_told_from_who_waits_for_a_pool() {
        let line = Arc::new(Line::new(true));
        let (open, other) = (Open::begins(&line), Open::begins(&line));
        let looks = async {
            sleep(Duration::from_millis(20)).await;
            let waiting = line.waiting(Duration::from_millis(5));
            assert_eq!((waiting.in_transactions, waiting.of_pools, line.open_transactions()), (1, 2, 2));
            assert_eq!(line.waiting(Duration::from_secs(5)), Waiting::default());
        };
        tokio::select! {
            _ = line.exchange(Where::Transaction, never()) => {}
            _ = line.exchange(Where::Pool, never()) => {}
            _ = line.exchange(Where::Pool, never()) => {}
            () = looks => {}
        }
        drop((open, other));
        assert_eq!((line.open_transactions(), line.waiting(Duration::ZERO)), (0, Waiting::default()));
    }

    /// `cargo test -p plumbline what_a_line_costs -- --ignored --nocapture`
    #[tokio::test]
    #[ignore = "measures"]
    async fn what_a_line_costs() {
        const TIMES: u32 = 1_000_000;
        for watched in [false, true] {
            let (line, started) = (Line::new(watched), Instant::now());
            for _ in 0..TIMES {
                assert!(line.exchange(Where::Pool, async { Ok::<_, Error>(()) }).await.is_ok());
            }
            println!(
                "{}: {:?} for each exchange",
                if watched { "a server" } else { "a file" },
                started.elapsed() / TIMES
            );
        }
    }
}
