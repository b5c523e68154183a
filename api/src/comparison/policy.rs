//! Who may see which cells, and published outcomes.

use plumbline_entity::{
    agreement_cell, agreement_edition, agreement_edition_cell, agreement_edition_work, appointment::Role,
    client_application::ClientScope, judgement_cell, judgement_cell::GroupAttribute, published_outcome,
};
use sea_orm::{ColumnTrait, Condition};

use crate::{
    auth::Viewer,
    db::{Area, Place, Policy, Scoped, nothing},
    moderation::policy::{in_the_subject, released},
    organisation::policy::of_the_phase,
};

/// Whether the viewer compares all schools of the trust: then under disclosure control. Never through a
/// client application that is kept to some schools: an edition is protected as a whole, and says nothing
/// exact of a part of it.
#[must_use]
pub fn sees_whole_trust(viewer: &Viewer) -> bool {
    let compares = viewer.is(Role::TrustAnalyst) || viewer.is(Role::TrustLead);
    compares
        && viewer.client_application().is_none_or(|client| client.schools.is_none() && client.has(ClientScope::Compare))
}

/// Whether a grant lets the viewer compare all schools with exact figures, out of disclosure control.
#[must_use]
pub fn sees_exact_figures(viewer: &Viewer) -> bool {
    sees_whole_trust(viewer) && viewer.grants().iter().any(|grant| grant.exact_figures)
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

    /// All of the trust for its analysts and leads by a grant of exact figures; one's school for a senior leader, one's phase or
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
        if sees_exact_figures(viewer) {
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

    /// As the judgements' cells, once the exercise is released.
    fn readable(viewer: &Viewer) -> Condition {
        use agreement_cell::Column as C;
        let at =
            ModeratedAt { school: C::SchoolId, class: C::ClassId, year_group: C::YearGroup, exercise: C::ExerciseId };
        let mut cells = nothing().add(within_own(viewer, at, &not_split(C::Attribute)));
        if sees_exact_figures(viewer) {
            let released = C::ExerciseId.in_subquery(released(viewer));
            cells = cells.add(Condition::all().add(C::TrustId.eq(viewer.trust())).add(released));
        }
        cells
    }

    fn writable(_: &Viewer, _: &Place) -> bool {
        false
    }
}

/// For those who compare all schools, while the exercise is released.
impl Policy for agreement_edition::Entity {
    fn area() -> Area<agreement_edition::Column> {
        Area::Comparison
    }

    fn readable(viewer: &Viewer) -> Condition {
        use agreement_edition::Column as C;
        if !sees_whole_trust(viewer) {
            return nothing();
        }
        Condition::all().add(C::TrustId.eq(viewer.trust())).add(C::ExerciseId.in_subquery(released(viewer)))
    }

    fn writable(_: &Viewer, _: &Place) -> bool {
        false
    }
}

/// As their edition.
impl Policy for agreement_edition_cell::Entity {
    fn area() -> Area<agreement_edition_cell::Column> {
        Area::Comparison
    }

    fn readable(viewer: &Viewer) -> Condition {
        use agreement_edition_cell::Column as C;
        let editions = Scoped::<agreement_edition::Entity>::of(viewer).ids();
        Condition::all().add(C::TrustId.eq(viewer.trust())).add(C::EditionId.in_subquery(editions))
    }

    fn writable(_: &Viewer, _: &Place) -> bool {
        false
    }
}

/// True grades of works: the service's own, to tell when a next edition is due.
impl Policy for agreement_edition_work::Entity {
    fn area() -> Area<agreement_edition_work::Column> {
        Area::Service
    }

    fn readable(_: &Viewer) -> Condition {
        nothing()
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
