//! The one way in which a mutation is carried out: a transaction, a permit, typed outcomes,
//! the same key twice does nothing twice.

use async_graphql::{Context, InputType};
use chrono::{DateTime, NaiveDate, Utc};
use plumbline_entity::idempotency_key;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, Condition};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{RequestContext, UserError, UserErrorCode, loaders::id_of};
use crate::{
    auth::Viewer,
    db::{Denied, Identified, Permit, Place, Policy, Read, Scoped, Stale, Tx, nothing},
    error::{Error, Result},
};

/// The input of a mutation, and what it does.
pub trait Change: InputType + Send + Sized + 'static {
    /// The name of the mutation, under which its idempotency keys are kept.
    const NAME: &'static str;
    /// The rows that it makes or changes.
    type Changed: Changed;

    /// The key under which a repeat of the same input changes nothing and answers the same.
    fn idempotency_key(&self) -> Option<&str> {
        None
    }

    /// Does it, inside a transaction that is committed on `Ok` and rolled back on `Err`.
    fn apply(self, tx: &Tx, by: &Acting<'_>) -> impl Future<Output = Result<Self::Changed, Refusal>> + Send;
}

/// Who acts, and when.
#[derive(Clone, Copy, Debug)]
pub struct Acting<'a> {
    /// Who acts.
    pub viewer: &'a Viewer,
    /// When, by the clock of the service.
    pub now: DateTime<Utc>,
}

impl Acting<'_> {
    /// The trust of the viewer.
    #[must_use]
    pub const fn trust(&self) -> Uuid {
        self.viewer.trust()
    }

    /// The day of the request.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.viewer.today()
    }

    /// Leave to write rows of `E` in the trust as a whole.
    ///
    /// # Errors
    /// A refusal with the code `FORBIDDEN`.
    pub fn may_in_trust<E: Policy>(&self) -> Result<Permit<E>, Refusal> {
        self.may(Place::trust(self.trust()))
    }

    /// Leave to write rows of `E` in a school.
    ///
    /// # Errors
    /// A refusal with the code `FORBIDDEN`.
    pub fn may_in_school<E: Policy>(&self, school: Uuid) -> Result<Permit<E>, Refusal> {
        self.may(Place::school(self.trust(), school))
    }

    /// Leave to write rows of `E` in a class.
    ///
    /// # Errors
    /// A refusal with the code `FORBIDDEN`.
    pub fn may_in_class<E: Policy>(&self, school: Uuid, class: Uuid) -> Result<Permit<E>, Refusal> {
        self.may(Place::class(self.trust(), school, class))
    }

    fn may<E: Policy>(&self, place: Place) -> Result<Permit<E>, Refusal> {
        Ok(Permit::ask(self.viewer, place)?)
    }

    /// The row that an input names, or a refusal that says that there is none.
    ///
    /// # Errors
    /// A refusal with the code `NOT_FOUND` at `field`.
    pub async fn find<E: Identified>(&self, tx: &Tx, id: Uuid, field: &str, what: &str) -> Result<E::Model, Refusal> {
        let row = tx.one(Scoped::<E>::of(self.viewer).id(id)).await?;
        row.ok_or_else(|| UserError::not_found(field, what).into())
    }
}

/// Why a mutation was not carried out.
#[derive(Debug)]
pub enum Refusal {
    /// Expected outcomes, for the caller to mend.
    Outcome(Vec<UserError>),
    /// The row was changed since the caller saw it; the id of it.
    Stale(Uuid),
    /// A fault.
    Fault(Error),
}

impl From<UserError> for Refusal {
    fn from(error: UserError) -> Self {
        Self::Outcome(vec![error])
    }
}

impl From<Vec<UserError>> for Refusal {
    fn from(errors: Vec<UserError>) -> Self {
        Self::Outcome(errors)
    }
}

impl From<Denied> for Refusal {
    fn from(denied: Denied) -> Self {
        UserError::new(UserErrorCode::Forbidden, "", denied.to_string()).into()
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Fault(error)
    }
}

impl<M: sea_orm::ModelTrait<Entity: Identified<Model = M>>> From<Stale<M>> for Refusal {
    fn from(Stale(row): Stale<M>) -> Self {
        Self::Stale(id_of::<M::Entity>(&row).unwrap_or_default())
    }
}

/// Rows that a mutation made or changed, so that a repeat can answer with them again.
pub trait Changed: Sized + Send {
    /// Their ids, in order.
    fn ids(&self) -> Vec<Uuid>;
    /// The rows with these ids, as they are now, as far as the viewer may see them.
    fn reread(tx: &Tx, viewer: &Viewer, ids: &[Uuid]) -> impl Future<Output = Result<Option<Self>>> + Send;
}

