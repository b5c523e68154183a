//! Judgements of a random trust, and exercises in every state with what was drawn, judged again and agreed.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveTime, Utc};
use plumbline_entity::{
    appointment::Role,
    exercise_step, judgement, moderation_exercise,
    moderation_exercise::{ExerciseState, ModerationLevel},
    moderation_outcome,
    moderation_outcome::Decision,
    sample_stratum, sampled_work, second_judgement,
};
use plumbline_tests::TestApp;
use uuid::Uuid;

use super::making::{Making, of_trust};

/// Makes the judgements of a trust, and its exercises with their work.
pub fn work(making: &mut Making<'_>) {
    judgements(making);
    for (nth, state) in [
        ExerciseState::Draft,
        ExerciseState::Judging,
        ExerciseState::Judging,
        ExerciseState::Discussing,
        ExerciseState::Released,
        ExerciseState::Released,
        ExerciseState::Closed,
    ]
    .into_iter()
    .enumerate()
    {
        exercise(making, nth, state);
    }
}

fn noon(day: chrono::NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::from_hms_opt(12, 0, 0).expect("noon")).and_utc()
}

fn judgements(making: &mut Making<'_>) {
    let (windows, subjects) = (of_trust!(making, assessment_window), of_trust!(making, subject));
    let people = of_trust!(making, staff_member);
    let grades = of_trust!(making, grade);
    // In one subject and window nearly everybody is judged: there is enough to compare.
    let often = (windows.last().map(|window| window.id), subjects[0].id);
    let mut judged = BTreeSet::new();
    for place in of_trust!(making, enrolment) {
        for window in windows.iter().filter(|window| window.academic_year_id == place.academic_year_id) {
            for subject in &subjects {
                let fresh = !judged.contains(&(place.pupil_id, window.id, subject.id));
                let seldom = if (Some(window.id), subject.id) == often { 5 } else { 60 };
                if !fresh || making.chance.percent(seldom) {
                    continue;
                }
                judged.insert((place.pupil_id, window.id, subject.id));
                let mut earlier = None;
                for is_current in [false, true] {
                    if !is_current && making.chance.percent(75) {
                        continue;
                    }
                    let id = making.chance.id();
                    let judged_on = making.chance.day(window.opens_on, window.closes_on);
                    making.world.judgement.push(judgement::Model {
                        id,
                        trust_id: making.trust,
                        school_id: place.school_id,
                        class_id: place.class_id,
                        pupil_id: place.pupil_id,
                        year_group: place.year_group,
                        window_id: window.id,
                        subject_id: subject.id,
                        grade_id: making.chance.pick(&grades[..4]).id,
                        judged_by_id: making.chance.percent(85).then(|| making.chance.pick(&people).id),
                        judged_on,
                        recorded_at: noon(judged_on),
                        supersedes_id: earlier,
                        is_late: false,
                        recorded_because: None,
                        is_current,
                        withdrawn_at: (!is_current && making.chance.percent(20)).then(|| noon(judged_on)),
                        withdrawn_by_id: None,
                        withdrawn_because: None,
                    });
                    earlier = Some(id);
                }
            }
        }
    }
}

