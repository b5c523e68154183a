//! How the colleagues of the demo work on a plan together: reviews, tasks, conversations, and which class takes it up.

use chrono::{Days, NaiveDate};
use plumbline_entity::{
    plan::PlanApproval,
    plan_step,
    plan_step::{PlanStepKind, PlanStepOutcome},
};

use super::{
    calendar::{present, weekday},
    planning::{Making, Unit},
};

/// What a leader asks to be changed.
const CHANGES: [&str; 4] = [
    "It does not say how we shall know that pupils have it. Add the task that ends the unit.",
    "It starts where pupils are to arrive. Begin with what the year before taught.",
    "Two weeks are spent on what one would do, and the last part has none. Move a week.",
    "Nothing is said of pupils who have it already. Say what they go on to.",
];
/// What a leader finds good.
const SOUND: [&str; 3] = [
    "It leans on what was taught before, and says so.",
    "The order is the curriculum's, and each step has its practice.",
    "Both what is to be known and what is to be done are in it.",
];
/// What colleagues prepare for a plan.
const TASKS: [&str; 6] = [
    "Make the task that shows what pupils bring.",
    "Write the knowledge organiser, one page.",
    "Collect books and pictures for the wall.",
    "Make practice for three weeks, from easy to hard.",
    "Choose the words to be taught, with a sentence for each.",
    "Make the task that ends the unit, and what good answers look like.",
];
/// Why a task was dropped.
const DROPPED: [&str; 2] = ["Last year's does.", "The time went into another unit."];
/// What was found in a conversation on a plan, and what follows from it.
const TALKED_OF: [(&str, &str); 4] = [
    (
        "Pupils could say the rule and could not use it on something new.",
        "Put a question of another form into each week.",
    ),
    ("The first lessons went over what pupils know already.", "Begin with a short task, and start from what it shows."),
    ("Words were explained once and not met again.", "Come back to the words at the start of each lesson."),
    ("Books show practice of one kind.", "Add practice that mixes this unit with the one before."),
];
/// Why a class passes a plan over.
const PASSED_OVER: [&str; 3] = [
    "The weeks went to what the class had not yet secured in the unit before.",
    "The class went on a residential visit, and the unit did not fit in again.",
    "We taught by the plan of the year before.",
];
/// Why the class of the planted gap does.
const PASSED_OVER_BY_PLAN: &str =
    "Four teachers stood in for one after another this term. Year 4 will come back to it.";

