//! Rows of the frame of a trust that all of the trust read: grades, subjects, windows, classes, schools. Every answer names the
//! same few hundred, and they seldom change. So each is kept for a moment instead of being read for every request.
//!
//! They stay within the scope: a row is kept for its trust, as somebody of that trust read it, and is given to those alone
//! whom their holds open the whole trust for that table. They are never older than a second. An instance that commits a
//! change forgets the table at once, so whoever changed something here reads it as it is now.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sea_orm::ModelTrait as _;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use uuid::Uuid;

use super::{Area, Db, Identified, Read as _, Row, Scoped, witness::uuid_in};
use crate::{error::Result, viewer::Viewer};

/// How long a row is kept.
const KEPT_FOR: Duration = Duration::from_secs(1);
/// Most rows that are kept. A trust of 100 schools and six years has 7,000 classes.
const MOST: usize = 20_000;

/// A row: its table, the trust for which it was read, its id.
type Key = (&'static str, Uuid, Uuid);

/// What is kept.
#[derive(Clone, Default)]
pub(super) struct References {
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    /// Counts the changes that were committed. What was read before one may be out of date.
    changes: u64,
    rows: HashMap<Key, (Instant, Arc<dyn Any + Send + Sync>)>,
}

impl References {
    /// Forgets the rows of these tables, which were changed.
    pub(super) fn forget(&self, tables: &[&'static str]) {
        if tables.is_empty() {
            return;
        }
        let mut kept = self.kept();
        kept.changes += 1;
        kept.rows.retain(|(table, ..), _| !tables.contains(table));
    }

    /// The rows that are kept of these ids, and how many changes there were until now.
    fn find<E: Identified<Model: Clone + Send + Sync>>(&self, trust: Uuid, ids: &[Uuid]) -> (Vec<Row<E>>, u64) {
        let (table, now) = (E::default().table_name(), Instant::now());
        let kept = self.kept();
        let found = ids.iter().filter_map(|id| {
            let (read_at, row) = kept.rows.get(&(table, trust, *id))?;
            let fresh = now.duration_since(*read_at) < KEPT_FOR;
            row.downcast_ref::<Row<E>>().filter(|_| fresh).cloned()
        });
        (found.collect(), kept.changes)
    }

    /// Keeps rows that were being read from `read_at` on, unless something was changed since there were so many changes.
    fn keep<E: Identified<Model: Clone + Send + Sync>>(
        &self,
        trust: Uuid,
        rows: &[Row<E>],
        read_at: Instant,
        changes: u64,
    ) {
        let mut kept = self.kept();
        if kept.changes != changes {
            return;
        }
        if kept.rows.len() + rows.len() > MOST {
            kept.rows.clear();
        }
        for row in rows.iter().take(MOST) {
            if let Some(id) = uuid_in(row.get(E::id_column())) {
                kept.rows.insert((E::default().table_name(), trust, id), (read_at, Arc::new(row.clone())));
            }
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Db {
    /// The rows with these ids that exist for a viewer, in no order. Those that all of the trust read may be a second old.
    ///
    /// # Errors
    /// The database failed.
    pub async fn by_ids<E>(&self, viewer: &Viewer, ids: &[Uuid]) -> Result<Vec<Row<E>>>
    where
        E: Identified<Model: Clone + Send + Sync>,
    {
        let rows = |ids: &[Uuid]| {
            let wanted = Expr::col((E::default(), E::id_column())).is_in(ids.iter().copied());
            Scoped::<E>::of(viewer).filter(wanted)
        };
        let frame = matches!(E::area(), Area::Frame) && E::hidden(viewer).is_empty();
        if self.walled || !frame || !E::readers().open_the_trust(viewer) {
            return self.all(rows(ids)).await;
        }
        let (mut found, changes) = self.references.find::<E>(viewer.trust(), ids);
        if found.len() < ids.len() {
            let known: Vec<Uuid> = found.iter().filter_map(|row| uuid_in(row.get(E::id_column()))).collect();
            let missing: Vec<Uuid> = ids.iter().copied().filter(|id| !known.contains(id)).collect();
            let read_at = Instant::now();
            let read = self.all(rows(&missing)).await?;
            self.references.keep::<E>(viewer.trust(), &read, read_at, changes);
            found.extend(read);
        }
        Ok(found)
    }
}
