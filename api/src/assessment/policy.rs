//! Who may see and record judgements.

use plumbline_entity::{appointment::Role, assessment_window, framework, grade, judgement};
use sea_orm::{ColumnTrait, Condition};

use crate::{
    auth::Viewer,
    db::{Place, Policy, nothing},
    organisation::policy::{pupils_seen, teaches_or_leads, trust_wide},
};

trust_wide!(framework, grade, assessment_window);

impl Policy for judgement::Entity {
    /// A class teacher sees all judgements of the pupils of their classes, a senior leader those
    /// made in their school. Trust roles see none: they have aggregates.
    fn readable(viewer: &Viewer) -> Condition {
        let mut rows = nothing().add(judgement::Column::SchoolId.is_in(viewer.schools_as(Role::SeniorLeader)));
        if viewer.is(Role::ClassTeacher) {
            rows = rows.add(judgement::Column::PupilId.in_subquery(pupils_seen(viewer)));
        }
        rows
    }

    fn writable(viewer: &Viewer, place: &Place) -> bool {
        teaches_or_leads(viewer, place)
    }
}
