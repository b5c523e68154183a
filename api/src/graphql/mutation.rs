//! The one way to carry out a mutation: in a transaction, with a permit, with typed outcomes. The same idempotency key
//! twice does nothing twice.

use async_graphql::{Context, InputType, Value};
use chrono::{DateTime, NaiveDate, Utc};
use plumbline_entity::{audit_entry::AuditKind, staff_member};
use sea_orm::sea_query::Expr;
use uuid::Uuid;

use super::{
    Ref, Refusal, RequestContext, UserError, UserErrorCode, Wraps, idempotency::Key, loaders::id_of,
    refused::out_of_reach,
};
use crate::{
    audit::{self, Done, Entry, Trail},
    auth::{self, Viewer},
    db::{Identified, Oneself, Permit, Place, Policy, Read, Reason as _, Row, Scoped, Tx, Witness},
    error::{Error, Result},
};

/// The input of a mutation, and what it does.
///
/// An input with a field `idempotencyKey` is carried out once for each key, without further code: a repeat of the same
/// input changes nothing and gives the same answer.
pub trait Change: InputType + Send + Sized + 'static {
    /// The rows that it makes or changes.
    type Changed: Changed;

    /// Makes the change inside a transaction. The transaction is committed on `Ok` and rolled back on `Err`.
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

    /// The day of the request, in the time zone of the trust.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.viewer.today()
    }

    /// Whether this member of staff acts, themselves or through a client application.
    #[must_use]
    pub fn is(&self, staff_member: Uuid) -> bool {
        self.viewer.staff_member() == Some(staff_member)
    }

    /// Leave to write rows of `E` in the trust as a whole.
    ///
    /// # Errors
    /// The viewer may not: a refusal with the code `FORBIDDEN`.
    pub fn may_in_trust<E: Policy>(&self) -> Result<Permit<E>, Refusal> {
        self.may(Place::trust(self.trust()))
    }

    /// Leave to write rows of `E` in a school.
    ///
    /// # Errors
    /// The viewer may not: a refusal with the code `FORBIDDEN`.
    pub fn may_in_school<E: Policy>(&self, school: Uuid) -> Result<Permit<E>, Refusal> {
        self.may(Place::school(self.trust(), school))
    }

    /// Leave to write rows of `E` in a class.
    ///
    /// # Errors
    /// The viewer may not: a refusal with the code `FORBIDDEN`.
    pub fn may_in_class<E: Policy>(&self, school: Uuid, class: Uuid) -> Result<Permit<E>, Refusal> {
        self.may(Place::class(self.trust(), school, class))
    }

    /// Leave to write rows of `E` that hang on a row of a school and do not name the school themselves, such as a
    /// second judgement of a work.
    ///
    /// # Errors
    /// The viewer may not: a refusal with the code `FORBIDDEN`.
    pub fn may_on<E: Policy>(&self, school: Uuid, row: Uuid) -> Result<Permit<E>, Refusal> {
        self.may(Place::school(self.trust(), school).through(row))
    }

    /// Leave to write rows of `E` at a place.
    ///
    /// # Errors
    /// The viewer may not: a refusal with the code `FORBIDDEN`.
    pub fn may<E: Policy>(&self, place: Place) -> Result<Permit<E>, Refusal> {
        Ok(Permit::ask(self.viewer, place)?)
    }

    /// The row that the id at `field` of an input names, if the viewer may see it. It stays as it is until the change is
    /// made.
    ///
    /// # Errors
    /// There is no such row: a refusal with the code `NOT_FOUND` at `field`. Or the database failed.
    pub async fn named<T: Wraps>(&self, tx: &Tx, id: Ref<T>, field: &str) -> Result<Row<T::Entity>, Refusal> {
        self.find::<T::Entity>(tx, id.uuid(), field, &in_words(T::NAME)).await
    }

    /// As [`Acting::named`], for a row that is to be changed, or by whose dependants the change is judged: until it is
    /// made, nobody else changes the row or judges by it. So of two who add to what hangs on one row, the second sees what
    /// the first has added.
    ///
    /// # Errors
    /// There is no such row: a refusal with the code `NOT_FOUND` at `field`. Or the database failed.
    pub async fn to_change<T: Wraps>(&self, tx: &Tx, id: Ref<T>, field: &str) -> Result<Row<T::Entity>, Refusal> {
        let row = tx.one(Scoped::<T::Entity>::of(self.viewer).id(id.uuid()).to_change()).await?;
        row.ok_or_else(|| UserError::not_found(field, &in_words(T::NAME)).into())
    }

    /// As [`Acting::named`], for a row that only says which others are to be held first. It is not held itself: two who held it and
    /// then wanted to change it would wait for each other.
    ///
    /// # Errors
    /// There is no such row: a refusal with the code `NOT_FOUND` at `field`. Or the database failed.
    pub async fn look_at<T: Wraps>(&self, tx: &Tx, id: Ref<T>, field: &str) -> Result<Row<T::Entity>, Refusal> {
        let row = tx.one(Scoped::<T::Entity>::of(self.viewer).id(id.uuid()).to_look_at()).await?;
        row.ok_or_else(|| UserError::not_found(field, &in_words(T::NAME)).into())
    }

    /// As [`Acting::named`], for an id that may be left out.
    ///
    /// # Errors
    /// There is no such row: a refusal with the code `NOT_FOUND` at `field`. Or the database failed.
    pub async fn named_if<T: Wraps>(
        &self,
        tx: &Tx,
        id: Option<Ref<T>>,
        field: &str,
    ) -> Result<Option<Row<T::Entity>>, Refusal> {
        match id {
            Some(id) => Ok(Some(self.named(tx, id, field).await?)),
            None => Ok(None),
        }
    }

    /// The row with an id that does not stand in the input, if the viewer may see it. It stays as it is until the change
    /// is made.
    ///
    /// # Errors
    /// There is no such row: a refusal with the code `NOT_FOUND` at `field`. Or the database failed.
    pub async fn find<E: Identified>(&self, tx: &Tx, id: Uuid, field: &str, what: &str) -> Result<E::Model, Refusal> {
        let row = tx.one(Scoped::<E>::of(self.viewer).id(id)).await?;
        row.ok_or_else(|| UserError::not_found(field, what).into())
    }

    /// Refuses a viewer who is not any more what they were when they were let in. What they are by stays until the change
    /// is made.
    async fn still_may(&self, tx: &Tx) -> Result<(), Refusal> {
        if auth::still_holds(tx, self.viewer).await? {
            return Ok(());
        }
        let message = "What you may do was changed just now. Look again, and ask anew.";
        Err(UserError::new(UserErrorCode::Forbidden, "", message).into())
    }

    /// For a change that is judged by where the viewer is **not** appointed: nobody appoints them until it is made.
    ///
    /// # Errors
    /// They were appointed, or dismissed, since they were let in: a refusal with the code `FORBIDDEN`. Or the database
    /// failed.
    pub async fn appointed_nowhere_else(&self, tx: &Tx) -> Result<(), Refusal> {
        if let Some(own) = self.viewer.staff_member() {
            // Whoever appoints them has read this row to change it.
            tx.one(Oneself.of::<staff_member::Entity>().rows().id(own)).await?;
        }
        self.still_may(tx).await
    }
}

