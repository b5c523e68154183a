//! What was committed, as it is told: by ids alone.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::db::Policy;

/// Something that was committed. Holds ids alone, never a value: those who are told read the rows
/// themselves, as far as they may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// What somebody of a trust may see has changed: staff, appointments, grants, client applications.
    Access {
        /// The trust.
        trust: Uuid,
    },
    /// Rows were recorded.
    Recorded {
        /// The table.
        table: Cow<'static, str>,
        /// The trust.
        trust: Uuid,
        /// What all of these rows belong to, which subscribers ask for: a window, a subject, an exercise.
        about: Vec<Uuid>,
        /// The rows, in the order in which they were recorded.
        rows: Vec<Uuid>,
    },
}

/// Where events go on PostgreSQL; channels are a database's own.
pub(in crate::db) const CHANNEL: &str = "plumbline";
/// Rows in one event, so that its payload stays below the 8,000 bytes that PostgreSQL takes.
const MOST_ROWS: usize = 128;
/// What rows may belong to: a payload must stay small.
const MOST_ABOUT: usize = 16;

impl Event {
    /// Rows of `E` that were recorded, and what all of them belong to: in several events, where there
    /// are many.
    #[must_use]
    pub fn recorded<E: Policy>(trust: Uuid, about: &[Uuid], rows: &[Uuid]) -> Vec<Self> {
        debug_assert!(about.len() <= MOST_ABOUT, "an event is about a few things");
        let event = |rows: &[Uuid]| Self::Recorded {
            table: E::default().table_name().to_owned().into(),
            trust,
            about: about.iter().take(MOST_ABOUT).copied().collect(),
            rows: rows.to_vec(),
        };
        rows.chunks(MOST_ROWS).map(event).collect()
    }
}

/// An event as PostgreSQL carries it.
pub(in crate::db) fn payload(event: &Event) -> crate::error::Result<String> {
    serde_json::to_string(event).map_err(crate::error::Error::internal)
}

#[cfg(test)]
mod tests {
    use plumbline_entity::judgement;

    use super::*;

    fn ids(count: usize) -> Vec<Uuid> {
        (0..count).map(|_| Uuid::now_v7()).collect()
    }

    #[test]
    fn the_longest_event_is_one_that_postgresql_carries() {
        let events = Event::recorded::<judgement::Entity>(Uuid::now_v7(), &ids(MOST_ABOUT), &ids(500));
        assert_eq!(events.len(), 4, "128, 128, 128 and 116 rows");
        for event in &events {
            let text = payload(event).unwrap_or_default();
            assert!((1..8_000).contains(&text.len()), "{} bytes", text.len());
            assert_eq!(serde_json::from_str::<Event>(&text).ok().as_ref(), Some(event));
        }
    }

    #[test]
    fn all_rows_are_told_in_their_order() {
        let all = ids(300);
        let events = Event::recorded::<judgement::Entity>(Uuid::now_v7(), &ids(2), &all);
        let told = events.into_iter().flat_map(|event| match event {
            Event::Recorded { rows, table, .. } if table == "judgement" => rows,
            _ => Vec::new(),
        });
        assert_eq!(told.collect::<Vec<_>>(), all);
        assert!(Event::recorded::<judgement::Entity>(Uuid::now_v7(), &[], &[]).is_empty());
    }
}
