//! Segments: files with entries that have left the database. Each can be verified by itself, and the chain in the database
//! goes on from the end of the last one.
//!
//! ```text
//! {"segment":1,"first":1,"last":1042,"after":"00…"}      the form, the entries, the hash before the first
//! {"sequence":1,"id":…,"hash":"5f…"}                     each entry, with all of its columns
//! {"end":"1042:5f…"}                                     its end, as `audit verify` prints it
//! ```

use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use plumbline_entity::audit_entry::{AuditKind, Model};
use sea_orm::FromQueryResult;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::chain::{Broken, Hash, Walk, shown};
use super::verify::{Anchor, PAGE};
use super::{Entry, store};
use crate::{
    db::{Db, Tx},
    error::{Error, Result},
};

/// Why a file is no whole segment.
#[derive(Debug, thiserror::Error)]
pub enum Damaged {
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
    /// A line is not as a segment has it.
    #[error("line {0} is not as a segment has it")]
    Line(usize),
    /// The chain in it is broken.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// It does not end where it says that it does.
    #[error("it ends with entry {0}, and not where it says that it does")]
    End(i64),
}

#[derive(Serialize, Deserialize)]
struct Head {
    segment: u32,
    first: i64,
    last: i64,
    after: String,
}

#[derive(Serialize, Deserialize)]
struct Line {
    sequence: i64,
    id: Uuid,
    at: DateTime<Utc>,
    kind: AuditKind,
    trust: Option<Uuid>,
    staff_member: Option<Uuid>,
    client: Option<Uuid>,
    operation: String,
    request_id: String,
    grants: String,
    occurrences: i32,
    subjects: String,
    hash: String,
}

fn bytes(hexadecimal: &str) -> Option<Vec<u8>> {
    let even = hexadecimal.len().is_multiple_of(2) && hexadecimal.is_ascii();
    let pairs = (0..hexadecimal.len()).step_by(2);
    let pair = |at: usize| u8::from_str_radix(hexadecimal.get(at..at + 2)?, 16).ok();
    even.then(|| pairs.map(pair).collect()).flatten()
}

impl Line {
    fn of(row: &Model) -> Self {
        Self {
            sequence: row.sequence,
            id: row.id,
            at: row.at,
            kind: row.kind,
            trust: row.trust_id,
            staff_member: row.staff_member_id,
            client: row.client_id,
            operation: row.operation.clone(),
            request_id: row.request_id.clone(),
            grants: shown(&row.grant_ids),
            occurrences: row.occurrences,
            subjects: shown(&row.subjects),
            hash: shown(&row.hash),
        }
    }

    fn row(self) -> Option<Model> {
        Some(Model {
            id: self.id,
            sequence: self.sequence,
            at: self.at,
            kind: self.kind,
            trust_id: self.trust,
            staff_member_id: self.staff_member,
            client_id: self.client,
            operation: self.operation,
            request_id: self.request_id,
            grant_ids: bytes(&self.grants)?,
            occurrences: self.occurrences,
            subjects: bytes(&self.subjects)?,
            hash: bytes(&self.hash)?,
        })
    }
}

/// Verifies a segment by itself. Returns the hash before its first entry, how many entries there are, and its end.
///
/// # Errors
/// It is not what was written.
pub fn verify_file(file: &Path) -> Result<(Anchor, i64, Anchor), Damaged> {
    let mut lines = BufReader::new(File::open(file)?).lines().enumerate();
    let mut line = || lines.next().map_or(Err(Damaged::Line(0)), |(at, line)| Ok((at + 1, line?)));
    let (_, head) = line()?;
    let head: Head = serde_json::from_str(&head).map_err(|_| Damaged::Line(1))?;
    let after: Hash = bytes(&head.after).and_then(|hash| hash.try_into().ok()).ok_or(Damaged::Line(1))?;
    if head.segment != 1 || head.first < 1 || head.last < head.first {
        return Err(Damaged::Line(1));
    }
    let mut walk = Walk { sequence: head.first - 1, hash: after };
    while walk.sequence < head.last {
        let (at, text) = line()?;
        let row = serde_json::from_str::<Line>(&text).ok().and_then(Line::row).ok_or(Damaged::Line(at))?;
        walk.step(&row)?;
    }
    let end = Anchor { sequence: walk.sequence, hash: walk.hash };
    let (_, last) = line()?;
    let says = serde_json::from_str::<serde_json::Value>(&last).ok();
    let says = says.and_then(|says| says["end"].as_str()?.parse::<Anchor>().ok());
    if says.as_ref() != Some(&end) || lines.next().is_some() {
        return Err(Damaged::End(walk.sequence));
    }
    Ok((Anchor { sequence: head.first - 1, hash: after }, head.last - head.first + 1, end))
}

