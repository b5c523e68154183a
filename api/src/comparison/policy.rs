//! Who may see which cells, and published outcomes.

use plumbline_entity::{agreement_cell, appointment::Role, judgement_cell, published_outcome};
use sea_orm::{ColumnTrait, Condition};

use crate::{
    auth::Viewer,
    db::{Place, Policy, nothing},
    moderation::policy::released,
};

/// Whether the viewer compares all schools of the trust: then under disclosure control.
#[must_use]
pub fn sees_whole_trust(viewer: &Viewer) -> bool {
    viewer.is(Role::TrustAnalyst) || viewer.is(Role::TrustLead)
}

impl Policy for judgement_cell::Entity {
    /// All of the trust for its analysts and leads; one's school for a senior leader; one's
    /// classes for a class teacher.
    fn readable(viewer: &Viewer) -> Condition {
        let mut cells = nothing()
            .add(judgement_cell::Column::SchoolId.is_in(viewer.schools_as(Role::SeniorLeader)))
            .add(judgement_cell::Column::ClassId.is_in(viewer.classes()));
        if sees_whole_trust(viewer) {
            cells = cells.add(judgement_cell::Column::TrustId.eq(viewer.trust()));
        }
        cells
    }

    fn writable(_: &Viewer, _: &Place) -> bool {
        false
    }
}

/// What is moderated in the school that one leads or the classes that one teaches, once it is released.
pub fn within_own(
    viewer: &Viewer,
    school: impl ColumnTrait,
    class: impl ColumnTrait,
    exercise: impl ColumnTrait,
) -> Condition {
    let own = nothing().add(school.is_in(viewer.schools_as(Role::SeniorLeader))).add(class.is_in(viewer.classes()));
    Condition::all().add(own).add(exercise.in_subquery(released(viewer)))
}

impl Policy for agreement_cell::Entity {
    /// As the judgements' cells; in schools only once the exercise is released.
    fn readable(viewer: &Viewer) -> Condition {
        use agreement_cell::Column as C;
        let mut cells = nothing().add(within_own(viewer, C::SchoolId, C::ClassId, C::ExerciseId));
        if sees_whole_trust(viewer) {
            cells = cells.add(C::TrustId.eq(viewer.trust()));
        }
        cells
    }

    fn writable(_: &Viewer, _: &Place) -> bool {
        false
    }
}

/// Published figures are public: all who hold an appointment see those of all schools.
impl Policy for published_outcome::Entity {
    fn readable(viewer: &Viewer) -> Condition {
        if viewer.standings().is_empty() { nothing() } else { Condition::all() }
    }

    fn writable(_: &Viewer, _: &Place) -> bool {
        false
    }
}
