//! Writing: one transaction, all or nothing.

use std::collections::{BTreeSet, HashSet};
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, LockType, OnConflict, SelectStatement};
use sea_orm::{
    ActiveModelTrait, ActiveValue, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, IdenStatic,
    IntoActiveModel, Iterable, ModelTrait, QueryFilter, QueryResult, Value,
};
use tracing::Instrument as _;
use uuid::Uuid;

use super::begin::begin_to_write;
use super::connections::Connections;
use super::events::{CHANNEL, payload};
use super::kept::{Settle, Touched};
use super::line::{Executor, On, Open, Where};
use super::scope::Wall;
use super::spans;
use super::witness::{Notes, Reader, Written, uuid_in};
use super::{Area, Counted, Db, Event, Events, Identified, Permit, Policy, sealed::Handle};
use crate::error::{Error, Result};

/// A transaction. What is not committed when it is dropped is rolled back.
pub struct Tx {
    transaction: DatabaseTransaction,
    connections: Arc<Connections>,
    open: Open,
    statements: Arc<AtomicU64>,
    statements_apart: Arc<AtomicU64>,
    changes: Arc<AtomicU64>,
    pub(super) settle: Settle,
    threshold: u32,
    pub(super) touched: Mutex<BTreeSet<Touched>>,
    began_at: DateTime<Utc>,
    events: Events,
    announced: Mutex<Vec<Event>>,
    walled: bool,
    holds: bool,
    written: Written,
    /// The keys of the rows that were read to be changed.
    to_change: Mutex<HashSet<Uuid>>,
    /// Whether the audit records what was written. From then on, statements are counted apart.
    recorded: AtomicBool,
}

/// The row was changed since the caller saw it; holds the row as it is now.
#[derive(Clone, Debug)]
pub struct Stale<M>(pub M);

impl Handle for Tx {
    fn executor(&self) -> Executor<'_> {
        let recording = self.recorded.load(Ordering::Relaxed);
        let count = if recording { &self.statements_apart } else { &self.statements };
        count.fetch_add(1, Ordering::Relaxed);
        self.unnoted()
    }

    fn reader(&self) -> Reader<'_> {
        Reader::Change
    }

    fn is_on_postgres(&self) -> bool {
        self.is_postgres()
    }

    async fn rows(&self, statement: &SelectStatement, wall: &Wall, lock: Option<LockType>) -> Result<Vec<QueryResult>> {
        let in_the_open = !self.walled || *wall == Wall::Service;
        if let Some(lock) = lock.filter(|_| self.holds) {
            let held = statement.clone().lock(lock).to_owned();
            // Behind the wall nobody may lock: the service holds the rows, and then they are read from there.
            let rows = self.executor().query_all(&held).await?;
            if in_the_open {
                return Ok(rows);
            }
        }
        if in_the_open {
            return Ok(self.executor().query_all(statement).await?);
        }
        self.unnoted().query_one_raw(wall.enter()).await?;
        let rows = self.executor().query_all(statement).await?;
        // Everything else in the transaction is done with permits and for the service.
        self.unnoted().query_one_raw(Wall::Service.enter()).await?;
        Ok(rows)
    }

    fn may_change(&self, keys: &mut dyn Iterator<Item = Uuid>) {
        self.to_change.lock().unwrap_or_else(PoisonError::into_inner).extend(keys);
    }
}

impl Db {
    /// Begins a transaction for writing.
    ///
    /// On SQLite it takes the write lock at once (`BEGIN IMMEDIATE`): a deferred transaction that
    /// reads before it writes fails where another wrote in between, and did so in 511 of 800 tries.
    ///
    /// # Errors
    /// The database cannot be reached, or on SQLite another writer holds on for too long.
    pub async fn begin(&self) -> Result<Tx> {
        self.begin_on(&self.pools_now().write).await
    }

    /// Begins a transaction for entries of the audit alone.
    pub(crate) async fn begin_for_audit(&self) -> Result<Tx> {
        self.begin_on(&self.pools_now().audit).await
    }

    async fn begin_on(&self, connection: &DatabaseConnection) -> Result<Tx> {
        self.is_the_same_file()?;
        let begin = self.connections.line.exchange(Where::Pool, begin_to_write(connection, &self.connections.line));
        let transaction = begin.instrument(spans::boundary(self.backend, "BEGIN")).await?;
        Ok(Tx {
            transaction,
            open: Open::begins(&self.connections.line),
            connections: Arc::clone(&self.connections),
            statements: Arc::clone(&self.statements),
            statements_apart: Arc::clone(&self.statements_apart),
            changes: Arc::clone(&self.changes),
            settle: self.settle,
            threshold: self.threshold,
            touched: Mutex::default(),
            began_at: self.clock.now(),
            events: self.events.clone(),
            announced: Mutex::default(),
            walled: self.walled,
            holds: self.holds,
            written: Written::default(),
            to_change: Mutex::default(),
            recorded: AtomicBool::new(false),
        })
    }
}

