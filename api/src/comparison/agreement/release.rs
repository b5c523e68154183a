//! Which rows may be shown to those who may not see the pupils: decided once for the whole lattice,
//! on the counts alone.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use moka::sync::Cache;
use plumbline_entity::{judgement_cell::GroupAttribute, year_group::YearGroup};
use uuid::Uuid;

use super::keys::{Dimensions, Level, RowKey};
use super::store::Counted;
use crate::{
    disclosure::{BaseRow, Geography, Lattice, ProtectedLattice, Release},
    error::{Error, Result},
};

/// Decisions that were made, by the counts they were made on. Deciding takes about half a second
/// for 100 schools; the same counts give the same decision, so it is made once.
#[derive(Clone)]
pub struct Releases {
    decided: Cache<Counts, Arc<ProtectedLattice>>,
}

impl Default for Releases {
    fn default() -> Self {
        Self { decided: Cache::new(32) }
    }
}

/// The counts of a lattice, in full: a digest alone might, however rarely, take one for another.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Counts {
    threshold: u32,
    rows: Arc<Vec<BaseRow>>,
}

impl Hash for Counts {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.threshold.hash(state);
        self.rows.hash(state);
    }
}

/// The lattice of an answer: places and groups by number, as disclosure control knows them.
pub(super) struct Decision {
    protected: Arc<ProtectedLattice>,
    schools: Vec<Uuid>,
    classes: Vec<Uuid>,
    phases: Vec<Option<Uuid>>,
    values: Vec<(GroupAttribute, String)>,
}

/// Numbers the distinct values of something, in their order.
fn numbered<T: Ord>(values: impl Iterator<Item = T>) -> Vec<T> {
    values.collect::<BTreeSet<T>>().into_iter().collect()
}

impl Releases {
    /// Decides what is shown of a lattice.
    ///
    /// # Errors
    /// The counts contradict themselves: then nothing may be answered from them.
    pub(super) async fn decide(
        &self,
        counts: &[Counted],
        phase_of: &BTreeMap<YearGroup, Uuid>,
        threshold: u32,
    ) -> Result<Decision> {
        let schools = numbered(counts.iter().map(|row| row.school_id));
        let classes = numbered(counts.iter().map(|row| row.class_id));
        let phases = numbered(counts.iter().map(|row| phase_of.get(&row.year_group).copied()));
        let values = numbered(counts.iter().map(|row| (row.attribute, row.group_value.clone())));
        let place = |found: Result<usize, usize>| found.map_err(|_| Error::internal("a place without a number"));
        let mut rows = Vec::with_capacity(counts.len());
        for row in counts {
            let key = (row.attribute, row.group_value.clone());
            rows.push(BaseRow {
                school: place(schools.binary_search(&row.school_id))?,
                phase: place(phases.binary_search(&phase_of.get(&row.year_group).copied()))?,
                year_group: usize::try_from(row.year_group.number() + 2).map_err(Error::internal)?,
                class: place(classes.binary_search(&row.class_id))?,
                attribute: (row.attribute != GroupAttribute::All).then_some(row.attribute as usize),
                value: place(values.binary_search(&key))?,
                count: u32::try_from(row.pupils).map_err(Error::internal)?,
            });
        }
        rows.sort_unstable();
        let protected = self.protect(Counts { threshold, rows: Arc::new(rows) }).await?;
        Ok(Decision { protected, schools, classes, phases, values })
    }

    async fn protect(&self, counts: Counts) -> Result<Arc<ProtectedLattice>> {
        if let Some(decided) = self.decided.get(&counts) {
            return Ok(decided);
        }
        let (rows, threshold) = (Arc::clone(&counts.rows), counts.threshold);
        // It takes a core for as long as it lasts: not on a thread that answers requests.
        let protecting =
            tokio::task::spawn_blocking(move || Lattice::new(&rows).map(|lattice| lattice.protect(threshold)));
        let protected = Arc::new(protecting.await.map_err(Error::internal)?.map_err(Error::internal)?);
        self.decided.insert(counts, Arc::clone(&protected));
        Ok(protected)
    }
}

impl Decision {
    /// All rows of a level that there are, with what may be said of each; rows that count nobody and
    /// may be shown are left out.
    pub(super) fn rows(&self, dimensions: Dimensions) -> BTreeMap<RowKey, Release> {
        let lattice = self.protected.lattice();
        let rows = lattice.keys().filter_map(|(geography, group)| {
            let value = match group {
                None => None,
                Some((_, value)) => Some(self.values.get(value)?),
            };
            let attribute = value.map_or(GroupAttribute::All, |(attribute, _)| *attribute);
            if level_of(geography) != dimensions.level || attribute != dimensions.attribute {
                return None;
            }
            let release = self.protected.release(geography, group)?;
            if release.is_shown() && self.protected.shown_count(geography, group) == Some(0) {
                return None;
            }
            Some((self.key(geography, value.map(|(_, value)| value.clone()))?, release))
        });
        rows.collect()
    }

    /// The count of the whole lattice, where it may be shown.
    pub(super) fn total(&self) -> Option<u32> {
        self.protected.shown_count(Geography::Trust, None)
    }

    fn key(&self, geography: Geography, group: Option<String>) -> Option<RowKey> {
        let mut key = RowKey { school: None, phase: None, year_group: None, class: None, group };
        let year = |number: usize| YearGroup::from_number(i16::try_from(number).ok()? - 2);
        match geography {
            Geography::Trust => {}
            Geography::School(school) => key.school = Some(*self.schools.get(school)?),
            Geography::Phase(phase) => key.phase = *self.phases.get(phase)?,
            Geography::YearGroup(year_group) => key.year_group = Some(year(year_group)?),
            Geography::SchoolPhase { school, phase } => {
                (key.school, key.phase) = (Some(*self.schools.get(school)?), *self.phases.get(phase)?);
            }
            Geography::SchoolYear { school, year_group } => {
                (key.school, key.year_group) = (Some(*self.schools.get(school)?), Some(year(year_group)?));
            }
            Geography::Class { school, class } => {
                (key.school, key.class) = (Some(*self.schools.get(school)?), Some(*self.classes.get(class)?));
            }
            Geography::ClassYear { school, class, year_group } => {
                (key.school, key.class) = (Some(*self.schools.get(school)?), Some(*self.classes.get(class)?));
                key.year_group = Some(year(year_group)?);
            }
        }
        Some(key)
    }
}

const fn level_of(geography: Geography) -> Level {
    match geography {
        Geography::Trust => Level::Trust,
        Geography::School(_) => Level::School,
        Geography::Phase(_) => Level::Phase,
        Geography::YearGroup(_) => Level::YearGroup,
        Geography::SchoolPhase { .. } => Level::SchoolPhase,
        Geography::SchoolYear { .. } => Level::SchoolYear,
        Geography::Class { .. } => Level::Class,
        Geography::ClassYear { .. } => Level::ClassYear,
    }
}
