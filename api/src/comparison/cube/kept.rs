//! Answers from editions, which do not change: each is worked out once.

use std::collections::BTreeMap;
use std::hash::Hash;
use std::sync::Arc;

use moka::sync::Cache;
use plumbline_entity::year_group::YearGroup;
use uuid::Uuid;

use super::lattice::Dimensions;
use crate::error::Result;

/// How many answers are kept of each measure.
const KEPT: u64 = 512;

/// Answers `R` of one measure, by what they depend on: an [`AnswerKey`], and what else is asked of the measure (`Q`).
#[derive(Clone)]
pub struct Kept<Q: Eq + Hash + Send + Sync + 'static, R: Send + Sync + 'static> {
    made: Cache<(AnswerKey, Q), Arc<R>>,
}

impl<Q: Eq + Hash + Send + Sync + 'static, R: Send + Sync + 'static> Default for Kept<Q, R> {
    fn default() -> Self {
        Self { made: Cache::new(KEPT) }
    }
}

/// Everything on which an answer of any measure from editions depends. Who asks is not part of it: an edition says the same to
/// everybody.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AnswerKey {
    /// The editions.
    pub editions: Vec<Uuid>,
    /// By what rows are made.
    pub dimensions: Dimensions,
    /// The grades, lowest first.
    pub grades: Vec<Uuid>,
    /// The phase of each year group.
    pub phases: BTreeMap<YearGroup, Uuid>,
    /// The threshold of disclosure control.
    pub threshold: u32,
}

impl<Q: Eq + Hash + Send + Sync + 'static, R: Send + Sync + 'static> Kept<Q, R> {
    /// The kept answer. If there is none, `make` makes it, and it is kept.
    ///
    /// # Errors
    /// Those of `make`. Then nothing is kept.
    pub async fn or_made(&self, key: (AnswerKey, Q), make: impl Future<Output = Result<R>>) -> Result<Arc<R>> {
        if let Some(made) = self.made.get(&key) {
            return Ok(made);
        }
        let made = Arc::new(make.await?);
        self.made.insert(key, Arc::clone(&made));
        Ok(made)
    }
}