impl<M> Changed for M
where
    M: sea_orm::ModelTrait<Entity: Identified<Model = M>> + Send + Sync,
{
    fn ids(&self) -> Vec<Uuid> {
        id_of::<M::Entity>(self).into_iter().collect()
    }

    async fn reread(tx: &Tx, viewer: &Viewer, ids: &[Uuid]) -> Result<Option<Self>> {
        let id = ids.first().copied().unwrap_or_default();
        tx.one(Scoped::<M::Entity>::of(viewer).id(id)).await
    }
}

/// Several rows of one kind that a mutation made or changed.
#[derive(Debug)]
pub struct Many<M>(pub Vec<M>);

impl<M> Changed for Many<M>
where
    M: sea_orm::ModelTrait<Entity: Identified<Model = M>> + Send + Sync,
{
    fn ids(&self) -> Vec<Uuid> {
        self.0.iter().filter_map(id_of::<M::Entity>).collect()
    }

    async fn reread(tx: &Tx, viewer: &Viewer, ids: &[Uuid]) -> Result<Option<Self>> {
        use sea_orm::sea_query::ExprTrait;
        let column = Expr::col((M::Entity::default(), M::Entity::id_column()));
        let mut rows = tx.all(Scoped::<M::Entity>::of(viewer).filter(column.is_in(ids.iter().copied()))).await?;
        let place = |row: &M| ids.iter().position(|id| Some(*id) == id_of::<M::Entity>(row));
        rows.sort_by_key(place);
        Ok(Some(Self(rows)))
    }
}

/// What a mutation came to: rows, or errors; with `STALE` both.
#[derive(Debug)]
pub struct Outcome<C> {
    /// The rows made or changed, or with `STALE` the row as it is.
    pub changed: Option<C>,
    /// What kept it from being done.
    pub user_errors: Vec<UserError>,
}

impl<C> Outcome<C> {
    const fn done(changed: C) -> Self {
        Self { changed: Some(changed), user_errors: Vec::new() }
    }

    const fn refused(user_errors: Vec<UserError>) -> Self {
        Self { changed: None, user_errors }
    }
}

/// Carries a mutation out.
///
/// # Errors
/// Faults only; whatever was expected to be able to happen is in the outcome.
pub async fn carry_out<C: Change>(ctx: &Context<'_>, input: C) -> Result<Outcome<C::Changed>> {
    let app = ctx.app()?;
    let by = Acting { viewer: ctx.viewer()?, now: app.clock.now() };
    let tx = app.db.begin().await?;
    let key = match input.idempotency_key().map(|key| Key::new::<C>(by.viewer, key, &input)) {
        None => None,
        Some(Err(error)) => return Ok(Outcome::refused(vec![error])),
        Some(Ok(key)) => match key.used_before(&tx).await? {
            None => Some(key),
            Some(ids) => return replay::<C>(&tx, &by, ids).await,
        },
    };
    match input.apply(&tx, &by).await {
        Ok(changed) => {
            if let Some(key) = key {
                key.remember(&tx, by.now, &changed.ids()).await?;
            }
            tx.commit().await?;
            Ok(Outcome::done(changed))
        }
        Err(Refusal::Outcome(errors)) => Ok(Outcome::refused(errors)),
        Err(Refusal::Stale(id)) => {
            let current = C::Changed::reread(&tx, by.viewer, &[id]).await?;
            let message = "It was changed since you read it. Look at it as it is now, and try again with its version.";
            let stale = UserError::new(UserErrorCode::Stale, "expectedVersion", message);
            Ok(Outcome { changed: current, user_errors: vec![stale] })
        }
        Err(Refusal::Fault(error)) => Err(error),
    }
}

async fn replay<C: Change>(tx: &Tx, by: &Acting<'_>, ids: Option<Vec<Uuid>>) -> Result<Outcome<C::Changed>> {
    let Some(ids) = ids else {
        let message = "This key was used before for another input. Use a new key for each new change.";
        return Ok(Outcome::refused(vec![UserError::new(
            UserErrorCode::IdempotencyConflict,
            "idempotencyKey",
            message,
        )]));
    };
    Ok(Outcome { changed: C::Changed::reread(tx, by.viewer, &ids).await?, user_errors: Vec::new() })
}

/// A caller's key for one change, and what was asked under it.
struct Key {
    actor: String,
    trust: Uuid,
    mutation: &'static str,
    key: String,
    request_hash: String,
}

const LONGEST_KEY: usize = 200;

impl Key {
    fn new<C: Change>(viewer: &Viewer, key: &str, input: &C) -> Result<Self, UserError> {
        if key.is_empty() || key.len() > LONGEST_KEY {
            let message = format!("An idempotency key has 1 to {LONGEST_KEY} bytes; a UUID does well.");
            return Err(UserError::invalid("idempotencyKey", message));
        }
        let request_hash = Sha256::digest(input.to_value().to_string().as_bytes());
        Ok(Self {
            actor: viewer.actor(),
            trust: viewer.trust(),
            mutation: C::NAME,
            key: key.to_owned(),
            request_hash: request_hash.iter().map(|byte| format!("{byte:02x}")).collect(),
        })
    }

