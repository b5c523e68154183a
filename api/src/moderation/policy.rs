//! Who may see and do what in moderation. Blindness is here: what a moderator reads of a work
//! leads to no pupil and to no first judgement, by any path.

use plumbline_entity::{
    appointment::Role, client_application::ClientScope, judgement, moderation_exercise,
    moderation_exercise::ExerciseState, moderation_outcome, sample_stratum, sampled_work, second_judgement,
};
use sea_orm::{ColumnTrait, Condition, sea_query::SelectStatement};

use crate::{
    auth::{Client, Viewer},
    db::{
        Area, Bounds, Counted, Hold, Location, Policy, Readers, Reason, Scoped, Shown, Side, WhateverAskedThrough,
        readable, tables,
    },
    organisation::holds::{EVERYBODY, PHASE_LEADER, SENIOR_LEADER, SUBJECT_LEADER, TRUST_LEAD},
};

tables!(moderation_exercise, sample_stratum, sampled_work, second_judgement, moderation_outcome);

/// Moderators, in all schools but those where they are appointed.
const MODERATOR: Hold = Hold {
    who: "moderators, in schools where they are not appointed",
    bounds: |viewer| match moderates_blind(viewer) {
        true => vec![Bounds::outside(viewer.trust(), viewer.schools())],
        false => Vec::new(),
    },
    wall: Side::Roles(&[Role::Moderator]),
};

/// Moderators, for what they judged themselves.
const MODERATOR_THEMSELVES: Hold = Hold {
    who: "moderators, their own",
    bounds: |viewer| {
        let own = viewer.staff_member().filter(|_| moderates_blind(viewer));
        own.map(|own| Bounds::own(viewer.trust(), own)).into_iter().collect()
    },
    wall: Side::Own,
};

/// Whether the viewer is a moderator and stays blind by what they ask through: a client application that is kept to some
/// schools would tell of which school each work is, by showing it or not.
fn moderates_blind(viewer: &Viewer) -> bool {
    viewer.is(Role::Moderator) && viewer.client_application().is_none_or(|client| client.schools.is_none())
}

impl Policy for moderation_exercise::Entity {
    fn area() -> Area<moderation_exercise::Column> {
        Area::Frame
    }

    fn location() -> Location<Self> {
        Location::trust(moderation_exercise::Column::TrustId).subject(moderation_exercise::Column::SubjectId)
    }

    fn readers() -> Readers<Self> {
        Readers::of(&[&EVERYBODY])
    }

    fn writers() -> &'static [&'static Hold] {
        &[&TRUST_LEAD]
    }

    fn counted() -> Counted<moderation_exercise::Column> {
        Counted::Groups { by: moderation_exercise::Column::Id, of: &[moderation_exercise::Column::State] }
    }

    /// The seed decides which judgements are drawn: whoever reads it before the draw, and knows the ids of judgements, can
    /// work out the sample. It is not of the frame, as the rest is: a client application needs to be registered for moderation to read it.
    fn hidden(viewer: &Viewer) -> Vec<(moderation_exercise::Column, Shown)> {
        let moderates = |client: &Client| client.has(ClientScope::Moderate) && client.schools.is_none();
        if viewer.is(Role::TrustLead) && viewer.client_application().is_none_or(moderates) {
            return Vec::new();
        }
        let released = moderation_exercise::Column::State.is_in(RELEASED);
        vec![(moderation_exercise::Column::Seed, Shown::Where(Condition::all().add(released)))]
    }
}

/// The states in which an exercise hides nothing more from the schools.
const RELEASED: [ExerciseState; 2] = [ExerciseState::Released, ExerciseState::Closed];

/// The ids of the exercises that are in one of `states`.
fn exercises_in(viewer: &Viewer, states: &[ExerciseState]) -> SelectStatement {
    Scoped::<moderation_exercise::Entity>::of(viewer)
        .filter(moderation_exercise::Column::State.is_in(states.iter().copied()))
        .ids()
}

/// The exercises whose outcomes their schools may see.
#[must_use]
pub fn released(viewer: &Viewer) -> SelectStatement {
    exercises_in(viewer, &RELEASED)
}

/// The strata tell the first grades of small groups: they are for those who run exercises.
impl Policy for sample_stratum::Entity {
    fn area() -> Area<sample_stratum::Column> {
        Area::Moderation
    }

