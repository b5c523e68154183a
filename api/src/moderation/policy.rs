//! Who may see and do what in moderation. Blindness is here: what a moderator reads of a work
//! leads to no pupil and to no first judgement, by any path.

use plumbline_entity::{
    appointment::Role, judgement, moderation_exercise, moderation_exercise::ExerciseState, moderation_outcome,
    sample_stratum, sampled_work, second_judgement,
};
use sea_orm::{ColumnTrait, Condition, sea_query::SelectStatement};

use crate::{
    auth::Viewer,
    db::{Place, Policy, Scoped, nothing},
    organisation::policy::trust_wide,
};

trust_wide!(moderation_exercise);

/// The ids of the exercises that are in one of `states`.
fn exercises_in(viewer: &Viewer, states: &[ExerciseState]) -> SelectStatement {
    Scoped::<moderation_exercise::Entity>::of(viewer)
        .filter(moderation_exercise::Column::State.is_in(states.iter().copied()))
        .ids()
}

/// The exercises whose outcomes their schools may see.
#[must_use]
pub fn released(viewer: &Viewer) -> SelectStatement {
    exercises_in(viewer, &[ExerciseState::Released, ExerciseState::Closed])
}

/// The strata tell the first grades of small groups: they are for those who run exercises.
impl Policy for sample_stratum::Entity {
    fn readable(viewer: &Viewer) -> Condition {
        if viewer.is(Role::TrustLead) {
            Condition::all().add(sample_stratum::Column::TrustId.eq(viewer.trust()))
        } else {
            nothing()
        }
    }

    fn writable(viewer: &Viewer, _: &Place) -> bool {
        viewer.is(Role::TrustLead)
    }
}

impl Policy for sampled_work::Entity {
    /// Trust leads see all; moderators the work that is being judged, but never of a school where
    /// they are appointed; senior leaders that of their school once it is released.
    fn readable(viewer: &Viewer) -> Condition {
        let mut rows = nothing();
        if viewer.is(Role::TrustLead) {
            rows = rows.add(sampled_work::Column::TrustId.eq(viewer.trust()));
        }
        if viewer.is(Role::Moderator) {
            let being_judged = Condition::all()
                .add(sampled_work::Column::ExerciseId.in_subquery(exercises_in(viewer, &[ExerciseState::Judging])))
                .add(sampled_work::Column::SchoolId.is_not_in(viewer.schools()))
                // A pupil may have moved into the moderator's own class, judgements and all.
                .add(sampled_work::Column::JudgementId.not_in_subquery(Scoped::<judgement::Entity>::of(viewer).ids()));
            rows = rows.add(being_judged);
        }
        let schools = viewer.schools_as(Role::SeniorLeader);
        if !schools.is_empty() {
            let outcomes = Condition::all()
                .add(sampled_work::Column::SchoolId.is_in(schools))
                .add(sampled_work::Column::ExerciseId.in_subquery(released(viewer)));
            rows = rows.add(outcomes);
        }
        rows
    }

    fn writable(viewer: &Viewer, _: &Place) -> bool {
        viewer.is(Role::TrustLead)
    }
}

/// What is seen of the outcomes and second judgements of released work of the schools one leads.
fn of_released_work(viewer: &Viewer, work: impl ColumnTrait) -> Condition {
    let schools = viewer.schools_as(Role::SeniorLeader);
    if schools.is_empty() {
        return nothing();
    }
    let works = Scoped::<sampled_work::Entity>::of(viewer)
        .filter(sampled_work::Column::SchoolId.is_in(schools))
        .filter(sampled_work::Column::ExerciseId.in_subquery(released(viewer)))
        .ids();
    Condition::all().add(work.in_subquery(works))
}

impl Policy for second_judgement::Entity {
    /// One's own; all for a trust lead; those of released work for the senior leaders of its school.
    fn readable(viewer: &Viewer) -> Condition {
        let mut rows = nothing()
            .add(second_judgement::Column::ModeratorId.eq(viewer.staff_member()))
            .add(of_released_work(viewer, second_judgement::Column::WorkId));
        if viewer.is(Role::TrustLead) {
            rows = rows.add(second_judgement::Column::TrustId.eq(viewer.trust()));
        }
        rows
    }

    /// Moderators, on work of schools where they are not appointed.
    fn writable(viewer: &Viewer, place: &Place) -> bool {
        viewer.is(Role::Moderator) && place.school.is_some_and(|school| !viewer.schools().contains(&school))
    }
}

impl Policy for moderation_outcome::Entity {
    /// All for a trust lead; those of released work for the senior leaders of its school.
    fn readable(viewer: &Viewer) -> Condition {
        let rows = nothing().add(of_released_work(viewer, moderation_outcome::Column::WorkId));
        if viewer.is(Role::TrustLead) { rows.add(moderation_outcome::Column::TrustId.eq(viewer.trust())) } else { rows }
    }

    fn writable(viewer: &Viewer, _: &Place) -> bool {
        viewer.is(Role::TrustLead)
    }
}
