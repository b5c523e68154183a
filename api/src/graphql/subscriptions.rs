//! What a slice declares for a subscription: the object that it answers, and what the object must be about.
//!
//! A subscription runs in two ways. When it comes in, it runs once to check its arguments and to note its
//! [`Interest`]; its field then answers an empty stream. Later it runs once for each row of an event, with new
//! loaders, for the viewer as they are at that moment; its field then answers that one row. So a resolver below a
//! subscription is the same as below a query, and nothing is carried from one event to the next.
//! `docs/adr/0014-subscriptions.md`.

use std::any::Any;
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::Context;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, Iter};
use sea_orm::EntityName as _;
use sea_orm::sea_query::{Expr, ExprTrait};
use uuid::Uuid;

use super::{Ref, Wraps, load, loaders::id_of};
use crate::{
    auth::Viewer,
    db::{Db, Event, Identified, Read as _, Row, Scoped},
    error::{Error, Result},
};

/// What the field of a subscription answers: nothing when it comes in, and then one row at a time.
pub type Deliveries<T> = Iter<std::option::IntoIter<T>>;

/// What somebody who subscribed wants to be told of.
pub(crate) struct Interest {
    table: String,
    about: Vec<Uuid>,
    read: ReadRows,
}

/// Reads the rows of a table with these ids, as far as they exist for the viewer.
type ReadRows = fn(Db, Arc<Viewer>, Vec<Uuid>) -> BoxFuture<'static, Result<Vec<Delivery>>>;

/// Where the field of a subscription notes its interest as it comes in.
#[derive(Clone, Default)]
pub(crate) struct Interests(Arc<Mutex<Option<Interest>>>);

/// A row for which a subscription is run.
#[derive(Clone)]
pub(crate) struct Delivery(Arc<dyn Any + Send + Sync>);

impl Interests {
    pub(crate) fn take(&self) -> Option<Interest> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Interest {
    /// The rows of an event that are wanted.
    pub(crate) fn of<'e>(&self, event: &'e Event) -> &'e [Uuid] {
        match event {
            Event::Recorded { table, about, rows, .. }
                if *table == self.table && self.about.iter().all(|id| about.contains(id)) =>
            {
                rows
            }
            _ => &[],
        }
    }

    /// Reads rows, as far as they exist for the viewer, in the order of their ids here: one statement.
    pub(crate) async fn read(&self, db: Db, viewer: Arc<Viewer>, rows: Vec<Uuid>) -> Result<Vec<Delivery>> {
        (self.read)(db, viewer, rows).await
    }
}

fn read<E>(db: Db, viewer: Arc<Viewer>, ids: Vec<Uuid>) -> BoxFuture<'static, Result<Vec<Delivery>>>
where
    E: Identified<Model: Send + Sync>,
{
    Box::pin(async move {
        let wanted = Expr::col((E::default(), E::id_column())).is_in(ids.iter().copied());
        let mut rows = db.all(Scoped::<E>::of(&viewer).filter(wanted)).await?;
        rows.sort_by_key(|row| id_of::<E>(row).and_then(|id| ids.iter().position(|one| *one == id)));
        Ok(rows.into_iter().map(|row| Delivery(Arc::new(row))).collect())
    })
}

/// An argument of a subscription that says what its rows must be about.
pub trait About: Sync {
    /// The id, if the argument is given.
    ///
    /// # Errors
    /// There is nothing with this id that the viewer may see.
    fn id<'a>(&'a self, ctx: &'a Context<'_>, argument: &'a str) -> BoxFuture<'a, Result<Option<Uuid>>>;
}

impl<T: Wraps> About for Ref<T> {
    fn id<'a>(&'a self, ctx: &'a Context<'_>, argument: &'a str) -> BoxFuture<'a, Result<Option<Uuid>>> {
        Box::pin(async move {
            match load::<T>(ctx, self.uuid()).await? {
                Some(_) => Ok(Some(self.uuid())),
                None => Err(Error::bad_input(format!("`{argument}` names no {} that you may see.", T::NAME))),
            }
        })
    }
}

impl<T: Wraps> About for Option<Ref<T>> {
    fn id<'a>(&'a self, ctx: &'a Context<'_>, argument: &'a str) -> BoxFuture<'a, Result<Option<Uuid>>> {
        match self {
            Some(id) => id.id(ctx, argument),
            None => Box::pin(async { Ok(None) }),
        }
    }
}

/// The field of a subscription: it notes what the subscriber wants, or hands out the row for which it runs.
///
/// # Errors
/// An argument names nothing that the viewer may see, or the database failed.
pub async fn subscribe<T: Wraps>(ctx: &Context<'_>, about: &[(&str, &dyn About)]) -> Result<Deliveries<T>> {
    if let Some(Delivery(row)) = ctx.data_opt::<Delivery>() {
        let row = row.downcast_ref::<Row<T::Entity>>().ok_or_else(|| Error::internal("a row of another table"))?;
        return Ok(stream::iter(Some(T::wrap(row.clone()))));
    }
    let interests = ctx.data_opt::<Interests>().ok_or_else(|| Error::internal("a subscription that nobody runs"))?;
    let mut ids = Vec::with_capacity(about.len());
    for (argument, value) in about {
        ids.extend(value.id(ctx, argument).await?);
    }
    let table = T::Entity::default().table_name().to_owned();
    let interest = Interest { table, about: ids, read: read::<T::Entity> };
    *interests.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(interest);
    Ok(stream::iter(None))
}

/// Declares a subscription: the field, the object that it answers for each row that is announced
/// ([`Event::recorded`]), and the arguments that say what the rows must be about.
macro_rules! subscription {
    ($(#[$doc:meta])* $field_type:ident { $field:ident: $object:ty }
     about { $($argument:ident: $kind:ty = $name:literal $desc:literal),+ $(,)? }) => {
        #[doc = concat!("The subscription `", stringify!($field), "`.")]
        #[derive(Default)]
        pub struct $field_type;

        #[async_graphql::Subscription]
        impl $field_type {
            $(#[$doc])*
            async fn $field(
                &self,
                ctx: &async_graphql::Context<'_>,
                $(#[graphql(name = $name, desc = $desc)] $argument: $kind),+
            ) -> async_graphql::Result<$crate::graphql::Deliveries<$object>> {
                Ok($crate::graphql::subscribe(ctx, &[$(($name, &$argument)),+]).await?)
            }
        }
    };
}
pub(crate) use subscription;
