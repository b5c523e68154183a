//! How the curriculum is planned and taught in a random world: plans with their steps and adaptations, what was taught, what is in
//! focus.

use std::collections::BTreeSet;

use chrono::{Days, NaiveTime};
use plumbline_entity::adaptation::{AdaptationAudience, AdaptationHelped, LearningNeed};
use plumbline_entity::plan_step::{PlanStepKind, PlanStepOutcome};
use plumbline_entity::{
    academic_year, adaptation, class, curriculum_version::CurriculumStatus, focus, insecure_pupil, objective,
    objective::ObjectiveCategory, plan, plan::PlanApproval, plan_objective, plan_step, shared_adaptation,
    taught_objective, taught_objective::TeachingDepth, year_group::YearGroup,
};
use plumbline_tests::TestApp;
use uuid::Uuid;

use super::chance::day;
use super::making::{Making, name, of_trust};

/// In each school plans of some subjects, in years that are over, running and to come.
pub fn planning(making: &mut Making<'_>) {
    for school in of_trust!(making, school) {
        for subject in of_trust!(making, subject) {
            if making.chance.percent(50) {
                focus(making, school.id, subject.id);
            }
            for year in of_trust!(making, academic_year).into_iter().filter(|year| year.year >= 2024) {
                if making.chance.percent(if year.year == 2025 { 70 } else { 20 }) {
                    whole_plan(making, school.id, subject.id, &year);
                }
            }
        }
    }
    for class in of_trust!(making, class) {
        taught(making, &class);
    }
}

/// One or two year groups, the youngest first.
fn year_groups(making: &mut Making<'_>) -> (YearGroup, YearGroup) {
    let low = i16::try_from(making.chance.between(1, 5)).expect("small");
    let year = |number| YearGroup::from_number(number).expect("a year group");
    (year(low), year(low + i16::from(making.chance.percent(30))))
}

/// Somebody who is, was or will be appointed in the school; now and then anybody.
fn somebody(making: &mut Making<'_>, school: Uuid) -> Uuid {
    let held = of_trust!(making, appointment);
    let here: Vec<Uuid> =
        held.iter().filter(|held| held.school_id == Some(school)).map(|held| held.staff_member_id).collect();
    let anybody = making.chance.pick(&of_trust!(making, staff_member)).id;
    making.chance.pick_any(&here).copied().filter(|_| making.chance.percent(85)).unwrap_or(anybody)
}

fn focus(making: &mut Making<'_>, school: Uuid, subject: Uuid) {
    let (lowest_year_group, highest_year_group) = year_groups(making);
    let starts_on = making.chance.day(day("2026-05-01"), day("2026-07-10"));
    making.world.focus.push(focus::Model {
        id: making.chance.id(),
        trust_id: making.trust,
        school_id: school,
        subject_id: subject,
        title: name(making.chance),
        reason: "It was least secure".to_owned(),
        strand: making.chance.percent(50).then(|| (*making.chance.pick(&["Number", "Shape"])).to_owned()),
        category: making.chance.percent(50).then_some(ObjectiveCategory::Skill),
        lowest_year_group,
        highest_year_group,
        starts_on,
        ends_on: starts_on + Days::new(if making.chance.percent(50) { 0 } else { 50 }),
        version: 1,
    });
}

/// The objectives of a subject that a school may have taught, each once though it is in several versions.
fn objectives(making: &Making<'_>, school: Uuid, subject: Option<Uuid>) -> Vec<objective::Model> {
    let mut met = BTreeSet::new();
    let of_school = |row: &objective::Model| row.school_id.is_none_or(|owner| owner == school);
    let versions = making.world.curriculum_version.iter();
    let drafts: BTreeSet<Uuid> =
        versions.filter(|row| row.status == CurriculumStatus::Draft).map(|row| row.id).collect();
    let fits = |row: &objective::Model| {
        let of_subject = subject.is_none_or(|subject| subject == row.subject_id);
        of_subject && of_school(row) && !drafts.contains(&row.curriculum_version_id)
    };
    of_trust!(making, objective).into_iter().filter(|row| fits(row) && met.insert(row.key)).collect()
}

