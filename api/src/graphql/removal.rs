//! Removing what was made by mistake, as long as nothing hangs on it. Everything else is ended, superseded or withdrawn.

use std::marker::PhantomData;

use sea_orm::sea_query::IntoCondition;
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use uuid::Uuid;

use super::{Changed, Refusal, UserError, loaders::id_of};
use crate::{
    auth::Viewer,
    db::{Aggregate, Count, Covers, Identified, Permit, Policy, Read as _, Reason as _, Tx, WhatHangsOnIt, Witness},
    error::Result,
};

/// Rows that hang on the row to be removed, and what people call them.
#[derive(Debug)]
pub struct Hanging {
    called: &'static str,
    any: Aggregate<Count>,
}

impl Hanging {
    /// The rows of `E` that fulfil a condition; `called` is their name in the plural.
    pub fn of<E: Policy>(called: &'static str, which: impl IntoCondition) -> Self
    where
        WhatHangsOnIt: Covers<E>,
    {
        Self { called, any: WhatHangsOnIt.of::<E>().filter(which).any() }
    }
}

/// Refuses a change against which something stands, with a message in which `{}` is what that is. It says of which kinds
/// it is, and never how much: whoever removes a year sees none of its judgements.
///
/// # Errors
/// There is such a row: `WRONG_STATE` at `field`. Or the database failed.
pub async fn refuse_hanging(tx: &Tx, field: &str, message: &str, hanging: Vec<Hanging>) -> Result<(), Refusal> {
    let mut found: Vec<&str> = Vec::new();
    for Hanging { called, any } in hanging {
        if !found.contains(&called) && !tx.figures(any).await?.is_empty() {
            found.push(called);
        }
    }
    let Some((last, others)) = found.split_last() else { return Ok(()) };
    let all = if others.is_empty() { (*last).to_owned() } else { format!("{} and {last}", others.join(", ")) };
    Err(UserError::wrong_state(field, message.replace("{}", &all)).telling().into())
}

/// Refuses to remove a row on which something hangs: for one whose own parts go before it.
///
/// # Errors
/// Those of [`refuse_hanging`].
pub async fn refuse_removal(tx: &Tx, field: &str, hanging: Vec<Hanging>) -> Result<(), Refusal> {
    refuse_hanging(tx, field, "It cannot be removed: there are {} that hang on it.", hanging).await
}

/// What a mutation removed: a repeat names it again, though it is not there any more.
#[derive(Clone, Copy, Debug)]
pub struct Removed<E> {
    /// The id by which it was known.
    pub id: Uuid,
    entity: PhantomData<fn() -> E>,
}

impl<E: Identified> Changed for Removed<E> {
    fn ids(&self) -> Vec<Uuid> {
        vec![self.id]
    }

    fn is_masked_for(_: &Viewer) -> bool {
        false
    }

    fn show_to(&self, _: Option<&Witness>) {}

    async fn reread(_: &Tx, _: &Viewer, ids: &[Uuid]) -> Result<Option<Self>> {
        Ok(ids.first().map(|id| Self { id: *id, entity: PhantomData }))
    }
}

/// Removes a row that the caller read to change it, unless something hangs on it.
///
/// # Errors
/// Those of [`refuse_hanging`], or a permit for another place.
pub async fn remove<E, A>(
    tx: &Tx,
    permit: &Permit<E>,
    row: E::Model,
    field: &str,
    hanging: Vec<Hanging>,
) -> Result<Removed<E>, Refusal>
where
    E: Identified<ActiveModel = A, Model: IntoActiveModel<A>>,
    A: ActiveModelTrait<Entity = E> + Send,
{
    refuse_removal(tx, field, hanging).await?;
    tx.erase(permit, std::slice::from_ref(&row)).await?;
    Ok(Removed { id: id_of::<E>(&row).unwrap_or_default(), entity: PhantomData })
}

/// Declares the input of `remove…`. Given who may, and what may not hang on it, declares what it does as well. `hangs` lists
/// the columns of other tables that name the row, each with what its rows are called.
///
/// ```text
/// removal! {
///     /// A phase to remove.
///     RemovePhaseInput of phase_id("phaseId"): Phase
///     for |by, _phase| by.may_in_trust();
///     hangs { "appointments": appointment::PhaseId }
/// }
/// ```
macro_rules! removal {
    ($(#[$doc:meta])* $input:ident of $id:ident: $object:ident) => {
        $(#[$doc])*
        #[derive(async_graphql::InputObject)]
        pub struct $input {
            /// Which one.
            $id: $crate::graphql::Ref<$object>,
            /// A key of yours under which a repeat does nothing twice.
            idempotency_key: Option<String>,
        }
    };
    (
        $(#[$doc:meta])* $input:ident of $id:ident($field:literal): $object:ident
        for |$by:ident, $row:ident| $leave:expr;
        hangs { $($called:literal: $entity:ident::$column:ident),* $(,)? }
    ) => {
        $crate::graphql::removal! { $(#[$doc])* $input of $id: $object }

        impl $crate::graphql::Change for $input {
            type Changed = $crate::graphql::Removed<<$object as $crate::graphql::Wraps>::Entity>;

            async fn apply(
                self,
                tx: &$crate::db::Tx,
                $by: &$crate::graphql::Acting<'_>,
            ) -> Result<Self::Changed, $crate::graphql::Refusal> {
                let $row = $by.to_change(tx, self.$id, $field).await?;
                let permit: $crate::db::Permit<<$object as $crate::graphql::Wraps>::Entity> = $leave?;
                let hanging = vec![$({
                    use sea_orm::ColumnTrait as _;
                    $crate::graphql::Hanging::of::<$entity::Entity>($called, $entity::Column::$column.eq($row.id))
                }),*];
                $crate::graphql::remove(tx, &permit, $row, $field, hanging).await
            }
        }
    };
}
pub(crate) use removal;