impl Making<'_> {
    fn in_last_year(&self) -> bool {
        self.year == self.world.calendar.last()
    }

    /// A day before a plan begins, within its year.
    fn day_before(&mut self, unit: &Unit<'_>, most: usize) -> NaiveDate {
        let begins = self.world.calendar.years[self.year].starts_on;
        let day = unit.plan.starts_on - Days::new(1 + self.planning.below(most) as u64);
        weekday(day.max(begins))
    }

    fn step(&mut self, unit: &Unit<'_>, kind: PlanStepKind, (whose, by): (usize, Option<usize>)) -> plan_step::Model {
        plan_step::Model {
            id: self.ids.next(),
            trust_id: self.world.trust,
            school_id: unit.plan.school_id,
            subject_id: unit.plan.subject_id,
            plan_id: unit.plan.id,
            kind,
            class_id: None,
            staff_member_id: self.world.staff.people[whose].id,
            raised_by_id: by.map(|by| self.world.staff.people[by].id),
            follows_id: None,
            what: String::new(),
            raised_on: unit.plan.starts_on,
            due_on: None,
            done_on: None,
            outcome: None,
            found: None,
            version: 1,
        }
    }

    /// A leader looks at the plan, and again if changes were asked for.
    pub(super) fn review(&mut self, unit: &mut Unit<'_>) {
        let often = match (unit.subject.is_core(), self.in_last_year()) {
            (true, true) => 0.8,
            (true, false) => 0.3,
            (false, true) => 0.3,
            (false, false) => 0.1,
        };
        if !self.planning.hits(often) {
            return;
        }
        let day = self.day_before(unit, 14);
        let first = self.step(unit, PlanStepKind::Review, (unit.leader, Some(unit.leader)));
        let first = plan_step::Model {
            what: "Does it serve its objectives, in this order and for these classes?".to_owned(),
            raised_on: day,
            done_on: Some(day),
            ..first
        };
        if !self.planning.hits(0.22) {
            let found = self.planning.pick(&SOUND).to_owned();
            unit.plan.approval = PlanApproval::Approved;
            self.made.steps.push(plan_step::Model {
                outcome: Some(PlanStepOutcome::Approved),
                found: Some(found),
                ..first
            });
            return;
        }
        let found = self.planning.pick(&CHANGES).to_owned();
        let follows = first.id;
        unit.plan.approval = PlanApproval::ChangesAsked;
        self.made.steps.push(plan_step::Model {
            outcome: Some(PlanStepOutcome::ChangesAsked),
            found: Some(found),
            ..first
        });
        let day = weekday(day + Days::new(3 + self.planning.below(6) as u64));
        if self.planning.hits(0.7) && day <= present() {
            unit.plan.approval = PlanApproval::Approved;
            let second = self.step(unit, PlanStepKind::Review, (unit.leader, Some(unit.leader)));
            self.made.steps.push(plan_step::Model {
                what: "Is what was asked for in it now?".to_owned(),
                follows_id: Some(follows),
                raised_on: day,
                done_on: Some(day),
                outcome: Some(PlanStepOutcome::Approved),
                found: Some("It is.".to_owned()),
                ..second
            });
        }
    }

    /// Whoever can take a task on: the teachers of the year group, and of those beside it.
    fn colleagues(&self, unit: &Unit<'_>) -> Vec<usize> {
        let near = unit.year_group - 1..=unit.year_group + 1;
        let here = self.classes.iter().map(|at| &self.world.rolls.classes[*at]);
        here.filter(|class| near.contains(&class.lowest) || near.contains(&class.highest))
            .map(|class| class.teacher)
            .collect()
    }

    /// What the author hands out to colleagues.
    pub(super) fn tasks(&mut self, unit: &Unit<'_>) {
        let often = match (unit.subject.is_core(), self.in_last_year()) {
            (true, true) => 0.6,
            (false, true) => 0.2,
            _ => 0.04,
        };
        if !self.planning.hits(often) {
            return;
        }
        let colleagues = self.colleagues(unit);
        let first = self.planning.below(TASKS.len());
        for at in 0..1 + self.planning.below(2) {
            let whose = self.planning.pick(&colleagues);
            let raised_on = self.day_before(unit, 12);
            let due_on = weekday(unit.plan.starts_on + Days::new(self.planning.below(28) as u64));
            let task = self.step(unit, PlanStepKind::Task, (whose, Some(unit.author)));
            let what = TASKS[(first + at) % TASKS.len()].to_owned();
            let task = plan_step::Model { what, raised_on, due_on: Some(due_on), ..task };
            let task = self.finished(task);
            self.made.steps.push(task);
        }
    }

    /// A task with what came of it by now. Few stay open long after their day.
    fn finished(&mut self, task: plan_step::Model) -> plan_step::Model {
        let Some(due_on) = task.due_on else { return task };
        let late = present() - Days::new(60) < due_on;
        let open = if due_on > present() { 0.8 } else { 0.3 };
        if late && self.planning.hits(open) {
            return task;
        }
        let span = (due_on - task.raised_on).num_days().max(0).unsigned_abs() as usize;
        let day = weekday(task.raised_on + Days::new(self.planning.below(span + 1) as u64)).min(present());
        let dropped = self.planning.hits(0.06);
        let why = self.planning.pick(&DROPPED);
        plan_step::Model {
            done_on: Some(day.max(task.raised_on)),
            outcome: Some(if dropped { PlanStepOutcome::Dropped } else { PlanStepOutcome::Done }),
            found: dropped.then(|| why.to_owned()),
            ..task
        }
    }

    /// Now and then a subject leader talks with the author about a plan, and something follows from it.
    pub(super) fn conversation(&mut self, unit: &Unit<'_>) {
        let often = if self.in_last_year() { 0.1 } else { 0.02 };
        if !unit.subject.is_core() || unit.author == unit.leader || !self.planning.hits(often) {
            return;
        }
        let day = weekday(unit.plan.starts_on + Days::new(8 + self.planning.below(14) as u64));
        if day > present() {
            return;
        }
        let (found, follows) = self.planning.pick(&TALKED_OF);
        let talk = self.step(unit, PlanStepKind::Conversation, (unit.author, Some(unit.leader)));
        let talk = plan_step::Model {
            what: "What do the books of this unit show?".to_owned(),
            raised_on: day,
            done_on: Some(day),
            outcome: Some(PlanStepOutcome::Done),
            found: Some(found.to_owned()),
            ..talk
        };
        let task = self.step(unit, PlanStepKind::Task, (unit.author, Some(unit.leader)));
        let due_on = weekday(day + Days::new(14)).min(self.world.calendar.years[self.year].ends_on);
        let task = plan_step::Model {
            follows_id: Some(talk.id),
            what: follows.to_owned(),
            raised_on: day,
            due_on: Some(due_on),
            ..task
        };
        let task = self.finished(task);
        self.made.steps.extend([talk, task]);
    }

    /// What the teacher of a class says of a plan; most of the time nothing is said, and it is taught as planned.
    pub(super) fn take_up(&mut self, unit: &Unit<'_>, class: usize) -> PlanStepOutcome {
        let of_class = &self.world.rolls.classes[class];
        let missed =
            unit.objectives.iter().any(|row| self.world.planted.misses(of_class, unit.subject.code, &row.strand));
        let outcome = match self.planning.share() {
            _ if missed => PlanStepOutcome::PassedOver,
            share if share < 0.03 => PlanStepOutcome::PassedOver,
            share if share < 0.13 => PlanStepOutcome::Adapted,
            _ => PlanStepOutcome::AsPlanned,
        };
        let often = match (unit.subject.is_core(), self.in_last_year()) {
            (true, true) => 0.9,
            (false, true) => 0.4,
            _ => 0.2,
        };
        let said = self.planning.hits(often) || outcome != PlanStepOutcome::AsPlanned;
        let day = weekday(unit.plan.starts_on + Days::new(self.planning.below(12) as u64));
        let why = if missed { PASSED_OVER_BY_PLAN } else { self.planning.pick(&PASSED_OVER) };
        if said && day <= present() {
            let step = self.step(unit, PlanStepKind::TakeUp, (of_class.teacher, None));
            self.made.steps.push(plan_step::Model {
                class_id: Some(of_class.id),
                what: unit.plan.title.clone(),
                raised_on: day,
                done_on: Some(day),
                outcome: Some(outcome),
                found: (outcome == PlanStepOutcome::PassedOver).then(|| why.to_owned()),
                ..step
            });
        }
        outcome
    }
}
