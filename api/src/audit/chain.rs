//! The chain: the hash of each entry is made from the one before it. So nobody can change, remove, insert or move an
//! entry without changing all later ones. Pure.

use plumbline_entity::audit_entry::Model;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// SHA-256.
pub type Hash = [u8; 32];

/// What stands before the first entry.
pub const BEGINNING: Hash = [0; 32];

/// The hash of an entry: SHA-256 of the hash before it and of all columns of the entry except its own hash. Texts and
/// bytes are preceded by their length, and optional values by a 0 or a 1, so that no two entries give the same bytes.
#[must_use]
pub fn link(previous: &Hash, row: &Model) -> Hash {
    let mut hasher = Sha256::new();
    let mut sized = |bytes: &[u8]| {
        hasher.update((bytes.len() as u64).to_be_bytes());
        hasher.update(bytes);
    };
    sized(previous);
    sized(&row.sequence.to_be_bytes());
    sized(row.id.as_bytes());
    sized(&row.at.timestamp_micros().to_be_bytes());
    sized(row.kind.code().as_bytes());
    for id in [row.trust_id, row.staff_member_id, row.client_id] {
        sized(id.as_ref().map_or(&[], |id: &Uuid| id.as_bytes().as_slice()));
    }
    sized(row.operation.as_bytes());
    sized(row.request_id.as_bytes());
    sized(&row.grant_ids);
    sized(&row.occurrences.to_be_bytes());
    sized(&row.subjects);
    hasher.finalize().into()
}

/// What is wrong with a chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// There is a gap.
    #[error("entry {from} is missing{}: entry {next} follows on entry {}", up_to(*.from, *.next), .from - 1)]
    Missing {
        /// The first that is missing.
        from: i64,
        /// The one that is there in its stead.
        next: i64,
    },
    /// An entry does not follow on the one before it.
    #[error("entry {sequence} (id {id}) is not what was written: it was changed, put in or moved")]
    Altered {
        /// Its place.
        sequence: i64,
        /// Its id.
        id: Uuid,
    },
}

fn up_to(from: i64, next: i64) -> String {
    if next - from > 1 { format!(", and so on up to entry {}", next - 1) } else { String::new() }
}

/// Walks along a chain.
#[derive(Clone, Debug)]
pub struct Walk {
    /// The place of the last entry that was found good; 0 before the first.
    pub sequence: i64,
    /// Its hash.
    pub hash: Hash,
}

impl Walk {
    /// From the beginning.
    #[must_use]
    pub const fn new() -> Self {
        Self { sequence: 0, hash: BEGINNING }
    }

    /// Goes one entry further.
    ///
    /// # Errors
    /// It does not follow on the last one.
    pub fn step(&mut self, row: &Model) -> Result<(), Broken> {
        let expected = self.sequence + 1;
        if row.sequence > expected {
            return Err(Broken::Missing { from: expected, next: row.sequence });
        }
        let hash = link(&self.hash, row);
        if row.sequence != expected || row.hash != hash {
            return Err(Broken::Altered { sequence: row.sequence, id: row.id });
        }
        (self.sequence, self.hash) = (expected, hash);
        Ok(())
    }
}

impl Default for Walk {
    fn default() -> Self {
        Self::new()
    }
}

/// A hash in hexadecimal.
#[must_use]
pub fn shown(hash: &[u8]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use plumbline_entity::audit_entry::AuditKind;

    use super::*;
    use crate::audit::Entry;

    fn chain(length: i64) -> Vec<Model> {
        let at = DateTime::from_timestamp(1_800_000_000, 123_456_789).unwrap_or_default();
        let mut previous = BEGINNING;
        (1..=length)
            .map(|sequence| {
                let (row, hash) = Entry::at_console(AuditKind::Console, None, "demo", at).into_row(sequence, &previous);
                previous = hash;
                row
            })
            .collect()
    }

    fn walk(rows: &[Model]) -> Result<i64, Broken> {
        let mut walk = Walk::new();
        rows.iter().try_for_each(|row| walk.step(row)).map(|()| walk.sequence)
    }

    #[test]
    fn a_whole_chain_holds_and_any_change_breaks_it_where_it_is() {
        let rows = chain(5);
        assert_eq!(walk(&rows), Ok(5));
        let altered = Err(Broken::Altered { sequence: 3, id: rows[2].id });
        let changes: [fn(&mut Model); 12] = [
            |row| row.id = Uuid::from_u128(7),
            |row| row.at += chrono::Duration::microseconds(1),
            |row| row.kind = AuditKind::Import,
            |row| row.trust_id = Some(Uuid::nil()),
            |row| row.staff_member_id = Some(Uuid::nil()),
            |row| row.client_id = Some(Uuid::nil()),
            |row| row.operation.push('s'),
            |row| row.request_id.push('s'),
            |row| row.grant_ids.push(0),
            |row| row.occurrences += 1,
            |row| row.subjects.push(0),
            |row| row.hash[31] ^= 1,
        ];
        for (at, change) in changes.iter().enumerate() {
            let mut rows = rows.clone();
            change(&mut rows[2]);
            let altered = Err(Broken::Altered { sequence: 3, id: rows[2].id });
            assert_eq!(walk(&rows), altered, "change {at}");
        }
        let mut moved = rows.clone();
        (moved[2].sequence, moved[3].sequence) = (4, 3);
        moved.swap(2, 3);
        assert_eq!(walk(&moved), Err(Broken::Altered { sequence: 3, id: rows[3].id }));
        let mut less = rows.clone();
        less.remove(2);
        assert_eq!(walk(&less), Err(Broken::Missing { from: 3, next: 4 }));
        let mut twice = rows.clone();
        twice.insert(3, rows[2].clone());
        assert_eq!(walk(&twice), altered);
    }

    #[test]
    fn a_none_is_not_a_nil_and_bytes_do_not_move_from_one_column_to_the_next() {
        let mut row = chain(1).remove(0);
        row.operation = "ab".to_owned();
        row.request_id = "c".to_owned();
        let one = link(&BEGINNING, &row);
        row.operation = "a".to_owned();
        row.request_id = "bc".to_owned();
        assert_ne!(link(&BEGINNING, &row), one);
    }
}
