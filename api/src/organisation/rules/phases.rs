//! Which phase a year group belongs to.

use std::collections::BTreeMap;

use plumbline_entity::{phase, year_group::YearGroup};
use sea_orm::Iterable as _;
use uuid::Uuid;

/// The phase of each year group: the youngest that spans it.
#[must_use]
pub fn phase_of(phases: &[phase::Model]) -> BTreeMap<YearGroup, Uuid> {
    let mut phases: Vec<&phase::Model> = phases.iter().collect();
    phases.sort_by_key(|phase| (phase.lowest_year_group, phase.highest_year_group, phase.id));
    let spans = |year_group: YearGroup, phase: &phase::Model| {
        (phase.lowest_year_group..=phase.highest_year_group).contains(&year_group)
    };
    let found = YearGroup::iter().filter_map(|year| Some((year, phases.iter().find(|phase| spans(year, phase))?.id)));
    found.collect()
}
