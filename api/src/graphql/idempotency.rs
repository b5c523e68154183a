//! The same key twice does nothing twice.

use async_graphql::Value;
use chrono::{DateTime, Utc};
use plumbline_entity::idempotency_key;
use sea_orm::{ActiveValue::Set, Condition};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Change, UserError};
use crate::{
    auth::Viewer,
    db::{Read, Reason, RepeatedKeys, Tx, kept_by_service, tables},
    error::{Error, Result},
};

/// The key that a caller gave for one change, and the input that came with it.
pub(super) struct Key {
    actor: String,
    trust: Uuid,
    /// The type of the input: each mutation has its own, and it lasts as long as the schema.
    mutation: String,
    key: String,
    request_hash: String,
}

const LONGEST_KEY: usize = 200;

impl Key {
    /// The key in a field `idempotencyKey` of the input, if it has one and it is given.
    pub(super) fn given<C: Change>(viewer: &Viewer, input: &Value) -> Result<Option<Self>, UserError> {
        let Value::Object(fields) = input else {
            return Ok(None);
        };
        let Some(Value::String(key)) = fields.get("idempotencyKey") else {
            return Ok(None);
        };
        if key.is_empty() || key.len() > LONGEST_KEY {
            let message = format!("An idempotency key has 1 to {LONGEST_KEY} bytes; a UUID does well.");
            return Err(UserError::invalid("idempotencyKey", message));
        }
        let request_hash = Sha256::digest(input.to_string().as_bytes());
        Ok(Some(Self {
            actor: viewer.actor(),
            trust: viewer.trust(),
            mutation: C::type_name().into_owned(),
            key: key.to_owned(),
            request_hash: request_hash.iter().map(|byte| format!("{byte:02x}")).collect(),
        }))
    }

    /// `None`: never. `Some(None)`: for another input. `Some(Some(ids))`: for this one.
    pub(super) async fn used_before(&self, tx: &Tx) -> Result<Option<Option<Vec<Uuid>>>> {
        // If two requests come with the same key at once, the second waits and then finds the answer of the first.
        tx.lock(&format!("idempotency {} {} {}", self.actor, self.mutation, self.key)).await?;
        let same = Condition::all()
            .add(idempotency_key::COLUMN.actor.eq(&self.actor))
            .add(idempotency_key::COLUMN.mutation.eq(&self.mutation))
            .add(idempotency_key::COLUMN.key.eq(&self.key));
        let Some(row) = tx.one(RepeatedKeys.of::<idempotency_key::Entity>().filter(same).rows()).await? else {
            return Ok(None);
        };
        if row.request_hash != self.request_hash {
            return Ok(Some(None));
        }
        Ok(Some(Some(serde_json::from_value(row.result).map_err(Error::internal)?)))
    }

    pub(super) async fn remember(self, tx: &Tx, now: DateTime<Utc>, ids: &[Uuid]) -> Result<()> {
        let permit = RepeatedKeys.permit::<idempotency_key::Entity>(self.trust);
        let row = idempotency_key::ActiveModel {
            actor: Set(self.actor),
            mutation: Set(self.mutation),
            key: Set(self.key),
            request_hash: Set(self.request_hash),
            result: Set(serde_json::to_value(ids).map_err(Error::internal)?),
            recorded_at: Set(now),
        };
        tx.insert::<idempotency_key::Entity, _>(&permit, row).await?;
        Ok(())
    }
}

/// How many keys were used before a time.
///
/// # Errors
/// The database failed.
pub async fn keys_before(tx: &Tx, until: DateTime<Utc>) -> Result<u64> {
    let older = RepeatedKeys.of::<idempotency_key::Entity>().filter(idempotency_key::COLUMN.recorded_at.lt(until));
    let counted = tx.figures(older.counted()).await?;
    Ok(counted.first().map_or(0, |found| found.count.unsigned_abs()))
}

/// Forgets the keys that were used before a time. Returns how many they were.
///
/// # Errors
/// The database failed.
pub async fn forget_keys_before(tx: &Tx, until: DateTime<Utc>) -> Result<u64> {
    tx.run("DELETE FROM idempotency_key WHERE recorded_at < $1", [until.into()]).await
}

// Nobody but the mechanism above reads or writes keys.
kept_by_service!(idempotency_key);

tables!(idempotency_key);
