//! Who may see which cells, and published outcomes.

use plumbline_entity::{
    agreement_cell, agreement_edition, agreement_edition_cell, agreement_edition_work, appointment::Role,
    client_application::ClientScope, judgement_cell, judgement_cell::GroupAttribute, published_outcome, sampled_work,
};
use sea_orm::{ColumnTrait, Condition};

use crate::{
    auth::Viewer,
    db::{
        Area, Bounds, Counted, Hold, Location, Policy, Readers, Scoped, Side, kept_by_service, nothing, reached, tables,
    },
    moderation::policy::released,
    organisation::holds::{CLASS_TEACHER, EVERYBODY, PHASE_LEADER, SENIOR_LEADER, SUBJECT_LEADER},
};

tables!(
    judgement_cell,
    agreement_cell,
    agreement_edition,
    agreement_edition_cell,
    agreement_edition_work,
    published_outcome,
);

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

/// Whoever compares all schools of the trust.
const COMPARES: Hold = Hold {
    who: "trust analysts and trust leads, all schools",
    bounds: |viewer| match sees_whole_trust(viewer) {
        true => vec![Bounds::trust(viewer.trust())],
        false => Vec::new(),
    },
    wall: Side::Roles(&[Role::TrustAnalyst, Role::TrustLead]),
};

/// Whoever compares all schools of the trust, and holds a grant of exact figures.
const COMPARES_EXACTLY: Hold = Hold {
    who: "trust analysts and trust leads with a grant of exact figures, all schools",
    bounds: |viewer| match sees_exact_figures(viewer) {
        true => vec![Bounds::trust(viewer.trust())],
        false => Vec::new(),
    },
    wall: Side::Roles(&[Role::TrustAnalyst, Role::TrustLead]),
};

/// All of the trust for its analysts and leads by a grant of exact figures; one's school for a senior leader, one's phase or
/// subject in it for who leads that; one's classes for a class teacher.
impl Policy for judgement_cell::Entity {
    fn area() -> Area<judgement_cell::Column> {
        Area::Comparison
    }

    fn location() -> Location<Self> {
        use judgement_cell::Column as C;
        Location::trust(C::TrustId).school(C::SchoolId).subject(C::SubjectId).year_group(C::YearGroup).class(C::ClassId)
    }

    fn readers() -> Readers<Self> {
        Readers::of(&[&SENIOR_LEADER, &CLASS_TEACHER, &PHASE_LEADER, &COMPARES_EXACTLY])
            .or_when(|_| not_split(judgement_cell::Column::Attribute), &[&SUBJECT_LEADER])
    }

    fn writers() -> &'static [&'static Hold] {
        &[]
    }

    fn counted() -> Counted<judgement_cell::Column> {
        Counted::Not
    }
}

/// Counts that are not split by pupil group: a subject leader does not see who belongs to which.
fn not_split(attribute: impl ColumnTrait) -> Condition {
    Condition::all().add(attribute.eq(GroupAttribute::All))
}

/// The sampled work of released exercises in the school, phase or subject that one leads or the classes that one teaches.
/// For counting past the scope of works, so what a client application takes away is taken away here.
#[must_use]
pub fn own_released_works(viewer: &Viewer) -> Condition {
    let left = match viewer.client_application() {
        None => Condition::all(),
        Some(client) if !client.has(ClientScope::Compare) => nothing(),
        Some(client) => client.schools.as_ref().map_or_else(Condition::all, |schools| {
            sampled_work::Entity::location().within(&Bounds::schools(viewer.trust(), schools.as_slice()))
        }),
    };
    let own =
        reached::<sampled_work::Entity>(viewer, &[&SENIOR_LEADER, &CLASS_TEACHER, &PHASE_LEADER, &SUBJECT_LEADER]);
    Condition::all().add(own).add(sampled_work::Column::ExerciseId.in_subquery(released(viewer))).add(left)
}

/// As the judgements' cells, once the exercise is released.
impl Policy for agreement_cell::Entity {
    fn area() -> Area<agreement_cell::Column> {
        Area::Comparison
    }

    fn location() -> Location<Self> {
        use agreement_cell::Column as C;
        Location::trust(C::TrustId).school(C::SchoolId).subject(C::SubjectId).year_group(C::YearGroup).class(C::ClassId)
    }

    fn readers() -> Readers<Self> {
        use agreement_cell::Column as C;
        Readers::nobody()
            .or_when(
                |viewer| Condition::all().add(C::ExerciseId.in_subquery(released(viewer))),
                &[&SENIOR_LEADER, &CLASS_TEACHER, &PHASE_LEADER, &COMPARES_EXACTLY],
            )
            .or_when(
                |viewer| not_split(C::Attribute).add(C::ExerciseId.in_subquery(released(viewer))),
                &[&SUBJECT_LEADER],
            )
    }

    fn writers() -> &'static [&'static Hold] {
        &[]
    }

    fn counted() -> Counted<agreement_cell::Column> {
        Counted::Not
    }
}

/// For those who compare all schools, while the exercise is released.
impl Policy for agreement_edition::Entity {
    fn area() -> Area<agreement_edition::Column> {
        Area::Comparison
    }

    fn location() -> Location<Self> {
        Location::trust(agreement_edition::Column::TrustId)
    }

    fn readers() -> Readers<Self> {
        Readers::nobody().or_when(
            |viewer| Condition::all().add(agreement_edition::Column::ExerciseId.in_subquery(released(viewer))),
            &[&COMPARES],
        )
    }

    fn writers() -> &'static [&'static Hold] {
        &[]
    }

    fn counted() -> Counted<agreement_edition::Column> {
        Counted::Not
    }
}

/// As their edition.
impl Policy for agreement_edition_cell::Entity {
    fn area() -> Area<agreement_edition_cell::Column> {
        Area::Comparison
    }

    fn location() -> Location<Self> {
        use agreement_edition_cell::Column as C;
        Location::trust(C::TrustId).school(C::SchoolId).year_group(C::YearGroup).class(C::ClassId)
    }

    fn readers() -> Readers<Self> {
        Readers::nobody().or_when(
            |viewer| {
                let editions = Scoped::<agreement_edition::Entity>::of(viewer).ids();
                Condition::all().add(agreement_edition_cell::Column::EditionId.in_subquery(editions))
            },
            &[&COMPARES],
        )
    }

    fn writers() -> &'static [&'static Hold] {
        &[]
    }

    fn counted() -> Counted<agreement_edition_cell::Column> {
        Counted::Not
    }
}

// True grades of works: the service's own, to tell when a next edition is due.
kept_by_service!(agreement_edition_work in TrustId);

/// Published figures are public: all who hold an appointment see those of all schools.
impl Policy for published_outcome::Entity {
    fn area() -> Area<published_outcome::Column> {
        Area::Frame
    }

    fn location() -> Location<Self> {
        Location::public()
    }

    fn readers() -> Readers<Self> {
        Readers::of(&[&EVERYBODY])
    }

    fn writers() -> &'static [&'static Hold] {
        &[]
    }

    fn counted() -> Counted<published_outcome::Column> {
        Counted::Not
    }
}
