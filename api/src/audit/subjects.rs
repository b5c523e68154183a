//! Which rows an entry is about, and how they are kept: ids and names of tables, and nothing else.
//!
//! ```text
//! 1                                  the version of this form
//! then for each group:
//!   1 pupils | 2 rows | 3, 4 as 1, 2 but only how many
//!   number of tables, then each: length, name
//!   of 1, 2: number of ids (4 bytes), then 16 bytes each; of 3, 4: how many (8 bytes)
//! ```
//!
//! Numbers are big-endian. A pupil of whom rows of several tables were read stands here once, with the names of those
//! tables. 50 pupils with their class and judgements take 850 bytes; as JSON they took 5,900.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::db::{By, Notes};

/// The rows that an entry is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subjects(pub Vec<Group>);

/// Rows of some tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Whether `ids` name pupils or the rows themselves.
    pub by: By,
    /// The tables.
    pub tables: Vec<String>,
    /// The ids, sorted.
    pub ids: Vec<Uuid>,
    /// How many rows there were, if there were too many to name.
    pub unnamed: Option<u64>,
}

const VERSION: u8 = 1;

impl From<Notes> for Subjects {
    fn from(notes: Notes) -> Self {
        let mut groups = Vec::new();
        let mut pupils: Vec<(Uuid, u32)> = Vec::new();
        let mut tables: Vec<String> = Vec::new();
        for ((table, by), noted) in notes {
            let tables_of_row = vec![table.to_owned()];
            if noted.ids.is_empty() {
                groups.push(Group { by, tables: tables_of_row, ids: Vec::new(), unnamed: Some(noted.rows) });
            } else if by == By::Pupil && tables.len() < 32 {
                let bit = 1 << tables.len();
                tables.extend(tables_of_row);
                pupils.extend(noted.ids.into_iter().map(|id| (id, bit)));
            } else {
                groups.push(Group { by, tables: tables_of_row, ids: noted.ids, unnamed: None });
            }
        }
        let named = |bits: u32| (0..).zip(&tables).filter(move |(at, _)| bits & (1 << at) != 0);
        for (bits, ids) in by_tables(pupils) {
            let tables = named(bits).map(|(_, table)| table.clone()).collect();
            groups.push(Group { by: By::Pupil, tables, ids, unnamed: None });
        }
        Self(groups)
    }
}

/// Ids by the set of tables that each stands in.
fn by_tables(mut pairs: Vec<(Uuid, u32)>) -> BTreeMap<u32, Vec<Uuid>> {
    pairs.sort_unstable();
    let mut sets: BTreeMap<u32, Vec<Uuid>> = BTreeMap::new();
    for of_one in pairs.chunk_by(|one, next| one.0 == next.0) {
        let bits = of_one.iter().fold(0, |bits, (_, bit)| bits | bit);
        sets.entry(bits).or_default().extend(of_one.first().map(|(id, _)| *id));
    }
    sets
}

impl Subjects {
    /// Rows of some tables, by their own ids.
    #[must_use]
    pub fn rows(tables: BTreeMap<String, Vec<Uuid>>) -> Self {
        let group = |(table, mut ids): (String, Vec<Uuid>)| {
            let by = if table == "pupil" { By::Pupil } else { By::Id };
            ids.sort_unstable();
            ids.dedup();
            Group { by, tables: vec![table], ids, unnamed: None }
        };
        Self(tables.into_iter().map(group).collect())
    }

    /// Whether it is about nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As it is kept.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        if self.is_empty() {
            return Vec::new();
        }
        let mut bytes = vec![VERSION];
        for group in &self.0 {
            let counted = if group.unnamed.is_some() { 2 } else { 0 };
            bytes.push(counted + if group.by == By::Pupil { 1 } else { 2 });
            bytes.push(u8::try_from(group.tables.len()).unwrap_or(u8::MAX));
            for table in group.tables.iter().take(usize::from(u8::MAX)) {
                bytes.push(u8::try_from(table.len()).unwrap_or(u8::MAX));
                bytes.extend(table.bytes().take(usize::from(u8::MAX)));
            }
            if let Some(rows) = group.unnamed {
                bytes.extend(rows.to_be_bytes());
            } else {
                let ids = u32::try_from(group.ids.len()).unwrap_or(u32::MAX);
                bytes.extend(ids.to_be_bytes());
                bytes.extend(group.ids.iter().flat_map(Uuid::as_bytes));
            }
        }
        bytes
    }

    /// Reads what is kept. `None` if it does not have the form above.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let Some((version, mut rest)) = bytes.split_first() else { return Some(Self::default()) };
        if *version != VERSION {
            return None;
        }
        let mut groups = Vec::new();
        while !rest.is_empty() {
            groups.push(group(&mut rest)?);
        }
        Some(Self(groups))
    }
}

fn group(rest: &mut &[u8]) -> Option<Group> {
    let [tag, tables] = take(rest)?;
    let (by, counted) = match tag {
        1 => (By::Pupil, false),
        2 => (By::Id, false),
        3 => (By::Pupil, true),
        4 => (By::Id, true),
        _ => return None,
    };
    let mut group = Group { by, tables: Vec::new(), ids: Vec::new(), unnamed: None };
    for _ in 0..tables {
        let [length] = take(rest)?;
        let (name, after) = rest.split_at_checked(usize::from(length))?;
        *rest = after;
        group.tables.push(String::from_utf8(name.to_vec()).ok()?);
    }
    if counted {
        group.unnamed = Some(u64::from_be_bytes(take(rest)?));
    } else {
        for _ in 0..u32::from_be_bytes(take(rest)?) {
            group.ids.push(Uuid::from_bytes(take(rest)?));
        }
    }
    Some(group)
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::Noted;

    fn noted(ids: &[u128]) -> Noted {
        Noted { ids: ids.iter().map(|id| Uuid::from_u128(*id)).collect(), rows: ids.len() as u64 }
    }

    fn notes() -> Notes {
        Notes::from([
            (("enrolment", By::Pupil), noted(&[1, 2, 3])),
            (("judgement", By::Pupil), noted(&[2, 3])),
            (("pupil", By::Pupil), noted(&[1, 2, 3])),
            (("school", By::Id), noted(&[9])),
            (("appointment", By::Id), Noted { ids: Vec::new(), rows: 20_000 }),
        ])
    }

    #[test]
    fn each_pupil_stands_once_with_all_tables() {
        let subjects = Subjects::from(notes());
        let shown: Vec<(Vec<&str>, usize, Option<u64>)> = subjects
            .0
            .iter()
            .map(|group| (group.tables.iter().map(String::as_str).collect(), group.ids.len(), group.unnamed))
            .collect();
        assert_eq!(
            shown,
            [
                (vec!["appointment"], 0, Some(20_000)),
                (vec!["school"], 1, None),
                (vec!["enrolment", "pupil"], 1, None),
                (vec!["enrolment", "judgement", "pupil"], 2, None),
            ]
        );
    }

    #[test]
    fn what_is_kept_is_read_again_and_nothing_else_is() {
        let subjects = Subjects::from(notes());
        let kept = subjects.encode();
        assert_eq!(Subjects::decode(&kept), Some(subjects));
        assert_eq!(Subjects::decode(&[]), Some(Subjects::default()));
        assert_eq!(Subjects::decode(&[2]), None, "another version");
        for length in 1..kept.len() {
            let cut = Subjects::decode(&kept[..length]);
            assert!(cut.is_none_or(|cut| cut.0.len() < 4), "cut after {length} bytes");
        }
    }
}