    fn location() -> Location<Self> {
        use sample_stratum::Column as C;
        Location::trust(C::TrustId).school(C::SchoolId).year_group(C::YearGroup)
    }

    fn readers() -> Readers<Self> {
        Readers::of(&[&TRUST_LEAD])
    }

    fn writers() -> &'static [&'static Hold] {
        &[&TRUST_LEAD]
    }

    fn counted() -> Counted<sample_stratum::Column> {
        Counted::Not
    }
}

/// Trust leads see all; moderators the work that is being judged, but never of a school where
/// they are appointed; leaders that of their school, phase or subject once it is released.
impl Policy for sampled_work::Entity {
    fn area() -> Area<sampled_work::Column> {
        Area::Moderation
    }

    fn location() -> Location<Self> {
        use sampled_work::Column as C;
        Location::trust(C::TrustId)
            .school(C::SchoolId)
            .year_group(C::YearGroup)
            .class(C::ClassId)
            .through::<moderation_exercise::Entity>(C::ExerciseId, moderation_exercise::Column::Id)
    }

    fn readers() -> Readers<Self> {
        Readers::of(&[&TRUST_LEAD])
            .or_when(
                |viewer| Condition::all().add(sampled_work::Column::ExerciseId.in_subquery(released(viewer))),
                &[&SENIOR_LEADER, &PHASE_LEADER, &SUBJECT_LEADER],
            )
            .or_when(being_judged, &[&MODERATOR])
    }

    fn writers() -> &'static [&'static Hold] {
        &[&TRUST_LEAD]
    }

    fn counted() -> Counted<sampled_work::Column> {
        Counted::Not
    }
}

/// The works that are being judged, but those whose judgements the viewer can read otherwise: a pupil may have moved into the
/// moderator's own class, judgements and all. Whatever they ask through: what they read elsewhere they know here.
fn being_judged(viewer: &Viewer) -> Condition {
    use sampled_work::Column as C;
    let known = WhateverAskedThrough.of::<judgement::Entity>().filter(readable::<judgement::Entity>(viewer));
    Condition::all()
        .add(C::ExerciseId.in_subquery(exercises_in(viewer, &[ExerciseState::Judging])))
        .add(C::JudgementId.not_in_subquery(known.ids()))
}

/// A moderator's own; all for a trust lead; those of released work for the leaders of its school,
/// phase or subject.
impl Policy for second_judgement::Entity {
    fn area() -> Area<second_judgement::Column> {
        Area::Moderation
    }

    fn location() -> Location<Self> {
        use second_judgement::Column as C;
        Location::trust(C::TrustId)
            .owner(C::ModeratorId)
            .through::<sampled_work::Entity>(C::WorkId, sampled_work::Column::Id)
    }

    fn readers() -> Readers<Self> {
        Readers::of(&[&TRUST_LEAD, &MODERATOR_THEMSELVES]).or_when(
            |viewer| Condition::all().add(second_judgement::Column::ExerciseId.in_subquery(released(viewer))),
            &[&SENIOR_LEADER, &PHASE_LEADER, &SUBJECT_LEADER],
        )
    }

    fn writers() -> &'static [&'static Hold] {
        &[&MODERATOR]
    }

    fn counted() -> Counted<second_judgement::Column> {
        Counted::Rows(&[second_judgement::Column::WorkId])
    }
}

/// All for a trust lead; those of released work for the leaders of its school, phase or subject.
impl Policy for moderation_outcome::Entity {
    fn area() -> Area<moderation_outcome::Column> {
        Area::Moderation
    }

    fn location() -> Location<Self> {
        use moderation_outcome::Column as C;
        Location::trust(C::TrustId).through::<sampled_work::Entity>(C::WorkId, sampled_work::Column::Id)
    }

    fn readers() -> Readers<Self> {
        Readers::of(&[&TRUST_LEAD]).or_when(
            |viewer| Condition::all().add(moderation_outcome::Column::ExerciseId.in_subquery(released(viewer))),
            &[&SENIOR_LEADER, &PHASE_LEADER, &SUBJECT_LEADER],
        )
    }

    fn writers() -> &'static [&'static Hold] {
        &[&TRUST_LEAD]
    }

    fn counted() -> Counted<moderation_outcome::Column> {
        Counted::Rows(&[moderation_outcome::Column::WorkId])
    }
}