impl Tx {
    /// The threshold of disclosure control: fewer pupils than this are few.
    #[must_use]
    pub const fn threshold(&self) -> u32 {
        self.threshold
    }

    /// Where statements run that no request asked for, and nobody counts.
    fn unnoted(&self) -> Executor<'_> {
        Executor { on: On::Transaction(&self.transaction), line: &self.connections.line }
    }

    pub(super) fn written_here(&self) -> &Written {
        &self.written
    }

    pub(super) const fn transaction(&self) -> &DatabaseTransaction {
        &self.transaction
    }

    /// When the transaction began, by the clock of the service.
    #[must_use]
    pub const fn began_at(&self) -> DateTime<Utc> {
        self.began_at
    }

    /// Says what subscribers are told about the rows just written. They are told after the commit, and only then.
    pub fn announce(&self, events: impl IntoIterator<Item = Event>) {
        let mut announced = self.announced.lock().unwrap_or_else(PoisonError::into_inner);
        for event in events {
            if announced.last() != Some(&event) {
                announced.push(event);
            }
        }
    }

    /// Every write to a table of staff, appointments, grants or client applications changes what somebody may see.
    /// This announces it, so that no mutation, import or command has to.
    pub(super) fn announce_access<E: Policy>(&self, permit: &Permit<E>) {
        if matches!(E::area(), Area::Staff) {
            self.announce([Event::Access { trust: permit.trust() }]);
        }
    }

    /// Whether it holds what it reads. It does, unless that is being measured.
    #[must_use]
    pub const fn holds(&self) -> bool {
        self.holds
    }

    /// The rows that were written so far.
    pub(crate) fn written(&self) -> Notes {
        self.written.notes()
    }

    /// Says that what was written is being recorded in the audit, in this transaction.
    pub(crate) fn is_being_recorded(&self) {
        self.recorded.store(true, Ordering::Relaxed);
    }

    /// Brings the figures up to date, commits, and tells those who follow. A transaction that wrote rows must be
    /// committed by [`audit::commit`](crate::audit::commit), which records who did it; this function refuses it.
    ///
    /// # Errors
    /// The database could not, or rows were written without saying who did it; then nothing was changed.
    pub async fn commit(self) -> Result<()> {
        if !self.written.is_empty() && !self.recorded.load(Ordering::Relaxed) {
            return Err(Error::internal("rows were written without an entry in the audit: use `audit::commit`"));
        }
        self.settle().await?;
        let announced = std::mem::take(&mut *self.announced.lock().unwrap_or_else(PoisonError::into_inner));
        self.notify(&announced).await?;
        let Self { transaction, events, connections, open, changes, written, .. } = self;
        let span = spans::boundary(transaction.get_database_backend(), "COMMIT");
        let committed = connections.line.exchange(Where::Transaction, transaction.commit()).instrument(span).await;
        if !written.is_empty() {
            // Whether or not it is known to be kept.
            changes.fetch_add(1, Ordering::SeqCst);
        }
        committed?;
        drop(open);
        events.tell_here(announced);
        Ok(())
    }

    /// Hands the events to PostgreSQL, which passes them on if this is committed.
    async fn notify(&self, events: &[Event]) -> Result<()> {
        const AT_ONCE: usize = 50;
        if !self.is_postgres() {
            return Ok(());
        }
        for events in events.chunks(AT_ONCE) {
            let calls: Vec<String> = (2..events.len() + 2).map(|at| format!("pg_notify($1, ${at})")).collect();
            let mut values = vec![Value::from(CHANNEL)];
            for event in events {
                values.push(payload(event)?.into());
            }
            self.run(&format!("SELECT {}", calls.join(", ")), values).await?;
        }
        Ok(())
    }

    /// Inserts a row and returns it.
    ///
    /// # Errors
    /// A constraint of the database, or a permit for another place.
    pub async fn insert<E, A>(&self, permit: &Permit<E>, row: A) -> Result<E::Model>
    where
        E: Policy<Model: IntoActiveModel<A>>,
        A: ActiveModelTrait<Entity = E> + Send,
    {
        permit.covers(&row)?;
        self.announce_access(permit);
        self.touch_new(std::slice::from_ref(&row));
        #[expect(clippy::disallowed_methods, reason = "the permit covers the row")]
        let insert = E::insert(row);
        let row = insert.exec_with_returning(&self.executor()).await?;
        self.written.rows::<E>(std::slice::from_ref(&row));
        Ok(row)
    }

    /// Inserts rows, as many in a statement as the database binds.
    ///
    /// # Errors
    /// As [`Tx::insert`]; then none of the caller's transaction should be kept.
    pub async fn insert_many<E, A>(&self, permit: &Permit<E>, rows: Vec<A>) -> Result<()>
    where
        E: Policy,
        A: ActiveModelTrait<Entity = E> + Send,
    {
        permit.covers_all(&rows)?;
        self.announce_access(permit);
        self.written.note_active::<E, A>(&rows);
        self.touch_new(&rows);
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let chunk = rows.by_ref().take(self.rows_per_statement::<E>());
            #[expect(clippy::disallowed_methods, reason = "the permit covers the rows")]
            let insert = E::insert_many(chunk);
            insert.exec_without_returning(&self.executor()).await?;
        }
        Ok(())
    }

    /// Gives rows that the caller read in this transaction new values, each row its own. One statement takes as many
    /// rows as the database binds. `rows` are whole: every column is set, and the id stays.
    ///
    /// # Errors
    /// As [`Tx::insert`]; then none of the caller's transaction should be kept.
    pub async fn rewrite_many<E, A>(&self, permit: &Permit<E>, rows: Vec<A>) -> Result<()>
    where
        E: Identified,
        A: ActiveModelTrait<Entity = E> + Send,
    {
        // What the rows were is not known here, so the figures that counted them would stay as they are.
        if !matches!(E::counted(), Counted::Not) {
            let table = E::default().table_name();
            return Err(Error::internal(format!(
                "kept figures count rows of {table}: amend them, do not rewrite them"
            )));
        }
        permit.covers_all(&rows)?;
        self.announce_access(permit);
        self.written.note_active::<E, A>(&rows);
        // SQL has no update of many rows by many values that both databases take, but this.
        let id = E::id_column();
        let others = E::Column::iter().filter(|column| column.as_str() != id.as_str());
        let instead = OnConflict::column(id).update_columns(others).to_owned();
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let chunk = rows.by_ref().take(self.rows_per_statement::<E>());
            #[expect(
                clippy::disallowed_methods,
                reason = "the rows were read through a scope, and the permit covers them"
            )]
            let rewrite = E::insert_many(chunk).on_conflict(instead.clone());
            rewrite.exec_without_returning(&self.executor()).await?;
        }
        Ok(())
    }

    /// How many whole rows of a table one statement can carry.
    fn rows_per_statement<E: Policy>(&self) -> usize {
        let binds = if self.is_postgres() { 65_535 } else { 32_766 };
        (binds / E::Column::iter().count().max(1)).min(2_000)
    }

    /// Refuses rows that were not read to be changed ([`Scoped::to_change`](super::Scoped::to_change)). If two transactions
    /// read a row to judge by it and then both changed it, each would wait for the other.
    pub(super) fn were_read_to_change<E: Identified>(&self, rows: &[E::Model]) -> Result<()> {
        let to_change = self.to_change.lock().unwrap_or_else(PoisonError::into_inner);
        match rows.iter().all(|row| uuid_in(row.get(E::id_column())).is_some_and(|key| to_change.contains(&key))) {
            true => Ok(()),
            false => {
                let table = E::default().table_name().to_owned();
                Err(Error::internal(format!("a row of {table} is changed that was not read `to_change`")))
            }
        }
    }

    /// Changes a row that the caller read in this transaction to change it, and counts its version up. What is there already is
    /// no change: if nothing else is, the row stays as it is, and its version too.
    ///
    /// # Errors
    /// `Ok(Err(Stale))` where `expected_version` is not the version of the row.
    pub async fn update<E, A>(
        &self,
        permit: &Permit<E>,
        current: E::Model,
        expected_version: i32,
        mut changes: A,
    ) -> Result<Result<E::Model, Stale<E::Model>>>
    where
        E: Identified<ActiveModel = A, Model: IntoActiveModel<A>>,
        A: ActiveModelTrait<Entity = E> + Send,
    {
        for column in E::Column::iter() {
            if let ActiveValue::Set(value) | ActiveValue::Unchanged(value) = changes.get(column)
                && value == current.get(column)
            {
                changes.not_set(column);
            }
        }
        let version = E::Column::from_str("version").map_err(|_| Error::internal("a row without a version"))?;
        if E::Column::iter().all(|column| changes.get(column).is_not_set())
            && current.get(version) == Value::Int(Some(expected_version))
        {
            permit.covers(&current.clone().into_active_model())?;
            return Ok(Ok(current));
        }
        self.count_up(permit, current, expected_version, changes).await
    }

    /// As [`Tx::update`], for a row of which a part was changed that stands in rows of its own: its version counts up in any
    /// case.
    ///
    /// # Errors
    /// As [`Tx::update`].
    pub async fn count_up<E, A>(
        &self,
        permit: &Permit<E>,
        current: E::Model,
        expected_version: i32,
        mut changes: A,
    ) -> Result<Result<E::Model, Stale<E::Model>>>
    where
        E: Identified<ActiveModel = A, Model: IntoActiveModel<A>>,
        A: ActiveModelTrait<Entity = E> + Send,
    {
        let version = E::Column::from_str("version").map_err(|_| Error::internal("a row without a version"))?;
        if current.get(version) != Value::Int(Some(expected_version)) {
            return Ok(Err(Stale(current)));
        }
        changes.set(version, Value::Int(Some(expected_version + 1)));
        let same_version = Expr::col(version).eq(expected_version);
        match self.amend_where(permit, &current, changes, same_version).await? {
            Some(row) => Ok(Ok(row)),
            None => Ok(Err(Stale(current))),
        }
    }

    /// As [`Tx::update`], given the row as it is to be.
    ///
    /// # Errors
    /// As [`Tx::update`].
    pub async fn update_to<E, A>(
        &self,
        permit: &Permit<E>,
        current: E::Model,
        expected_version: i32,
        wanted: E::Model,
    ) -> Result<Result<E::Model, Stale<E::Model>>>
    where
        E: Identified<ActiveModel = A, Model: IntoActiveModel<A>>,
        A: ActiveModelTrait<Entity = E> + Send,
    {
        self.update(permit, current, expected_version, wanted.into_active_model().reset_all()).await
    }

    /// Changes a row that the caller read in this transaction to change it, whatever its version.
    ///
    /// # Errors
    /// A constraint of the database, or a permit for another place.
    pub async fn amend<E, A>(&self, permit: &Permit<E>, current: &E::Model, changes: A) -> Result<E::Model>
    where
        E: Identified<ActiveModel = A, Model: IntoActiveModel<A>>,
        A: ActiveModelTrait<Entity = E> + Send,
    {
        let changed = self.amend_where(permit, current, changes, Expr::val(1).eq(1)).await?;
        changed.ok_or_else(|| Error::internal("a row vanished while it was being changed"))
    }

    /// Changes rows that the caller read in this transaction to change them, all alike, in one statement.
    ///
    /// # Errors
    /// A constraint of the database, or a permit for another place.
    pub async fn amend_many<E, A>(&self, permit: &Permit<E>, current: &[E::Model], changes: A) -> Result<()>
    where
        E: Identified<ActiveModel = A, Model: IntoActiveModel<A>>,
        A: ActiveModelTrait<Entity = E> + Send,
    {
        self.were_read_to_change::<E>(current)?;
        permit.covers_changes(&changes)?;
        for row in current {
            permit.covers(&row.clone().into_active_model())?;
        }
        self.announce_access(permit);
        self.written.rows::<E>(current);
        self.touch_changed(current, &changes);
        let ids = Expr::col(E::id_column()).is_in(current.iter().map(|row| row.get(E::id_column())));
        #[expect(clippy::disallowed_methods, reason = "the rows were read through a scope, and the permit covers them")]
        let update = E::update_many().set(changes).filter(ids);
        update.exec(&self.executor()).await?;
        Ok(())
    }

    async fn amend_where<E, A>(
        &self,
        permit: &Permit<E>,
        current: &E::Model,
        changes: A,
        when: Expr,
    ) -> Result<Option<E::Model>>
    where
        E: Identified<ActiveModel = A, Model: IntoActiveModel<A>>,
        A: ActiveModelTrait<Entity = E> + Send,
    {
        self.were_read_to_change::<E>(std::slice::from_ref(current))?;
        permit.covers(&current.clone().into_active_model())?;
        permit.covers_changes(&changes)?;
        self.announce_access(permit);
        self.touch_changed(std::slice::from_ref(current), &changes);
        let id = Expr::col(E::id_column()).eq(current.get(E::id_column()));
        #[expect(clippy::disallowed_methods, reason = "the row was read through a scope, and the permit covers it")]
        let update = E::update_many().set(changes).filter(id).filter(when);
        let changed = update.exec_with_returning(&self.executor()).await?;
        self.written.rows::<E>(&changed);
        Ok(changed.into_iter().next())
    }

    /// Whether this is PostgreSQL.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        self.transaction.get_database_backend() == DbBackend::Postgres
    }
}