/// Where the chain in the database begins: after the last segment.
pub(super) async fn beginning(db: &Db) -> Result<Walk> {
    Ok(store::last_segment(db).await?.unwrap_or_default())
}

/// The last entry of those at the beginning of the chain that are all older than a time, and how many they are; `None`
/// where there is none.
///
/// # Errors
/// The database failed.
pub async fn older(tx: &Tx, than: DateTime<Utc>) -> Result<Option<(i64, i64)>> {
    #[derive(FromQueryResult)]
    struct Older {
        last: Option<i64>,
        entries: i64,
    }
    // Those after a younger one stay, even if their clock went wrong: a segment has no gap.
    let sql = "SELECT MAX(sequence) AS last, COUNT(*) AS entries FROM audit_entry WHERE sequence <
               COALESCE((SELECT MIN(sequence) FROM audit_entry WHERE at >= $1), 9223372036854775807)";
    let found: Vec<Older> = tx.select(sql, [than.into()]).await?;
    Ok(found.into_iter().find_map(|older| Some((older.last?, older.entries))))
}

/// Writes the entries up to `last` into a file of `folder`, verifies the file, and has them leave the database. Returns the
/// file.
///
/// # Errors
/// The database or the file failed, or the chain is broken; then no entry has left. A file that was written by then is
/// written anew the next time.
pub async fn archive(db: &Db, last: i64, folder: &Path, now: DateTime<Utc>) -> Result<PathBuf> {
    let begins = beginning(db).await?;
    let first = begins.sequence + 1;
    let name = format!("audit-{first}-{last}.jsonl");
    let (file, half) = (folder.join(&name), folder.join(format!("{name}.part")));
    std::fs::create_dir_all(folder).map_err(Error::internal)?;
    let end = write(db, &half, begins, last).await?;
    std::fs::rename(&half, &file).map_err(Error::internal)?;
    let (_, _, found) = verify_file(&file).map_err(Error::internal)?;
    if found != end {
        return Err(Error::internal("a segment that was just written is another one"));
    }
    let tx = db.begin().await?;
    store::leave(&tx, (first, &end), &name, now).await?;
    store::commit(tx, Entry::at_console(AuditKind::Console, None, "prune audit_entry", now)).await?;
    Ok(file)
}

async fn write(db: &Db, file: &Path, begins: Walk, last: i64) -> Result<Anchor> {
    let mut out = BufWriter::new(File::create(file).map_err(Error::internal)?);
    let mut line = |value: &str| writeln!(out, "{value}").map_err(Error::internal);
    let head = Head { segment: 1, first: begins.sequence + 1, last, after: shown(&begins.hash) };
    line(&serde_json::to_string(&head).map_err(Error::internal)?)?;
    let mut walk = begins;
    while walk.sequence < last {
        let rows = store::after(db, walk.sequence, PAGE).await?;
        if rows.is_empty() {
            return Err(Error::internal("entries vanished while they were being archived"));
        }
        for row in rows.iter().take_while(|row| row.sequence <= last) {
            walk.step(row).map_err(Error::internal)?;
            line(&serde_json::to_string(&Line::of(row)).map_err(Error::internal)?)?;
        }
    }
    let end = Anchor { sequence: walk.sequence, hash: walk.hash };
    line(&json!({ "end": end.to_string() }).to_string())?;
    let file = out.into_inner().map_err(|error| Error::internal(error.into_error()))?;
    file.sync_all().map_err(Error::internal)?;
    Ok(end)
}