fn whole_plan(making: &mut Making<'_>, school: Uuid, subject: Uuid, year: &academic_year::Model) {
    let (lowest_year_group, highest_year_group) = year_groups(making);
    let starts_on = making.chance.day(year.starts_on, year.ends_on - Days::new(40));
    let row = plan::Model {
        id: making.chance.id(),
        trust_id: making.trust,
        school_id: school,
        subject_id: subject,
        academic_year_id: year.id,
        author_id: somebody(making, school),
        title: name(making.chance),
        lowest_year_group,
        highest_year_group,
        starts_on,
        ends_on: starts_on + Days::new(30),
        outline: "Read, plan, write".to_owned(),
        approval: *making.chance.pick(&[PlanApproval::NotReviewed, PlanApproval::ChangesAsked, PlanApproval::Approved]),
        version: 1,
    };
    making.world.plan.push(row.clone());
    let all = objectives(making, school, Some(subject));
    for objective in making.chance.some(&all, 3) {
        making.world.plan_objective.push(plan_objective::Model {
            id: making.chance.id(),
            trust_id: making.trust,
            school_id: school,
            subject_id: subject,
            academic_year_id: year.id,
            plan_id: row.id,
            objective_id: objective.id,
            objective_key: objective.key,
            core_key: objective.stands_for.unwrap_or(objective.key),
        });
    }
    // Some plans are still without anything, so that they can be removed.
    if making.chance.percent(80) {
        steps(making, &row);
        adaptations(making, &row);
    }
}

/// The classes of the school and the year of a plan.
fn classes_of(making: &Making<'_>, plan: &plan::Model) -> Vec<class::Model> {
    let place = |class: &class::Model| (class.school_id, class.academic_year_id);
    let here = (plan.school_id, plan.academic_year_id);
    of_trust!(making, class).into_iter().filter(|class| place(class) == here).collect()
}

fn steps(making: &mut Making<'_>, plan: &plan::Model) {
    use PlanStepOutcome::{Adapted, Approved, AsPlanned, ChangesAsked, Done, Dropped, PassedOver};
    let mut follows = None;
    for _ in 0..making.chance.between(1, 4) {
        let kind = *making.chance.pick(&[PlanStepKind::Task, PlanStepKind::Review, PlanStepKind::Conversation]);
        let outcome: &[_] = if kind == PlanStepKind::Review { &[Approved, ChangesAsked] } else { &[Done, Dropped] };
        let outcome = making.chance.percent(40).then(|| *making.chance.pick(outcome));
        let id = step(making, plan, kind, outcome, None, follows);
        follows = making.chance.percent(50).then_some(id);
    }
    for class in classes_of(making, plan) {
        if making.chance.percent(60) {
            let outcome = *making.chance.pick(&[AsPlanned, Adapted, PassedOver]);
            step(making, plan, PlanStepKind::TakeUp, Some(outcome), Some(class.id), None);
        }
    }
}

fn step(
    making: &mut Making<'_>,
    plan: &plan::Model,
    kind: PlanStepKind,
    outcome: Option<PlanStepOutcome>,
    class_id: Option<Uuid>,
    follows_id: Option<Uuid>,
) -> Uuid {
    let (id, raised_on) = (making.chance.id(), making.chance.day(plan.starts_on, plan.ends_on));
    let staff_member_id = somebody(making, plan.school_id);
    let raises = class_id.is_none() && making.chance.percent(70);
    let raised_by_id = raises.then(|| somebody(making, plan.school_id));
    making.world.plan_step.push(plan_step::Model {
        id,
        trust_id: making.trust,
        school_id: plan.school_id,
        subject_id: plan.subject_id,
        plan_id: plan.id,
        kind,
        class_id,
        staff_member_id,
        raised_by_id,
        follows_id,
        what: name(making.chance),
        raised_on,
        due_on: making.chance.percent(50).then(|| raised_on + Days::new(7)),
        done_on: outcome.map(|_| raised_on + Days::new(3)),
        outcome,
        found: outcome.map(|_| name(making.chance)),
        version: 1,
    });
    id
}

