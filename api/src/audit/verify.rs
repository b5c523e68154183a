//! Walking along the whole chain.

use std::fmt;
use std::str::FromStr;

use plumbline_entity::audit_entry::Model;
use serde_json::{Value, json};
use uuid::Uuid;

use super::chain::{Broken, Hash, shown};
use super::{Subjects, segment, store};
use crate::{
    db::{By, Db},
    error::{Error, Result},
};

/// The place and hash of an entry, kept where nobody who can change the database can change them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The place.
    pub sequence: i64,
    /// The hash.
    pub hash: Hash,
}

impl fmt::Display for Anchor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.sequence, shown(&self.hash))
    }
}

impl FromStr for Anchor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = || {
            let (sequence, hash) = text.trim().split_once(':')?;
            let sequence = sequence.parse::<i64>().ok().filter(|sequence| *sequence > 0)?;
            let digits = Some(hash).filter(|hash| hash.len() == 64 && hash.is_ascii())?;
            let mut bytes = Hash::default();
            for (byte, at) in bytes.iter_mut().zip((0..).step_by(2)) {
                *byte = u8::from_str_radix(digits.get(at..at + 2)?, 16).ok()?;
            }
            Some(Self { sequence, hash: bytes })
        };
        read().ok_or_else(|| "give it as `plumbline audit verify` prints it: NUMBER:64 HEXADECIMAL DIGITS".to_owned())
    }
}

/// What is wrong with the audit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    /// The chain is broken.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// The chain is whole, but not the one that was expected.
    #[error("entry {} is not the one that was expected: the audit was written anew from there or from before", .0.sequence)]
    Another(Anchor),
    /// The entry that is expected has left the database.
    #[error("entry {} was archived: give its segment with --segment", .0.sequence)]
    Archived(Anchor),
    /// The chain is whole, but ends before what was expected.
    #[error("the audit ends with entry {end}, but entry {} was expected: entries were deleted at its end", .expected.sequence)]
    Shorter {
        /// The last entry.
        end: i64,
        /// What was expected.
        expected: Anchor,
    },
}

/// A whole chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// How many entries there are in the database.
    pub entries: i64,
    /// The last one that was archived, from which the chain goes on; none where none was.
    pub archived: Option<Anchor>,
    /// The last one; none where there is none.
    pub end: Option<Anchor>,
}

/// Entries that are read at once.
pub(super) const PAGE: u64 = 1_000;

/// Walks along the whole chain, including entries that are added meanwhile. It tells `progress` how many entries were
/// good so far.
///
/// # Errors
/// The database failed. What is wrong with the chain is no error: the first such fault is returned as the
/// [`Finding`].
pub async fn verify(
    db: &Db,
    expected: Option<Anchor>,
    mut progress: impl FnMut(i64),
) -> Result<Result<Verified, Finding>> {
    let mut walk = segment::beginning(db).await?;
    let begins = walk.clone();
    if let Some(expected) = expected.as_ref().filter(|expected| expected.sequence <= begins.sequence) {
        if expected.sequence < begins.sequence {
            return Ok(Err(Finding::Archived(expected.clone())));
        }
        if expected.hash != begins.hash {
            return Ok(Err(Finding::Another(expected.clone())));
        }
    }
    // Starts below 1, because only tampering puts entries there.
    let mut last = i64::MIN;
    loop {
        let rows = store::after(db, last, PAGE).await?;
        for row in &rows {
            if let Err(broken) = walk.step(row) {
                return Ok(Err(broken.into()));
            }
            if let Some(expected) = expected.as_ref().filter(|expected| expected.sequence == row.sequence)
                && expected.hash != walk.hash
            {
                return Ok(Err(Finding::Another(expected.clone())));
            }
        }
        let Some(row) = rows.last() else { break };
        last = row.sequence;
        progress(last);
    }
    if let Some(expected) = expected.filter(|expected| expected.sequence > walk.sequence) {
        return Ok(Err(Finding::Shorter { end: walk.sequence, expected }));
    }
    let end = (walk.sequence > 0).then_some(Anchor { sequence: walk.sequence, hash: walk.hash });
    let archived = (begins.sequence > 0).then_some(Anchor { sequence: begins.sequence, hash: begins.hash });
    Ok(Ok(Verified { entries: walk.sequence - begins.sequence, archived, end }))
}

/// Hands each entry on as a line of JSON, in order.
///
/// # Errors
/// The database failed, or `line` did.
pub async fn export(db: &Db, mut line: impl FnMut(&Value) -> std::io::Result<()>) -> Result<()> {
    let mut last = i64::MIN;
    loop {
        let rows = store::after(db, last, PAGE).await?;
        for row in &rows {
            line(&as_json(row)).map_err(Error::internal)?;
        }
        let Some(row) = rows.last() else { return Ok(()) };
        last = row.sequence;
    }
}

fn as_json(row: &Model) -> Value {
    let subjects = Subjects::decode(&row.subjects).map(|subjects| {
        let group = |group: &super::Group| {
            json!({ "tables": group.tables, if group.by == By::Pupil { "pupils" } else { "ids" }: group.ids,
                    "unnamed": group.unnamed })
        };
        subjects.0.iter().map(group).collect::<Vec<_>>()
    });
    let grants: Vec<Uuid> = row.grant_ids.chunks(16).filter_map(|id| Uuid::from_slice(id).ok()).collect();
    json!({
        "sequence": row.sequence, "id": row.id, "at": row.at, "kind": row.kind, "trust": row.trust_id,
        "staffMember": row.staff_member_id, "client": row.client_id, "operation": row.operation,
        "requestId": row.request_id, "grants": grants, "occurrences": row.occurrences, "subjects": subjects,
        "hash": shown(&row.hash),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_is_read_as_it_is_printed() {
        let anchor = Anchor { sequence: 42, hash: [171; 32] };
        assert_eq!(anchor.to_string().parse(), Ok(anchor));
        let digits = "ab".repeat(32);
        for wrong in ["", "42", &digits, &format!("0:{digits}"), &format!("42:{}", "x".repeat(64)), "42:ab"] {
            assert!(wrong.parse::<Anchor>().is_err(), "{wrong}");
        }
    }
}