    /// `None`: never. `Some(None)`: for another input. `Some(Some(ids))`: for this one.
    async fn used_before(&self, tx: &Tx) -> Result<Option<Option<Vec<Uuid>>>> {
        // Two requests with the same key at once: the second waits and then finds the first's answer.
        tx.lock(&format!("idempotency {} {} {}", self.actor, self.mutation, self.key)).await?;
        let viewer = Viewer::operator(self.trust, NaiveDate::default());
        let same = Condition::all()
            .add(idempotency_key::COLUMN.actor.eq(&self.actor))
            .add(idempotency_key::COLUMN.mutation.eq(self.mutation))
            .add(idempotency_key::COLUMN.key.eq(&self.key));
        let Some(row) = tx.one(Scoped::<idempotency_key::Entity>::of(&viewer).filter(same)).await? else {
            return Ok(None);
        };
        if row.request_hash != self.request_hash {
            return Ok(Some(None));
        }
        Ok(Some(Some(serde_json::from_value(row.result).map_err(Error::internal)?)))
    }

    async fn remember(self, tx: &Tx, now: DateTime<Utc>, ids: &[Uuid]) -> Result<()> {
        let operator = Viewer::operator(self.trust, NaiveDate::default());
        let permit = Permit::ask(&operator, Place::trust(self.trust)).map_err(Error::internal)?;
        let row = idempotency_key::ActiveModel {
            actor: Set(self.actor),
            mutation: Set(self.mutation.to_owned()),
            key: Set(self.key),
            request_hash: Set(self.request_hash),
            result: Set(serde_json::to_value(ids).map_err(Error::internal)?),
            recorded_at: Set(now),
        };
        tx.insert::<idempotency_key::Entity, _>(&permit, row).await?;
        Ok(())
    }
}

/// Nobody but the mechanism above reads or writes keys.
impl Policy for idempotency_key::Entity {
    fn readable(_: &Viewer) -> Condition {
        nothing()
    }

    fn writable(_: &Viewer, _: &Place) -> bool {
        false
    }
}

/// Declares the payload of a mutation: the changed object under its name, and `userErrors`.
macro_rules! payload {
    ($(#[$doc:meta])* $name:ident { $(#[$fdoc:meta])* $field:ident: [$object:ty] }) => {
        $crate::graphql::payload!(@ $(#[$doc])* $name, $(#[$fdoc])* $field, Vec<$object>);
        impl From<$crate::graphql::Outcome<$crate::graphql::Many<$crate::db::Row<<$object as $crate::graphql::Wraps>::Entity>>>> for $name {
            fn from(outcome: $crate::graphql::Outcome<$crate::graphql::Many<$crate::db::Row<<$object as $crate::graphql::Wraps>::Entity>>>) -> Self {
                let $field = outcome.changed.map(|rows| rows.0.into_iter().map(<$object as $crate::graphql::Wraps>::wrap).collect());
                Self { $field, user_errors: outcome.user_errors }
            }
        }
    };
    ($(#[$doc:meta])* $name:ident { $(#[$fdoc:meta])* $field:ident: $object:ty }) => {
        $crate::graphql::payload!(@ $(#[$doc])* $name, $(#[$fdoc])* $field, $object);
        impl From<$crate::graphql::Outcome<$crate::db::Row<<$object as $crate::graphql::Wraps>::Entity>>> for $name {
            fn from(outcome: $crate::graphql::Outcome<$crate::db::Row<<$object as $crate::graphql::Wraps>::Entity>>) -> Self {
                Self { $field: outcome.changed.map(<$object as $crate::graphql::Wraps>::wrap), user_errors: outcome.user_errors }
            }
        }
    };
    (@ $(#[$doc:meta])* $name:ident, $(#[$fdoc:meta])* $field:ident, $type:ty) => {
        $(#[$doc])*
        #[derive(async_graphql::SimpleObject)]
        pub struct $name {
            $(#[$fdoc])*
            pub $field: Option<$type>,
            /// What kept it from being done; empty if it was done.
            pub user_errors: Vec<$crate::graphql::UserError>,
        }
    };
}
pub(crate) use payload;

/// Declares the field of a mutation whose input is a [`Change`].
macro_rules! mutation {
    ($(#[$doc:meta])* $field_type:ident { $field:ident: $input:ty => $payload:ty }) => {
        #[doc = concat!("The mutation `", stringify!($field), "`.")]
        #[derive(Default)]
        pub struct $field_type;

        #[async_graphql::Object]
        impl $field_type {
            $(#[$doc])*
            async fn $field(
                &self,
                ctx: &async_graphql::Context<'_>,
                #[graphql(desc = "What is to be done.")] input: $input,
            ) -> async_graphql::Result<$payload> {
                Ok($crate::graphql::carry_out(ctx, input).await?.into())
            }
        }
    };
}
pub(crate) use mutation;