/// The name of a type as words: `AcademicYear` is an academic year.
fn in_words(name: &str) -> String {
    let mut words = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

/// Rows that a mutation made or changed, so that a repeat can answer with them again.
pub trait Changed: Sized + Send {
    /// Their ids, in order.
    fn ids(&self) -> Vec<Uuid>;
    /// Whether the viewer may not read some column in some row, because of a field rule or their client application.
    fn is_masked_for(viewer: &Viewer) -> bool;
    /// Notes that a viewer is shown these rows, unless they wrote them just now.
    fn show_to(&self, witness: Option<&Witness>);
    /// The rows with these ids as they are now. Only those that the viewer may see.
    fn reread(tx: &Tx, viewer: &Viewer, ids: &[Uuid]) -> impl Future<Output = Result<Option<Self>>> + Send;
}

impl<M> Changed for M
where
    M: sea_orm::ModelTrait<Entity: Identified<Model = M>> + Send + Sync,
{
    fn ids(&self) -> Vec<Uuid> {
        id_of::<M::Entity>(self).into_iter().collect()
    }

    fn is_masked_for(viewer: &Viewer) -> bool {
        viewer.client_application().is_some() || !M::Entity::hidden(viewer).is_empty()
    }

    fn show_to(&self, witness: Option<&Witness>) {
        if let Some(witness) = witness {
            witness.note::<M::Entity>(std::slice::from_ref(self));
        }
    }

    async fn reread(tx: &Tx, viewer: &Viewer, ids: &[Uuid]) -> Result<Option<Self>> {
        let id = ids.first().copied().unwrap_or_default();
        tx.one(Scoped::<M::Entity>::of(viewer).id(id).to_look_at()).await
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

    fn is_masked_for(viewer: &Viewer) -> bool {
        M::is_masked_for(viewer)
    }

    fn show_to(&self, witness: Option<&Witness>) {
        if let Some(witness) = witness {
            witness.note::<M::Entity>(&self.0);
        }
    }

    async fn reread(tx: &Tx, viewer: &Viewer, ids: &[Uuid]) -> Result<Option<Self>> {
        use sea_orm::sea_query::ExprTrait;
        let column = Expr::col((M::Entity::default(), M::Entity::id_column()));
        let these = column.is_in(ids.iter().copied());
        let mut rows = tx.all(Scoped::<M::Entity>::of(viewer).filter(these).to_look_at()).await?;
        let place = |row: &M| ids.iter().position(|id| Some(*id) == id_of::<M::Entity>(row));
        rows.sort_by_key(place);
        Ok(Some(Self(rows)))
    }
}

/// What a mutation came to: rows, or errors, or both with `STALE`.
#[derive(Debug)]
pub struct Outcome<C> {
    /// The rows that were made or changed; with `STALE`, the row as it is now.
    pub changed: Option<C>,
    /// What kept it from being done.
    pub user_errors: Vec<UserError>,
}

impl<C> Outcome<C> {
    const fn refused(user_errors: Vec<UserError>) -> Self {
        Self { changed: None, user_errors }
    }
}

/// How often a mutation is begun. Of transactions that wait for each other PostgreSQL ends one, and the others go on, so
/// that the next try seldom meets the same ones.
const ATTEMPTS: u32 = 5;

/// Carries a mutation out. If it was in another's way, all of it is done again.
///
/// # Errors
/// Faults only. Expected outcomes, such as a refusal, are in the [`Outcome`].
pub async fn carry_out<C: Change>(ctx: &Context<'_>, input: C) -> Result<Outcome<C::Changed>> {
    let mut input = input;
    for _ in 1..ATTEMPTS {
        match attempt(ctx, input).await {
            Err(error) if error.is_collision() => tracing::info!(%error, "a mutation is tried again"),
            came => return came,
        }
        let given = ctx.param_value::<C>("input", None);
        input = given.map_err(|error| Error::internal(error.message))?.1;
    }
    attempt(ctx, input).await
}

async fn attempt<C: Change>(ctx: &Context<'_>, input: C) -> Result<Outcome<C::Changed>> {
    let trail = ctx.trail()?;
    let mutation = ctx.item.node.name.node.as_str();
    let by = Acting { viewer: ctx.viewer()?, now: ctx.clock()?.now() };
    let given = input.to_value();
    if let Some(field) = unkeepable(&given) {
        let message = "A text holds the character U+0000, which cannot be kept; leave it out.";
        return Ok(Outcome::refused(vec![UserError::invalid(&field, message)]));
    }
    let key = match Key::given::<C>(by.viewer, &given) {
        Ok(key) => key,
        Err(error) => return Ok(Outcome::refused(vec![error])),
    };
    let begun = trail.begins(ctx.item.node.response_key().node.as_str());
    let tx = trail.db().begin().await?;
    if let Some(key) = &key
        && let Some(ids) = key.used_before(&tx).await?
    {
        if ids.is_some() {
            begun.is(Done::Committed);
        }
        return replay::<C>(&tx, &by, ids, trail).await;
    }
    let applied = match by.still_may(&tx).await {
        Ok(()) => input.apply(&tx, &by).await,
        Err(refusal) => Err(refusal),
    };
    match applied {
        Ok(changed) => {
            if let Some(key) = key {
                key.remember(&tx, by.now, &changed.ids()).await?;
            }
            // A row that was just written comes back whole. It must be shown as its writer may read it.
            let changed = match C::Changed::is_masked_for(by.viewer) {
                true => C::Changed::reread(&tx, by.viewer, &changed.ids()).await?,
                false => Some(changed),
            };
            // Whoever wrote rows is shown them, and the entry of the change says both.
            let changed = if tx.written().is_empty() { shown(changed, trail) } else { changed };
            let entry = Entry::of(by.viewer, AuditKind::Write, mutation, trail.request_id(), by.now);
            let committed = audit::commit(tx, entry).await;
            begun.is(match &committed {
                Ok(()) => Done::Committed,
                // It may have been the answer that was lost.
                Err(Error::Unavailable(_)) => Done::Unknown,
                Err(_) => Done::NotCommitted,
            });
            committed?;
            Ok(Outcome { changed, user_errors: Vec::new() })
        }
        Err(Refusal::Outcome(errors)) => {
            if let Some(subjects) = out_of_reach(&given, &errors) {
                trail.refused(mutation, subjects);
            }
            Ok(Outcome::refused(errors))
        }
        Err(Refusal::Stale(id)) => {
            let current = shown(C::Changed::reread(&tx, by.viewer, &[id]).await?, trail);
            let message = "It was changed since you read it. Look at it as it is now, and try again with its version.";
            let stale = UserError::new(UserErrorCode::Stale, "expectedVersion", message);
            Ok(Outcome { changed: current, user_errors: vec![stale] })
        }
        Err(Refusal::Fault(error)) => Err(error),
    }
}

/// Notes the rows that a viewer is shown without having written them just now.
fn shown<C: Changed>(rows: Option<C>, trail: &Trail) -> Option<C> {
    rows.inspect(|rows| rows.show_to(trail.db().witness()))
}

async fn replay<C: Change>(
    tx: &Tx,
    by: &Acting<'_>,
    ids: Option<Vec<Uuid>>,
    trail: &Trail,
) -> Result<Outcome<C::Changed>> {
    let Some(ids) = ids else {
        let message = "This key was used before for another input. Use a new key for each new change.";
        return Ok(Outcome::refused(vec![UserError::new(
            UserErrorCode::IdempotencyConflict,
            "idempotencyKey",
            message,
        )]));
    };
    let changed = shown(C::Changed::reread(tx, by.viewer, &ids).await?, trail);
    Ok(Outcome { changed, user_errors: Vec::new() })
}

/// The path of a text with U+0000 in it, which PostgreSQL would refuse. This is checked on both databases alike and
/// here for all inputs, so that no mutation has to think of it.
fn unkeepable(value: &Value) -> Option<String> {
    let below = |name: String, value: &Value| {
        let path = unkeepable(value)?;
        Some(if path.is_empty() { name } else { format!("{name}.{path}") })
    };
    match value {
        Value::String(text) => text.contains('\0').then(String::new),
        Value::List(items) => items.iter().enumerate().find_map(|(at, item)| below(at.to_string(), item)),
        Value::Object(fields) => fields.iter().find_map(|(name, value)| below(name.to_string(), value)),
        _ => None,
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
    ($(#[$doc:meta])* $name:ident { $(#[$fdoc:meta])* $field:ident: ($object:ty) }) => {
        $crate::graphql::payload!(@ $(#[$doc])* $name, $(#[$fdoc])* $field, $crate::graphql::Ref<$object>);
        impl From<$crate::graphql::Outcome<$crate::graphql::Removed<<$object as $crate::graphql::Wraps>::Entity>>> for $name {
            fn from(outcome: $crate::graphql::Outcome<$crate::graphql::Removed<<$object as $crate::graphql::Wraps>::Entity>>) -> Self {
                Self { $field: outcome.changed.map(|removed| removed.id.into()), user_errors: outcome.user_errors }
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
            /// Null where it was not done; and, though it was, where your client application may not read it.
            pub $field: Option<$type>,
            /// What kept it from being done; empty if it was done.
            pub user_errors: Vec<$crate::graphql::UserError>,
        }
    };
}
pub(crate) use payload;

/// Declares the field of a mutation whose input is a [`Change`], and its payload: the name of the
/// changed object and its type, `[Type]` where there may be several, `(Type)` where its id is all that is left of it.
macro_rules! mutation {
    ($($(#[$doc:meta])* $field_type:ident { $field:ident: $input:ty => $payload:ident { $object:ident: $type:tt, $told:literal } })+) => {$(
        $crate::graphql::payload! {
            #[doc = concat!("What came of a `", stringify!($input), "`.")]
            $payload { #[doc = $told] $object: $type }
        }

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
    )+};
}
pub(crate) use mutation;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_named_in_words() {
        assert_eq!(in_words("AcademicYear"), "academic year");
        assert_eq!(in_words("Pupil"), "pupil");
    }

    #[test]
    fn a_text_that_cannot_be_kept_is_found_wherever_it_is() {
        let value = Value::from_json(serde_json::json!({ "a": 1, "grades": [{ "code": "A" }, { "code": "B\0" }] }));
        assert_eq!(value.ok().and_then(|value| unkeepable(&value)), Some("grades.1.code".to_owned()));
        assert_eq!(unkeepable(&Value::String("sound".to_owned())), None);
    }
}
