//! How a school's own curriculum stands to the trust's: what of it can be compared, and what cannot.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::Object;
use plumbline_entity::{curriculum_version, objective};
use uuid::Uuid;

use super::{
    Objective,
    rules::changes::{Whole, in_sequence},
    types::CurriculumVersion,
};
use crate::graphql::cost::list_size;

/// How a school's own version of a curriculum stands to the trust's.
pub struct CoreComparison {
    core: curriculum_version::Model,
    pairs: Vec<(objective::Model, objective::Model)>,
    own: Vec<objective::Model>,
    missing: Vec<objective::Model>,
}

impl CoreComparison {
    /// Pairs the objectives of a school with those of the trust for which they stand.
    pub(super) fn of(core: curriculum_version::Model, own: &Whole, of_trust: &Whole) -> Self {
        let by_key: BTreeMap<Uuid, &objective::Model> = of_trust.objectives.iter().map(|row| (row.key, row)).collect();
        let stands_for = |row: &objective::Model| row.stands_for.and_then(|key| by_key.get(&key).copied());
        let mut compared = Self { core, pairs: Vec::new(), own: Vec::new(), missing: Vec::new() };
        for row in in_sequence(&own.objectives) {
            match stands_for(row) {
                Some(of_trust) => compared.pairs.push((row.clone(), of_trust.clone())),
                None => compared.own.push(row.clone()),
            }
        }
        let met: BTreeSet<Uuid> = compared.pairs.iter().map(|(_, of_trust)| of_trust.key).collect();
        let missing = in_sequence(&of_trust.objectives).into_iter().filter(|row| !met.contains(&row.key));
        compared.missing = missing.cloned().collect();
        compared
    }
}

/// How a school's own version of a curriculum stands to the trust's.
#[Object]
impl CoreComparison {
    /// The trust's version with which it is compared: its current one.
    async fn version(&self) -> CurriculumVersion {
        CurriculumVersion(self.core.clone())
    }

    /// The school's objectives that stand for one of the trust's: these can be compared between schools.
    #[graphql(directive = list_size::apply(Some(50), None, None))]
    async fn pairs(&self) -> Vec<ObjectivePair> {
        self.pairs.iter().cloned().map(|(own, of_trust)| ObjectivePair { own, of_trust }).collect()
    }

    /// The school's objectives that stand for none of the trust's: these cannot be compared.
    #[graphql(directive = list_size::apply(Some(20), None, None))]
    async fn own_only(&self) -> Vec<Objective> {
        self.own.iter().cloned().map(Objective).collect()
    }

    /// The trust's objectives for which none of the school's stands: what the school teaches of them is not known.
    #[graphql(directive = list_size::apply(Some(20), None, None))]
    async fn core_only(&self) -> Vec<Objective> {
        self.missing.iter().cloned().map(Objective).collect()
    }
}

/// An objective of a school, and the trust's for which it stands.
pub struct ObjectivePair {
    own: objective::Model,
    of_trust: objective::Model,
}

/// An objective of a school, and the trust's for which it stands.
#[Object]
impl ObjectivePair {
    /// The school's.
    async fn own(&self) -> Objective {
        Objective(self.own.clone())
    }

    /// The trust's.
    async fn core(&self) -> Objective {
        Objective(self.of_trust.clone())
    }
}
