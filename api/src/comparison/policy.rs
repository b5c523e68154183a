//! Who may see which cells, and published outcomes.

use plumbline_entity::{
    agreement_cell, appointment::Role, client_application::ClientScope, judgement_cell, judgement_cell::GroupAttribute,
    published_outcome,
};
use sea_orm::{ColumnTrait, Condition};

use crate::{
    auth::Viewer,
    db::{Area, Place, Policy, nothing},
    moderation::policy::{in_the_subject, released},
    organisation::policy::of_the_phase,
};

/// Whether the viewer compares all schools of the trust: then under disclosure control. Never through a
/// client application that is kept to some schools: what may be shown is decided on all of them, and a
/// part of them that anybody could choose would tell what the whole withholds.
#[must_use]
pub fn sees_whole_trust(viewer: &Viewer) -> bool {
    let compares = viewer.is(Role::TrustAnalyst) || viewer.is(Role::TrustLead);
    compares
        && viewer.client_application().is_none_or(|client| client.schools.is_none() && client.has(ClientScope::Compare))
}

/// What a client application leaves of comparisons: of its schools alone, and nothing where it was
/// registered for something else.
fn through_client(viewer: &Viewer, school: impl ColumnTrait) -> Condition {
    match viewer.client_application() {
        None => Condition::all(),
        Some(client) if !client.has(ClientScope::Compare) => nothing(),
        Some(client) => match &client.schools {
            None => Condition::all(),
            Some(schools) => Condition::all().add(school.is_in(schools.iter().copied())),
        },
    }
}

impl Policy for judgement_cell::Entity {
    fn area() -> Area<judgement_cell::Column> {
        Area::Comparison
    }

    /// All of the trust for its analysts and leads; one's school for a senior leader, one's phase or
    /// subject in it for who leads that; one's classes for a class teacher.
    fn readable(viewer: &Viewer) -> Condition {
        use judgement_cell::Column as C;
        let mut cells = nothing()
            .add(C::SchoolId.is_in(viewer.schools_as(Role::SeniorLeader)))
            .add(C::ClassId.is_in(viewer.classes()));
        for led in viewer.held(Role::PhaseLeader) {
            cells = cells.add(of_the_phase(led, C::SchoolId, C::YearGroup));
        }
        for led in viewer.held(Role::SubjectLeader) {
            let subject = Condition::all().add(C::SchoolId.eq(led.school)).add(C::SubjectId.eq(led.subject));
            cells = cells.add(subject.add(not_split(C::Attribute)));
        }
        if sees_whole_trust(viewer) {
            cells = cells.add(judgement_cell::Column::TrustId.eq(viewer.trust()));
        }
        cells
    }

    fn writable(_: &Viewer, _: &Place) -> bool {
        false
    }
}

/// Counts that are not split by pupil group: a subject leader does not see who belongs to which.
fn not_split(attribute: impl ColumnTrait) -> Condition {
    Condition::all().add(attribute.eq(GroupAttribute::All))
}

/// Where something moderated lies: the columns of a table that say so.
#[derive(Clone, Copy, Debug)]
pub struct ModeratedAt<C> {
    /// The school.
    pub school: C,
    /// The class.
    pub class: C,
    /// The year group.
    pub year_group: C,
    /// The exercise.
    pub exercise: C,
}

/// What is moderated in the school, phase or subject that one leads or the classes that one teaches,
/// once it is released. `for_subject` narrows what a subject leader sees further. What hangs on it is
/// counted past its own scope, so what a client application takes away is taken away here.
pub fn within_own<C: ColumnTrait>(viewer: &Viewer, at: ModeratedAt<C>, for_subject: &Condition) -> Condition {
    let mut own =
        nothing().add(at.school.is_in(viewer.schools_as(Role::SeniorLeader))).add(at.class.is_in(viewer.classes()));
    for led in viewer.held(Role::PhaseLeader) {
        own = own.add(of_the_phase(led, at.school, at.year_group));
    }
    for led in viewer.held(Role::SubjectLeader) {
        let subject = Condition::all().add(at.school.eq(led.school)).add(in_the_subject(viewer, led, at.exercise));
        own = own.add(subject.add(for_subject.clone()));
    }
    let released = at.exercise.in_subquery(released(viewer));
    Condition::all().add(own).add(released).add(through_client(viewer, at.school))
}

impl Policy for agreement_cell::Entity {
    fn area() -> Area<agreement_cell::Column> {
        Area::Comparison
    }

    /// As the judgements' cells; in schools only once the exercise is released.
    fn readable(viewer: &Viewer) -> Condition {
        use agreement_cell::Column as C;
        let at =
            ModeratedAt { school: C::SchoolId, class: C::ClassId, year_group: C::YearGroup, exercise: C::ExerciseId };
        let mut cells = nothing().add(within_own(viewer, at, &not_split(C::Attribute)));
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
    fn area() -> Area<published_outcome::Column> {
        Area::Frame
    }

    fn readable(viewer: &Viewer) -> Condition {
        if viewer.belongs() { Condition::all() } else { nothing() }
    }

    fn writable(_: &Viewer, _: &Place) -> bool {
        false
    }
}
