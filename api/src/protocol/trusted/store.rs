//! Trusted documents as they are kept.

use chrono::{DateTime, Utc};
use plumbline_entity::trusted_document as kept;
use sea_orm::ActiveValue::Set;
use sea_orm::{Condition, Order};
use uuid::Uuid;

use super::{Hash, in_hexadecimal};
use crate::db::{Db, Read, Reason, Scoped, TrustedDocuments, kept_by_service, tables};
use crate::error::Result;

/// What came of adding a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// It is new.
    New,
    /// It was revoked, and may be run again.
    Again,
    /// It was there already.
    Before,
}

// Only the mechanism here reads them, for whoever names one; the console writes them.
kept_by_service!(kept in TrustId);

tables!(kept);

fn of(trust: Uuid, condition: Condition) -> Scoped<kept::Entity> {
    TrustedDocuments.of::<kept::Entity>().filter(kept::COLUMN.trust_id.eq(trust)).filter(condition).rows()
}

/// The text with this hash that may be run in a trust; with `only`, of that client alone. It is read past any scope.
/// That gives nothing away: whoever names the hash of a text knows the text.
pub(super) async fn body(db: &Db, trust: Uuid, only: Option<&str>, hash: &str) -> Result<Option<String>> {
    let mut wanted = Condition::all().add(kept::COLUMN.hash.eq(hash)).add(kept::COLUMN.revoked_at.is_null());
    if let Some(client) = only {
        wanted = wanted.add(kept::COLUMN.client.eq(client));
    }
    Ok(db.one(of(trust, wanted)).await?.map(|document| document.body))
}

/// Registers documents of a client: each with its name, text and hash. All or none.
///
/// # Errors
/// The database failed.
pub async fn add(
    db: &Db,
    trust: Uuid,
    client: &str,
    documents: &[(String, String, Hash)],
    now: DateTime<Utc>,
) -> Result<Vec<Added>> {
    let tx = db.begin().await?;
    tx.lock(&format!("trusted documents {trust}")).await?;
    let permit = TrustedDocuments.permit::<kept::Entity>(trust);
    let mut added = Vec::with_capacity(documents.len());
    for (name, body, hash) in documents {
        let hash = in_hexadecimal(hash);
        let same = Condition::all().add(kept::COLUMN.client.eq(client)).add(kept::COLUMN.hash.eq(&hash));
        added.push(match tx.one(of(trust, same).to_change()).await? {
            Some(there) if there.revoked_at.is_none() => Added::Before,
            Some(there) => {
                let changes = kept::ActiveModel { revoked_at: Set(None), ..Default::default() };
                tx.amend::<kept::Entity, _>(&permit, &there, changes).await?;
                Added::Again
            }
            None => {
                let row = kept::ActiveModel {
                    id: Set(Uuid::now_v7()),
                    trust_id: Set(trust),
                    client: Set(client.to_owned()),
                    hash: Set(hash),
                    name: Set(name.clone()),
                    body: Set(body.clone()),
                    added_at: Set(now),
                    revoked_at: Set(None),
                };
                tx.insert::<kept::Entity, _>(&permit, row).await?;
                Added::New
            }
        });
    }
    tx.commit().await?;
    Ok(added)
}

/// All documents of a trust, or of one client, revoked ones too: client by client, oldest first.
///
/// # Errors
/// The database failed.
pub async fn list(db: &Db, trust: Uuid, client: Option<&str>) -> Result<Vec<kept::Model>> {
    let wanted = client.map_or_else(Condition::all, |client| Condition::all().add(kept::COLUMN.client.eq(client)));
    db.all(of(trust, wanted).order_by(kept::Column::Client, Order::Asc).order_by(kept::Column::Id, Order::Asc)).await
}

/// Revokes the document of a client with this hash, or all of them. Returns how many were revoked.
///
/// # Errors
/// The database failed.
pub async fn revoke(db: &Db, trust: Uuid, client: &str, hash: Option<&Hash>, now: DateTime<Utc>) -> Result<usize> {
    let tx = db.begin().await?;
    let mut wanted = Condition::all().add(kept::COLUMN.client.eq(client)).add(kept::COLUMN.revoked_at.is_null());
    if let Some(hash) = hash {
        wanted = wanted.add(kept::COLUMN.hash.eq(in_hexadecimal(hash)));
    }
    let documents = tx.all(of(trust, wanted).to_change()).await?;
    if !documents.is_empty() {
        let permit = TrustedDocuments.permit::<kept::Entity>(trust);
        let changes = kept::ActiveModel { revoked_at: Set(Some(now)), ..Default::default() };
        tx.amend_many::<kept::Entity, _>(&permit, &documents, changes).await?;
    }
    tx.commit().await?;
    Ok(documents.len())
}
