//! Who may see and do what in moderation. Moderators are blind, and this file keeps them so: nothing that a moderator
//! reads of a work leads to a pupil or to a first judgement.

use plumbline_entity::{
    appointment::Role, client_application::ClientScope, exercise_step, judgement, moderation_exercise,
    moderation_exercise::ExerciseState, moderation_outcome, sample_stratum, sampled_work, second_judgement,
};
use sea_orm::sea_query::{Expr, ExprTrait as _, SelectStatement};
use sea_orm::{ColumnTrait, Condition};

use crate::{
    auth::{Client, Viewer},
    db::{
        Area, Bounds, Counted, Hold, Location, ReadableIn, Readers, Reason, Scoped, Side, Way, WhateverAskedThrough,
        policy, readable, tables,
    },
    organisation::holds::{EVERYBODY, PHASE_LEADER, SENIOR_LEADER, SUBJECT_LEADER, TRUST_LEAD},
};

tables!(moderation_exercise, exercise_step, sample_stratum, sampled_work, second_judgement, moderation_outcome);

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

/// Whether the viewer is a moderator and also stays blind through the client application that they use. An application
/// that is kept to some schools would reveal the school of each work by showing or hiding it.
fn moderates_blind(viewer: &Viewer) -> bool {
    viewer.is(Role::Moderator) && viewer.client_application().is_none_or(|client| client.schools.is_none())
}

policy! {
    moderation_exercise: Area::Frame => {
        lies Location::trust(C::TrustId).subject(C::SubjectId);
        read Readers::of(&[&EVERYBODY]);
        write [TRUST_LEAD];
        counted Counted::Groups { by: C::Id, of: &[C::State] };
        /// The seed decides which judgements are drawn. Whoever reads the seed before the draw, and knows the ids of
        /// judgements, can work out the sample. The seed is not part of the frame as the other columns are: a client
        /// application reads it only if it is registered for moderation.
        fn hidden(viewer) {
            if runs_exercises(viewer) {
                return Vec::new();
            }
            let released = C::State.is_in(RELEASED);
            vec![(C::Seed, ReadableIn::RowsWhere(Condition::all().add(released)))]

        }
    }
}

/// Whether the viewer runs exercises, and does so also through the client application that they use.
#[must_use]
pub fn runs_exercises(viewer: &Viewer) -> bool {
    let moderates = |client: &Client| client.has(ClientScope::Moderate) && client.schools.is_none();
    viewer.is(Role::TrustLead) && viewer.client_application().is_none_or(moderates)
}

policy! {
    /// Everybody knows how far an exercise has come, and so how it came there.
    exercise_step: Area::Frame => {
        lies Location::trust(C::TrustId).through::<moderation_exercise::Entity>(C::ExerciseId, moderation_exercise::Column::Id);
        read Readers::of(&[&EVERYBODY]);
        write [TRUST_LEAD];
        counted Counted::Not;
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

policy! {
    /// Strata reveal the first grades of small groups. So only those who run exercises read them.
    sample_stratum: Area::Moderation => {
        lies Location::trust(C::TrustId).school(C::SchoolId).year_group(C::YearGroup);
        read Readers::of(&[&TRUST_LEAD]);
        write [TRUST_LEAD];
        counted Counted::Not;
    }
}

policy! {
    /// Trust leads see all works. Moderators see the works that are being judged, but never of a school where they are
    /// appointed. Leaders see the works of their school, phase or subject once the exercise is released.
    sampled_work: Area::Moderation => {
        lies Location::trust(C::TrustId)
            .school(C::SchoolId)
            .year_group(C::YearGroup)
            .class(C::ClassId)
            .through::<moderation_exercise::Entity>(C::ExerciseId, moderation_exercise::Column::Id);
        read Readers::of(&[&TRUST_LEAD])
            .or_when(
                |viewer| Way::hanging(C::ExerciseId, released(viewer)),
                &[&SENIOR_LEADER, &PHASE_LEADER, &SUBJECT_LEADER],
            )
            .or_when(being_judged, &[&MODERATOR]);
        write [TRUST_LEAD];
        counted Counted::Under(&[C::ClassId, C::ExerciseId]);
    }
}

/// The works that are being judged, without those whose judgements the viewer can read elsewhere: a pupil may have
/// moved into the moderator's own class and taken their judgements along. The client application makes no difference:
/// what the viewer reads elsewhere, they know here too.
fn being_judged(viewer: &Viewer) -> Way<sampled_work::Entity> {
    use sampled_work::Column as C;
    // Work by work: all judgements that somebody can read are many.
    let known = WhateverAskedThrough
        .of::<judgement::Entity>()
        .filter(judgement::Column::Id.into_expr().eq(C::JudgementId.into_expr()))
        .filter(readable::<judgement::Entity>(viewer));
    let judging = exercises_in(viewer, &[ExerciseState::Judging]);
    Way::hanging(C::ExerciseId, judging).and(Condition::all().add(Expr::exists(known.ids()).not()))
}

policy! {
    /// Moderators see their own. Trust leads see all. The leaders of a school, phase or subject see those of its
    /// released work.
    second_judgement: Area::Moderation => {
        lies Location::trust(C::TrustId)
            .owner(C::ModeratorId)
            .through::<sampled_work::Entity>(C::WorkId, sampled_work::Column::Id);
        read Readers::of(&[&TRUST_LEAD, &MODERATOR_THEMSELVES]).or_when(
            |viewer| Way::hanging(C::ExerciseId, released(viewer)),
            &[&SENIOR_LEADER, &PHASE_LEADER, &SUBJECT_LEADER],
        );
        write [MODERATOR];
        counted Counted::Rows(&[C::WorkId]);
    }
}

policy! {
    /// Trust leads see all. The leaders of a school, phase or subject see those of its released work.
    moderation_outcome: Area::Moderation => {
        lies Location::trust(C::TrustId).through::<sampled_work::Entity>(C::WorkId, sampled_work::Column::Id);
        read Readers::of(&[&TRUST_LEAD]).or_when(
            |viewer| Way::hanging(C::ExerciseId, released(viewer)),
            &[&SENIOR_LEADER, &PHASE_LEADER, &SUBJECT_LEADER],
        );
        write [TRUST_LEAD];
        counted Counted::Rows(&[C::WorkId]);
    }
}
