//! Who may see and do what in moderation. Blindness is here: what a moderator reads of a work
//! leads to no pupil and to no first judgement, by any path.

use chrono::NaiveDate;
use plumbline_entity::{
    appointment::Role, client_application::ClientScope, judgement, moderation_exercise,
    moderation_exercise::ExerciseState, moderation_outcome, sample_stratum, sampled_work, second_judgement,
};
use sea_orm::{ColumnTrait, Condition, sea_query::SelectStatement};
use uuid::Uuid;

use crate::{
    auth::{Client, Standing, Viewer},
    db::{Area, Place, Policy, Scoped, Shown, nothing},
    organisation::policy::{of_the_phase, of_the_trust},
};

impl Policy for moderation_exercise::Entity {
    fn area() -> Area<moderation_exercise::Column> {
        Area::Frame
    }

    fn readable(viewer: &Viewer) -> Condition {
        of_the_trust(viewer, moderation_exercise::Column::TrustId)
    }

    fn writable(viewer: &Viewer, _: &Place) -> bool {
        viewer.is(Role::TrustLead)
    }

    /// By the seed, whoever knows the ids of judgements can tell before the draw which will be drawn. It is not of the
    /// frame, as the rest is: a client application needs to be registered for moderation to read it.
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
    fn area() -> Area<sampled_work::Column> {
        Area::Moderation
    }

    /// Trust leads see all; moderators the work that is being judged, but never of a school where
    /// they are appointed; leaders that of their school, phase or subject once it is released.
    fn readable(viewer: &Viewer) -> Condition {
        let mut rows = nothing();
        if viewer.is(Role::TrustLead) {
            rows = rows.add(sampled_work::Column::TrustId.eq(viewer.trust()));
        }
        if viewer.is(Role::Moderator) && stays_blind(viewer) {
            let being_judged = Condition::all()
                .add(sampled_work::Column::ExerciseId.in_subquery(exercises_in(viewer, &[ExerciseState::Judging])))
                .add(sampled_work::Column::SchoolId.is_not_in(viewer.schools()))
                .add(sampled_work::Column::JudgementId.not_in_subquery(judgements_known_to(viewer)));
            rows = rows.add(being_judged);
        }
        rows.add(released_work(viewer))
    }

    fn writable(viewer: &Viewer, _: &Place) -> bool {
        viewer.is(Role::TrustLead)
    }
}

/// Whether a moderator stays blind by what is asked through: a client application that is kept to some schools would tell of
/// which school each work is, by showing it or not.
fn stays_blind(viewer: &Viewer) -> bool {
    viewer.client_application().is_none_or(|client| client.schools.is_none())
}

/// The judgements that a person can read otherwise: a pupil may have moved into the moderator's own
/// class, judgements and all. Whatever is asked through: what they read elsewhere they know here.
fn judgements_known_to(viewer: &Viewer) -> SelectStatement {
    let operator = Viewer::operator(viewer.trust(), viewer.today());
    Scoped::<judgement::Entity>::of(&operator).filter(judgement::Entity::readable(viewer)).ids()
}

/// The exercises in the subject that somebody leads.
pub fn in_the_subject(viewer: &Viewer, led: &Standing, exercise: impl ColumnTrait) -> Condition {
    let exercises = Scoped::<moderation_exercise::Entity>::of(viewer)
        .filter(moderation_exercise::Column::SubjectId.eq(led.subject))
        .ids();
    Condition::all().add(exercise.in_subquery(exercises))
}

/// The released work of the schools, phases and subjects that one leads.
fn released_work(viewer: &Viewer) -> Condition {
    use sampled_work::Column as C;
    let leads = [Role::SeniorLeader, Role::PhaseLeader, Role::SubjectLeader].iter().any(|role| viewer.is(*role));
    if !leads {
        return nothing();
    }
    let mut led_by = nothing().add(C::SchoolId.is_in(viewer.schools_as(Role::SeniorLeader)));
    for led in viewer.held(Role::PhaseLeader) {
        led_by = led_by.add(of_the_phase(led, C::SchoolId, C::YearGroup));
    }
    for led in viewer.held(Role::SubjectLeader) {
        let subject = in_the_subject(viewer, led, C::ExerciseId);
        led_by = led_by.add(Condition::all().add(C::SchoolId.eq(led.school)).add(subject));
    }
    Condition::all().add(led_by).add(C::ExerciseId.in_subquery(released(viewer)))
}

/// The work whose outcomes and second judgements one sees because it is released and one leads there.
fn of_released_work(viewer: &Viewer, work: impl ColumnTrait) -> Condition {
    let operator = Viewer::operator(viewer.trust(), viewer.today());
    let works = Scoped::<sampled_work::Entity>::of(&operator).filter(released_work(viewer)).ids();
    Condition::all().add(work.in_subquery(works))
}

/// The work of some schools, by which what hangs on it is kept to them.
fn work_of_schools(schools: &[Uuid]) -> SelectStatement {
    let anybody = Viewer::operator(Uuid::nil(), NaiveDate::default());
    Scoped::<sampled_work::Entity>::of(&anybody)
        .filter(sampled_work::Column::SchoolId.is_in(schools.iter().copied()))
        .ids()
}

impl Policy for second_judgement::Entity {
    fn area() -> Area<second_judgement::Column> {
        Area::Moderation
    }

    /// A moderator's own; all for a trust lead; those of released work for the leaders of its school,
    /// phase or subject.
    fn readable(viewer: &Viewer) -> Condition {
        let mut rows = nothing().add(of_released_work(viewer, second_judgement::Column::WorkId));
        if viewer.is(Role::Moderator) && stays_blind(viewer) {
            rows = rows.add(second_judgement::Column::ModeratorId.eq(viewer.staff_member()));
        }
        if viewer.is(Role::TrustLead) {
            rows = rows.add(second_judgement::Column::TrustId.eq(viewer.trust()));
        }
        rows
    }

    /// Moderators, on work of schools where they are not appointed.
    fn writable(viewer: &Viewer, place: &Place) -> bool {
        viewer.is(Role::Moderator) && place.school.is_some_and(|school| !viewer.schools().contains(&school))
    }

    fn in_schools(schools: &[Uuid]) -> Option<Condition> {
        Some(Condition::all().add(second_judgement::Column::WorkId.in_subquery(work_of_schools(schools))))
    }
}

impl Policy for moderation_outcome::Entity {
    fn area() -> Area<moderation_outcome::Column> {
        Area::Moderation
    }

    /// All for a trust lead; those of released work for the leaders of its school, phase or subject.
    fn readable(viewer: &Viewer) -> Condition {
        let rows = nothing().add(of_released_work(viewer, moderation_outcome::Column::WorkId));
        if viewer.is(Role::TrustLead) { rows.add(moderation_outcome::Column::TrustId.eq(viewer.trust())) } else { rows }
    }

    fn writable(viewer: &Viewer, _: &Place) -> bool {
        viewer.is(Role::TrustLead)
    }

    fn in_schools(schools: &[Uuid]) -> Option<Condition> {
        Some(Condition::all().add(moderation_outcome::Column::WorkId.in_subquery(work_of_schools(schools))))
    }
}