fn exercise(making: &mut Making<'_>, nth: usize, state: ExerciseState) {
    let (windows, subjects) = (of_trust!(making, assessment_window), of_trust!(making, subject));
    let Some(mut window) = making.chance.pick_any(&windows).cloned() else { return };
    let mut subject = making.chance.pick(&subjects).id;
    if making.chance.percent(50) {
        (window, subject) = (windows[windows.len() - 1].clone(), subjects[0].id);
    }
    let framework = of_trust!(making, framework)[0].id;
    let id = making.chance.id();
    let level = if making.chance.percent(85) { ModerationLevel::Trust } else { ModerationLevel::School };
    making.world.moderation_exercise.push(moderation_exercise::Model {
        id,
        trust_id: making.trust,
        title: format!("Exercise {nth}"),
        level,
        subject_id: subject,
        window_id: window.id,
        framework_id: framework,
        state,
        sample_percent: 50,
        minimum_per_class: 2,
        maximum_per_class: None,
        boundary_grade_id: None,
        boundary_percent: None,
        judge_by: making.chance.percent(50).then_some(window.closes_on),
        seed: Some(i64::try_from(making.chance.below(1000)).expect("small")),
        version: 1,
    });
    if state == ExerciseState::Draft {
        return;
    }
    making.world.exercise_step.push(exercise_step::Model {
        id: making.chance.id(),
        trust_id: making.trust,
        exercise_id: id,
        previous_state: ExerciseState::Draft,
        state: ExerciseState::Judging,
        taken_because: None,
        taken_by_id: None,
        taken_at: TestApp::now(),
    });
    let drawn: Vec<judgement::Model> = of_trust!(making, judgement)
        .into_iter()
        .filter(|judgement| judgement.subject_id == subject && judgement.window_id == window.id)
        .filter(|_| making.chance.percent(85))
        .collect();
    for (nth, judgement) in drawn.iter().enumerate() {
        let stratum_id = stratum(making, id, judgement);
        let work = sampled_work::Model {
            id: making.chance.id(),
            trust_id: making.trust,
            exercise_id: id,
            stratum_id,
            judgement_id: judgement.id,
            school_id: judgement.school_id,
            class_id: judgement.class_id,
            year_group: judgement.year_group,
            code: format!("W{:03}", (nth * 37) % 997),
        };
        making.world.sampled_work.push(work.clone());
        second(making, &work, window.closes_on + Days::new(5));
    }
}

/// The stratum of a judgement in an exercise, with one more work drawn from it.
fn stratum(making: &mut Making<'_>, exercise: Uuid, judgement: &judgement::Model) -> Uuid {
    let wanted = |stratum: &&mut sample_stratum::Model| {
        stratum.exercise_id == exercise
            && stratum.class_id == Some(judgement.class_id)
            && stratum.year_group == judgement.year_group
            && stratum.grade_id == judgement.grade_id
    };
    if let Some(stratum) = making.world.sample_stratum.iter_mut().find(wanted) {
        stratum.size += 1;
        stratum.drawn += 1;
        return stratum.id;
    }
    let id = making.chance.id();
    making.world.sample_stratum.push(sample_stratum::Model {
        id,
        trust_id: making.trust,
        exercise_id: exercise,
        school_id: judgement.school_id,
        class_id: Some(judgement.class_id),
        year_group: judgement.year_group,
        grade_id: judgement.grade_id,
        size: 1,
        drawn: 1,
    });
    id
}

/// Second judgements of a piece of work, and what was agreed on it.
fn second(making: &mut Making<'_>, work: &sampled_work::Model, from: chrono::NaiveDate) {
    let grades = of_trust!(making, grade);
    let mut people: Vec<Uuid> = of_trust!(making, staff_member).iter().map(|person| person.id).collect();
    if making.chance.percent(70) {
        people = of_trust!(making, appointment)
            .iter()
            .filter(|appointment| appointment.role == Role::Moderator)
            .map(|appointment| appointment.staff_member_id)
            .collect();
        people.sort_unstable();
        people.dedup();
    }
    for moderator_id in making.chance.some(&people, 3) {
        for is_current in [false, true] {
            if !is_current && making.chance.percent(80) {
                continue;
            }
            let judged_on = from + Days::new(making.chance.below(6) as u64);
            making.world.second_judgement.push(second_judgement::Model {
                id: making.chance.id(),
                trust_id: making.trust,
                exercise_id: work.exercise_id,
                work_id: work.id,
                moderator_id,
                grade_id: making.chance.pick(&grades[..4]).id,
                rationale: "Seen in three pieces.".to_owned(),
                judged_on,
                recorded_at: noon(judged_on),
                is_current,
            });
        }
    }
    if making.chance.percent(40) {
        making.world.moderation_outcome.push(moderation_outcome::Model {
            id: making.chance.id(),
            trust_id: making.trust,
            exercise_id: work.exercise_id,
            work_id: work.id,
            decision: *making.chance.pick(&[Decision::Confirmed, Decision::Raised, Decision::MoreEvidence]),
            agreed_grade_id: making.chance.percent(70).then(|| making.chance.pick(&grades[..3]).id),
            agreed_on: from + Days::new(making.chance.below(9) as u64),
            recorded_by_id: making.chance.percent(50).then(|| *making.chance.pick(&people)),
            version: 1,
        });
    }
}
