//! Loads the rows that other rows point to: in batches, each row once a request, for the viewer of the request.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::sync::Arc;

use async_graphql::{
    Context,
    dataloader::{DataLoader, HashMapCache, Loader},
};
use sea_orm::ModelTrait;
use sea_orm::sea_query::{Expr, ExprTrait};
use uuid::Uuid;

use super::Wraps;
use super::batches::{Batches, NoDelay};
use crate::{
    auth::Viewer,
    db::{Db, Identified, Read, Row, Scoped},
    error::{Error, Result},
};

/// Reads rows for one viewer. Each key type is a loader of its own; all share this.
#[derive(Clone, Debug)]
pub struct Loaders {
    /// The database.
    pub(crate) db: Db,
    /// Whoever asks.
    pub(crate) viewer: Arc<Viewer>,
}

/// The loaders of one request, and the batches in which they load. They are made anew for each request: a cache that
/// outlived its request would carry rows from one viewer to the next.
#[must_use]
pub fn loaders(db: Db, viewer: Arc<Viewer>) -> (DataLoader<Loaders, HashMapCache>, Batches) {
    let batches = Batches::default();
    let loaders = DataLoader::with_cache(Loaders { db, viewer }, batches.clone(), NoDelay, HashMapCache::default());
    (loaders.max_batch_size(LARGEST_BATCH), batches)
}

/// Keys in one statement: below what SQLite binds.
const LARGEST_BATCH: usize = 10_000;

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

/// What a loader of a slice has for a key.
///
/// # Errors
/// The database failed.
pub async fn load_by<K>(ctx: &Context<'_>, key: K) -> Result<Option<<Loaders as Loader<K>>::Value>>
where
    K: Send + Sync + Hash + Eq + Clone + 'static,
    Loaders: Loader<K, Error = Error>,
{
    let loader = ctx.data_opt::<DataLoader<Loaders, HashMapCache>>().ok_or(Error::Unauthenticated)?;
    loader.load_one(key).await
}

/// As [`load_by`], for several keys at once.
///
/// # Errors
/// The database failed.
pub async fn load_all_by<K>(
    ctx: &Context<'_>,
    keys: impl IntoIterator<Item = K>,
) -> Result<HashMap<K, <Loaders as Loader<K>>::Value>>
where
    K: Send + Sync + Hash + Eq + Clone + 'static,
    Loaders: Loader<K, Error = Error>,
{
    let loader = ctx.data_opt::<DataLoader<Loaders, HashMapCache>>().ok_or(Error::Unauthenticated)?;
    loader.load_many(keys).await
}

/// Looks ahead: reads the rows with these ids in one statement. When the items of a list ask for them one by one, they
/// find them without waiting for a batch.
///
/// # Errors
/// The database failed.
pub async fn load_many<T: Wraps>(ctx: &Context<'_>, ids: impl IntoIterator<Item = Uuid>) -> Result<HashMap<Uuid, T>> {
    let loader = ctx.data_opt::<DataLoader<Loaders, HashMapCache>>().ok_or(Error::Unauthenticated)?;
    let keys = ids.into_iter().map(ById::<T::Entity>::new);
    let rows = loader.load_many(keys).await?;
    Ok(rows.into_iter().map(|(key, row)| (key.0, T::wrap(row))).collect())
}
