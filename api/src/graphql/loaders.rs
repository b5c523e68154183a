//! Loading what rows point to: batched, once per request, for the viewer of the request.

use std::collections::HashMap;
use std::future::poll_fn;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use async_graphql::{
    Context,
    dataloader::{DataLoader, HashMapCache, Loader},
    runtime::Timer,
};
use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::task::{FutureObj, Spawn, SpawnError};
use sea_orm::ModelTrait;
use sea_orm::sea_query::{Expr, ExprTrait};
use uuid::Uuid;

use super::Wraps;
use crate::{
    auth::Viewer,
    db::{Db, Identified, Read, Row, Scoped},
    error::{Error, Result},
};

/// Reads rows for one viewer. Each key type is a loader of its own; all share this.
#[derive(Clone, Debug)]
pub struct Loaders {
    pub(super) db: Db,
    pub(super) viewer: Arc<Viewer>,
}

/// The loaders of one request, which load in its `turns`. Made anew for each: a cache that outlived
/// its request would carry rows from one viewer to the next.
#[must_use]
pub fn loaders(db: Db, viewer: Arc<Viewer>, turns: Turns) -> DataLoader<Loaders, HashMapCache> {
    DataLoader::with_cache(Loaders { db, viewer }, turns, AtOnce, HashMapCache::default()).max_batch_size(5_000)
}

/// When a request loads: not after some time, in which on a busy machine only some of its fields may
/// have said what they need, but when none of them can go on without. So the number of statements
/// depends on the shape of a query alone.
#[derive(Clone, Default)]
pub struct Turns(Arc<Mutex<Vec<FutureObj<'static, ()>>>>);

impl Turns {
    /// Runs a request, and its loads in turns: as many at once as its fields ask for, and the next
    /// when all of them are done. The request itself goes on meanwhile as far as it can: it may
    /// hold a connection that a load waits for.
    pub async fn run<T>(&self, request: impl Future<Output = T>) -> T {
        let mut request = pin!(request);
        let mut turn = FuturesUnordered::new();
        poll_fn(|waker| {
            loop {
                if let Poll::Ready(answer) = request.as_mut().poll(waker) {
                    return Poll::Ready(answer);
                }
                if turn.is_empty() {
                    turn.extend(std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)));
                }
                // What is loaded wakes fields of the request: so back to it each time.
                match turn.poll_next_unpin(waker) {
                    Poll::Ready(Some(())) => {}
                    Poll::Ready(None) | Poll::Pending => return Poll::Pending,
                }
            }
        })
        .await
    }
}

impl Spawn for Turns {
    fn spawn_obj(&self, load: FutureObj<'static, ()>) -> Result<(), SpawnError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(load);
        Ok(())
    }
}

/// A timer that waits for nothing: [`Turns`] knows when to begin.
struct AtOnce;

impl Timer for AtOnce {
    fn delay(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// The key of a row by its id.
pub struct ById<E>(Uuid, PhantomData<fn() -> E>);

impl<E> ById<E> {
    /// The row of `E` with this id.
    #[must_use]
    pub const fn new(id: Uuid) -> Self {
        Self(id, PhantomData)
    }
}

impl<E> Clone for ById<E> {
    fn clone(&self) -> Self {
        Self::new(self.0)
    }
}

impl<E> PartialEq for ById<E> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<E> Eq for ById<E> {}

impl<E> Hash for ById<E> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<E: Identified<Model: Send + Sync + Clone>> Loader<ById<E>> for Loaders {
    type Value = E::Model;
    type Error = Error;

    async fn load(&self, keys: &[ById<E>]) -> Result<HashMap<ById<E>, E::Model>> {
        let ids = keys.iter().map(|key| key.0);
        let wanted = Expr::col((E::default(), E::id_column())).is_in(ids);
        let rows = self.db.all(Scoped::<E>::of(&self.viewer).filter(wanted)).await?;
        let keyed = rows.into_iter().filter_map(|row| Some((ById::new(id_of::<E>(&row)?), row)));
        Ok(keyed.collect())
    }
}

pub(super) fn id_of<E: Identified>(row: &E::Model) -> Option<Uuid> {
    match row.get(E::id_column()) {
        sea_orm::Value::Uuid(id) => id,
        _ => None,
    }
}

/// The object with this id; `None` where it does not exist for the viewer.
///
/// # Errors
/// The database failed.
pub async fn load<T: Wraps>(ctx: &Context<'_>, id: Uuid) -> Result<Option<T>> {
    let loader = ctx.data_opt::<DataLoader<Loaders, HashMapCache>>().ok_or(Error::Unauthenticated)?;
    let row: Option<Row<T::Entity>> = loader.load_one(ById::<T::Entity>::new(id)).await?;
    Ok(row.map(T::wrap))
}

/// Looks ahead: reads the rows with these ids in one statement, so that the fields of a list's
/// items that ask for them one by one find them there without waiting for a batch.
///
/// # Errors
/// The database failed.
pub async fn load_many<T: Wraps>(ctx: &Context<'_>, ids: impl IntoIterator<Item = Uuid>) -> Result<HashMap<Uuid, T>> {
    let loader = ctx.data_opt::<DataLoader<Loaders, HashMapCache>>().ok_or(Error::Unauthenticated)?;
    let keys = ids.into_iter().map(ById::<T::Entity>::new);
    let rows = loader.load_many(keys).await?;
    Ok(rows.into_iter().map(|(key, row)| (key.0, T::wrap(row))).collect())
}
