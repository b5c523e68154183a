//! Who may see which cells, and published outcomes.

use plumbline_entity::{
    agreement_cell, agreement_edition, agreement_edition_cell, agreement_edition_work, appointment::Role,
    client_application::ClientScope, judgement_cell, judgement_cell::GroupAttribute, published_outcome, sampled_work,
};
use sea_orm::{ColumnTrait, Condition};

use crate::{
    auth::Viewer,
    db::{
        Area, Bounds, Counted, Hold, Location, Policy as _, Readers, Scoped, Side, Way, kept_by_service, nothing,
        policy, reached, tables,
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

policy! {
    /// All of the trust for its analysts and leads by a grant of exact figures; one's school for a senior leader, one's phase or
    /// subject in it for who leads that; one's classes for a class teacher.
    judgement_cell: Area::Comparison => {
        lies Location::trust(C::TrustId).school(C::SchoolId).subject(C::SubjectId).year_group(C::YearGroup).class(C::ClassId);
        read Readers::of(&[&SENIOR_LEADER, &CLASS_TEACHER, &PHASE_LEADER, &COMPARES_EXACTLY])
            .or_when(|_| not_split(C::Attribute).into(), &[&SUBJECT_LEADER]);
        write [];
        counted Counted::Not;
    }
}

/// Whether there are figures for the viewer of which none is split by pupil group: they lead subjects, and neither teach nor lead anything else.
#[must_use]
pub fn sees_no_groups(viewer: &Viewer) -> bool {
    let holds = |hold: &Hold| !(hold.bounds)(viewer).is_empty();
    holds(&SUBJECT_LEADER) && ![&SENIOR_LEADER, &CLASS_TEACHER, &PHASE_LEADER].into_iter().any(holds)
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

policy! {
    /// As the judgements' cells, once the exercise is released.
    agreement_cell: Area::Comparison => {
        lies Location::trust(C::TrustId).school(C::SchoolId).subject(C::SubjectId).year_group(C::YearGroup).class(C::ClassId);
        read Readers::nobody()
            .or_when(
                |viewer| Way::hanging(C::ExerciseId, released(viewer)),
                &[&SENIOR_LEADER, &CLASS_TEACHER, &PHASE_LEADER, &COMPARES_EXACTLY],
            )
            .or_when(
                |viewer| Way::hanging(C::ExerciseId, released(viewer)).and(not_split(C::Attribute)),
                &[&SUBJECT_LEADER],
            );
        write [];
        counted Counted::Not;
    }
}

policy! {
    /// For those who compare all schools, while the exercise is released.
    agreement_edition: Area::Comparison => {
        lies Location::trust(C::TrustId);
        read Readers::nobody().or_when(
            |viewer| Way::hanging(C::ExerciseId, released(viewer)),
            &[&COMPARES],
        );
        write [];
        counted Counted::Not;
    }
}

policy! {
    /// As their edition.
    agreement_edition_cell: Area::Comparison => {
        lies Location::trust(C::TrustId).school(C::SchoolId).year_group(C::YearGroup).class(C::ClassId);
        read Readers::nobody().or_when(
            |viewer| {
                Way::hanging(C::EditionId, Scoped::<agreement_edition::Entity>::of(viewer).ids())
            },
            &[&COMPARES],
        );
        write [];
        counted Counted::Not;
    }
}

// True grades of works: the service's own, to tell when a next edition is due.
kept_by_service!(agreement_edition_work in TrustId);

policy! {
    /// Published figures are public: all who hold an appointment see those of all schools.
    published_outcome: Area::Frame => {
        lies Location::public();
        read Readers::of(&[&EVERYBODY]);
        write [];
        counted Counted::Not;
    }
}
