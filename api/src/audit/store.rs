//! Writing entries and reading them back in their order.

use chrono::{DateTime, Utc};
use plumbline_entity::{
    audit_entry::{self, Model},
    audit_segment,
};
use sea_orm::sea_query::Value;
use sea_orm::{ActiveEnum, FromQueryResult, Order};

use super::Entry;
use super::chain::{BEGINNING, Hash, Walk};
use super::verify::Anchor;
use crate::{
    db::{AuditChain, Db, Read, Reason, Tx},
    error::{Error, Result},
};

/// Commits what a transaction wrote together with the entry that says who did it: both or neither. The entry also
/// names the rows that were written, if there are any.
///
/// # Errors
/// The database could not; then nothing was changed and nothing recorded.
pub async fn commit(tx: Tx, entry: Entry) -> Result<()> {
    // The chain comes last: everybody else waits for the transaction that holds it.
    tx.settle().await?;
    let written = tx.written();
    let entry = if written.is_empty() { entry } else { entry.about(written) };
    append(&tx, vec![entry]).await?;
    tx.commit().await
}

/// Commits entries alone.
pub(super) async fn keep(db: &Db, entries: Vec<Entry>) -> Result<()> {
    let tx = db.begin_for_audit().await?;
    append(&tx, entries).await?;
    tx.commit().await
}

/// Adds entries at the end of the chain. Until the transaction ends, nobody else can add any.
async fn append(tx: &Tx, entries: Vec<Entry>) -> Result<()> {
    tx.is_being_recorded();
    hold_the_chain(tx).await?;
    let (mut sequence, mut hash) = end(tx).await?;
    let mut rows = Vec::with_capacity(entries.len());
    for entry in entries {
        sequence += 1;
        let (row, next) = entry.into_row(sequence, &hash);
        hash = next;
        rows.push(row);
    }
    for chunk in rows.chunks(ROWS_PER_STATEMENT) {
        tx.run(&statement(chunk.len()), chunk.iter().flat_map(values)).await?;
    }
    Ok(())
}

/// Only one transaction at a time holds the chain. SQLite has one writer anyway. A transaction that cannot get the
/// chain fails in time for its caller to be answered. One that holds the chain and is gone loses it.
async fn hold_the_chain(tx: &Tx) -> Result<()> {
    if tx.is_postgres() {
        let sql = "SELECT set_config('lock_timeout', '5s', true),
                   set_config('idle_in_transaction_session_timeout', '10s', true),
                   pg_advisory_xact_lock(hashtextextended('plumbline audit', 0))";
        tx.run(sql, []).await?;
    }
    Ok(())
}

/// The place and hash of the last entry.
async fn end(tx: &Tx) -> Result<(i64, Hash)> {
    #[derive(FromQueryResult)]
    struct End {
        sequence: i64,
        hash: Vec<u8>,
    }
    let ends: Vec<End> = tx.select("SELECT sequence, hash FROM audit_entry ORDER BY sequence DESC LIMIT 1", []).await?;
    let ends = if ends.is_empty() {
        let last = "SELECT last_sequence AS sequence, hash FROM audit_segment ORDER BY last_sequence DESC LIMIT 1";
        tx.select(last, []).await?
    } else {
        ends
    };
    let Some(End { sequence, hash }) = ends.into_iter().next() else { return Ok((0, BEGINNING)) };
    let hash = hash.try_into().map_err(|_| Error::internal("the last entry of the audit has no hash"))?;
    Ok((sequence, hash))
}

/// The end of the last segment, from which the chain goes on.
pub(super) async fn last_segment(db: &Db) -> Result<Option<Walk>> {
    let last = AuditChain
        .of::<audit_segment::Entity>()
        .rows()
        .order_by(audit_segment::Column::LastSequence, Order::Desc)
        .limit(1);
    let Some(last) = db.one(last).await? else { return Ok(None) };
    let hash = last.hash.try_into().map_err(|_| Error::internal("a segment of the audit has no hash"))?;
    Ok(Some(Walk { sequence: last.last_sequence, hash }))
}

/// Has the entries of a segment leave the database. It refuses to let go of any that no segment has.
pub(super) async fn leave(tx: &Tx, (first, end): (i64, &Anchor), file: &str, now: DateTime<Utc>) -> Result<()> {
    hold_the_chain(tx).await?;
    let sql = "INSERT INTO audit_segment (id, first_sequence, last_sequence, hash, file, archived_at)
               VALUES ($1, $2, $3, $4, $5, $6)";
    let id = uuid::Uuid::now_v7();
    let values = [id.into(), first.into(), end.sequence.into(), end.hash.to_vec().into(), file.into(), now.into()];
    tx.run(sql, values).await?;
    let gone = tx.run("DELETE FROM audit_entry WHERE sequence <= $1", [end.sequence.into()]).await?;
    match i64::try_from(gone) {
        Ok(gone) if gone == end.sequence - first + 1 => Ok(()),
        _ => Err(Error::internal("other entries would leave the audit than the segment has")),
    }
}

/// Few enough rows that the database keeps a prepared statement for each number of them.
const ROWS_PER_STATEMENT: usize = 32;

const COLUMNS: [&str; 13] = [
    "id",
    "sequence",
    "at",
    "kind",
    "trust_id",
    "staff_member_id",
    "client_id",
    "operation",
    "request_id",
    "grant_ids",
    "occurrences",
    "subjects",
    "hash",
];

/// Plain SQL, for two reasons. Entries belong to several trusts or to none, so no permit covers them. And the builder
/// of the ORM took longer than the statement itself.
fn statement(rows: usize) -> String {
    let mut sql = format!("INSERT INTO audit_entry ({}) VALUES ", COLUMNS.join(", "));
    for row in 0..rows {
        let places: Vec<String> = (1..=COLUMNS.len()).map(|at| format!("${}", row * COLUMNS.len() + at)).collect();
        sql += &format!("{}({})", if row == 0 { "" } else { ", " }, places.join(", "));
    }
    sql
}

fn values(row: &Model) -> [Value; COLUMNS.len()] {
    [
        row.id.into(),
        row.sequence.into(),
        row.at.into(),
        row.kind.to_value().into(),
        row.trust_id.into(),
        row.staff_member_id.into(),
        row.client_id.into(),
        row.operation.as_str().into(),
        row.request_id.as_str().into(),
        row.grant_ids.clone().into(),
        row.occurrences.into(),
        row.subjects.clone().into(),
        row.hash.clone().into(),
    ]
}

/// The entries after a place in the chain, at most `limit`, of all trusts.
pub(super) async fn after(db: &Db, sequence: i64, limit: u64) -> Result<Vec<Model>> {
    let rows = AuditChain
        .of::<audit_entry::Entity>()
        .filter(audit_entry::COLUMN.sequence.gt(sequence))
        .rows()
        .order_by(audit_entry::Column::Sequence, Order::Asc)
        .limit(limit);
    db.all(rows).await
}