fn adaptations(making: &mut Making<'_>, plan: &plan::Model) {
    use AdaptationAudience::{Class, Group, Pupil};
    let classes = classes_of(making, plan);
    for _ in 0..making.chance.between(0, 4) {
        let Some(class) = making.chance.pick_any(&classes).cloned() else { return };
        let pupils = pupils_of(making, class.id);
        let audience =
            *making.chance.pick(if pupils.is_empty() { &[Class, Group] } else { &[Class, Group, Pupil, Pupil] });
        let made_on = making.chance.day(plan.starts_on, plan.ends_on);
        let results = [AdaptationHelped::Helped, AdaptationHelped::Partly, AdaptationHelped::DidNotHelp];
        let helped = making.chance.percent(60).then(|| *making.chance.pick(&results));
        let row = adaptation::Model {
            id: making.chance.id(),
            trust_id: making.trust,
            school_id: plan.school_id,
            subject_id: plan.subject_id,
            plan_id: plan.id,
            class_id: class.id,
            year_group: class.lowest_year_group,
            audience,
            pupil_group: (audience == Group).then(|| name(making.chance)),
            pupil_id: (audience == Pupil).then(|| *making.chance.pick(&pupils)),
            author_id: somebody(making, plan.school_id),
            need: *making.chance.pick(&[LearningNeed::MissedLearning, LearningNeed::GreaterDepth]),
            what: name(making.chance),
            reason: "Half of them had not met it".to_owned(),
            made_on,
            helped,
            found: helped.filter(|_| making.chance.percent(50)).map(|_| "They read alone".to_owned()),
            found_on: helped.map(|_| made_on + Days::new(5)),
            version: 1,
        };
        if let Some(helped) =
            helped.filter(|helped| *helped != AdaptationHelped::DidNotHelp && making.chance.percent(60))
        {
            making.world.shared_adaptation.push(shared_adaptation::Model {
                id: making.chance.id(),
                trust_id: making.trust,
                subject_id: plan.subject_id,
                adaptation_id: row.id,
                need: row.need,
                audience,
                lowest_year_group: plan.lowest_year_group,
                highest_year_group: plan.highest_year_group,
                what: name(making.chance),
                helped,
                shared_on: made_on + Days::new(6),
            });
        }
        making.world.adaptation.push(row);
    }
}

/// The pupils who have a place in a class.
fn pupils_of(making: &Making<'_>, class: Uuid) -> Vec<Uuid> {
    let placed = of_trust!(making, enrolment).into_iter().filter(|place| place.class_id == class);
    placed.map(|place| place.pupil_id).collect::<BTreeSet<_>>().into_iter().collect()
}

fn taught(making: &mut Making<'_>, class: &class::Model) {
    let plans = of_trust!(making, plan);
    let plans: Vec<_> = plans.into_iter().filter(|plan| classes_of(making, plan).contains(class)).collect();
    let (all, pupils) = (objectives(making, class.school_id, None), pupils_of(making, class.id));
    for objective in making.chance.some(&all, 5) {
        let by_plan = plans.iter().find(|plan| plan.subject_id == objective.subject_id).map(|plan| plan.id);
        let mut before = None;
        for is_current in [false, true] {
            if !is_current && making.chance.percent(70) {
                continue;
            }
            let id = making.chance.id();
            let withdrawn = is_current && making.chance.percent(15);
            let taught_on = making.chance.day(day("2025-09-08"), day("2026-06-30"));
            let recorded_by_id = making.chance.percent(80).then(|| somebody(making, class.school_id));
            making.world.taught_objective.push(taught_objective::Model {
                id,
                trust_id: making.trust,
                school_id: class.school_id,
                subject_id: objective.subject_id,
                class_id: class.id,
                plan_id: by_plan.filter(|_| making.chance.percent(60)),
                objective_id: objective.id,
                objective_key: objective.key,
                core_key: objective.stands_for.unwrap_or(objective.key),
                taught_on,
                depth: *making.chance.pick(&[TeachingDepth::Met, TeachingDepth::Practised, TeachingDepth::Secure]),
                recorded_by_id,
                recorded_at: taught_on.and_time(NaiveTime::MIN).and_utc(),
                supersedes_id: before,
                is_current: is_current && !withdrawn,
                withdrawn_at: withdrawn.then(TestApp::now),
                withdrawn_because: withdrawn.then(|| "It was another class".to_owned()),
            });
            before = Some(id);
            for pupil_id in making.chance.some(&pupils, 3) {
                making.world.insecure_pupil.push(insecure_pupil::Model {
                    id: making.chance.id(),
                    trust_id: making.trust,
                    school_id: class.school_id,
                    subject_id: objective.subject_id,
                    class_id: class.id,
                    taught_objective_id: id,
                    pupil_id,
                });
            }
        }
    }
}
