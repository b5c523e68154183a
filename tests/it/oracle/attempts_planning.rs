//! Random attempts to plan, to adapt plans, to say what was taught, and to set what is in focus.

use std::collections::HashSet;

use chrono::NaiveDate;
use plumbline_entity::{
    class, enrolment, plan, plan_step, plan_step::PlanStepKind, taught_objective::TeachingDepth, year_group::YearGroup,
};
use plumbline_tests::TestApp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::attempts::{Attempt, Trying, any_row, input};
use super::attempts_corrections::spare_row;
use super::leave::What;
use super::shape::Kind;

/// What an attempt is about: its mutation, the changed thing in the payload, what it may change.
type About = (&'static str, &'static str, &'static [&'static str]);
/// What an attempt names, what it gives, and what is to be found afterwards.
type Given = (Vec<(Kind, Uuid)>, Value, String);

const OF_PLANS: &[&str] = &["plan", "plan_objective", "coverage_cell"];
const OF_STEPS: &[&str] = &["plan_step", "plan", "coverage_cell"];
const OF_TEACHING: &[&str] = &["taught_objective", "insecure_pupil", "coverage_cell"];

impl Trying<'_> {
    fn planning(&self, about: About, school: Uuid, (names, fields, mark): Given, may: bool) -> Attempt {
        let (name, object, tables) = about;
        Attempt { name, object, input: input(fields), names, may, school: Some(school), tables, mark }
    }

    fn plan_of(&self, id: Uuid) -> plan::Model {
        self.who.facts.plans[&id].clone()
    }

    /// An objective that a school may plan and teach by, mostly; else any.
    fn an_objective(&mut self, school: Uuid, subject: Option<Uuid>) -> Option<Uuid> {
        if self.chance.percent(15) {
            return any_row!(self, objective).map(|row| row.id);
        }
        let current = self.world.curriculum_version.iter().filter(|row| row.retired_on.is_none());
        let current = current.filter(|row| row.current_from.is_some() && row.school_id.is_none_or(|own| own == school));
        let current: Vec<_> = current.filter(|row| subject.is_none_or(|subject| row.subject_id == subject)).collect();
        let own = current.iter().find(|row| row.school_id.is_some()).or(current.first())?.id;
        let objectives = self.world.objective.iter().filter(|row| row.curriculum_version_id == own);
        let objectives: Vec<Uuid> = objectives.map(|row| row.id).collect();
        self.chance.pick_any(&objectives).copied()
    }

    /// A class of the school and the year of a plan, mostly; else another of the school.
    fn class_of(&mut self, plan: &plan::Model) -> Option<class::Model> {
        let strict = self.chance.percent(90);
        let fits = |row: &&class::Model| {
            let spans = row.lowest_year_group <= plan.highest_year_group
                && plan.lowest_year_group <= row.highest_year_group
                && row.academic_year_id == plan.academic_year_id;
            row.school_id == plan.school_id && (spans || !strict)
        };
        let classes: Vec<_> = self.world.class.iter().filter(fits).cloned().collect();
        self.chance.pick_any(&classes).cloned()
    }

    /// A pupil with a place in the class.
    fn pupil_of(&mut self, class: Uuid) -> Option<Uuid> {
        self.one_placed(class, |_| true)
    }

    fn pupil_on(&mut self, class: Uuid, day: NaiveDate) -> Option<Uuid> {
        self.one_placed(class, |place| place.starts_on <= day && place.ends_on.is_none_or(|last| day <= last))
    }

    fn one_placed(&mut self, class: Uuid, there: impl Fn(&enrolment::Model) -> bool) -> Option<Uuid> {
        let placed = self.world.enrolment.iter().filter(|place| place.class_id == class && there(place));
        let placed: Vec<Uuid> = placed.map(|place| place.pupil_id).collect();
        self.chance.pick_any(&placed).copied()
    }

    pub(super) fn create_plan(&mut self) -> Option<Attempt> {
        let (school, subject, year) =
            (any_row!(self, school)?, any_row!(self, subject)?, any_row!(self, academic_year)?);
        let title = self.fresh();
        let given = self.chance.percent(40);
        let objective = if given { self.an_objective(school.id, Some(subject.id)) } else { None };
        let fields = json!({
            "schoolId": Kind::School.id(school.id), "subjectId": Kind::Subject.id(subject.id),
            "academicYearId": Kind::AcademicYear.id(year.id), "title": title, "lowestYearGroup": "YEAR_3",
            "highestYearGroup": "YEAR_6", "startsOn": year.starts_on, "endsOn": year.ends_on, "outline": "Read, then write.",
            "objectiveIds": objective.map(|id| vec![Kind::Objective.id(id)]) });
        let mut names = vec![(Kind::School, school.id), (Kind::Subject, subject.id), (Kind::AcademicYear, year.id)];
        names.extend(objective.map(|id| (Kind::Objective, id)));
        let may = self.who.may_plan(school.id);
        Some(self.planning(("createPlan", "plan { id }", OF_PLANS), school.id, (names, fields, title), may))
    }

    pub(super) fn update_plan(&mut self) -> Option<Attempt> {
        let (row, title) = (any_row!(self, plan)?, self.fresh());
        let given = self.chance.percent(30);
        let objective = if given { self.an_objective(row.school_id, Some(row.subject_id)) } else { None };
        let to = YearGroup::from_number(1).filter(|_| self.chance.percent(25));
        let fields = json!({
            "planId": Kind::Plan.id(row.id), "expectedVersion": row.version, "title": title, "lowestYearGroup": to,
            "objectiveIds": objective.map(|id| vec![Kind::Objective.id(id)]) });
        let mut names = vec![(Kind::Plan, row.id)];
        names.extend(objective.map(|id| (Kind::Objective, id)));
        let moves = to.is_some_and(|to| to != row.lowest_year_group);
        let may = self.who.may_change(&row, false) && self.who.may_change(&row, moves);
        Some(self.planning(("updatePlan", "plan { id }", OF_PLANS), row.school_id, (names, fields, title), may))
    }

    pub(super) fn remove_plan(&mut self) -> Option<Attempt> {
        let world = self.world;
        let hangs = world.plan_step.iter().map(|row| row.plan_id);
        let hangs = hangs.chain(world.adaptation.iter().map(|row| row.plan_id));
        let hangs = hangs.chain(world.taught_objective.iter().filter_map(|row| row.plan_id));
        let row = spare_row!(self, plan, hangs.collect())?;
        let given = (vec![(Kind::Plan, row.id)], json!({ "planId": Kind::Plan.id(row.id) }), format!("id: {}", row.id));
        let may = self.who.may_change(&row, false);
        Some(self.planning(("removePlan", "removedId", OF_PLANS), row.school_id, given, may))
    }

    pub(super) fn create_plan_step(&mut self) -> Option<Attempt> {
        let (plan, what) = (any_row!(self, plan)?, self.fresh());
        let kind = *self.chance.pick(&[
            PlanStepKind::Task,
            PlanStepKind::Task,
            PlanStepKind::Review,
            PlanStepKind::Conversation,
        ]);
        let asks = self.chance.percent(50);
        let does = if asks { any_row!(self, staff_member).map(|row| row.id) } else { None };
        let before = self.world.plan_step.iter().filter(|row| row.plan_id == plan.id).map(|row| row.id);
        let before: Vec<Uuid> = before.collect();
        let follows = self.chance.pick_any(&before).copied().filter(|_| self.chance.percent(30));
        let outcome = Some(if kind == PlanStepKind::Review { "APPROVED" } else { "DONE" });
        let outcome = outcome.filter(|_| self.chance.percent(40));
        // Whoever reviews a plan says so themselves.
        let does = does.filter(|_| outcome != Some("APPROVED"));
        let fields = json!({
            "planId": Kind::Plan.id(plan.id), "kind": kind, "what": what, "outcome": outcome,
            "staffMemberId": does.map(|id| Kind::StaffMember.id(id)), "followsId": follows.map(|id| Kind::PlanStep.id(id)) });
        let mut names = vec![(Kind::Plan, plan.id)];
        names.extend(does.map(|id| (Kind::StaffMember, id)));
        names.extend(follows.map(|id| (Kind::PlanStep, id)));
        // Nobody reviews what they wrote.
        let own = outcome == Some("APPROVED") && self.who.person == Some(plan.author_id);
        let may = self.who.may_step(&plan, kind, does.or(self.who.person)) && !own;
        let about = ("createPlanStep", "planStep { id }", OF_STEPS);
        Some(self.planning(about, plan.school_id, (names, fields, what), may))
    }

    /// A step that is open, mostly.
    fn a_step(&mut self) -> Option<plan_step::Model> {
        let done = self.world.plan_step.iter().filter(|row| row.done_on.is_some()).map(|row| row.id);
        let done: HashSet<Uuid> = done.collect();
        spare_row!(self, plan_step, done)
    }

    pub(super) fn update_plan_step(&mut self) -> Option<Attempt> {
        let (row, what) = (self.a_step()?, self.fresh());
        let gives = self.chance.percent(30);
        let to = if gives { any_row!(self, staff_member).map(|row| row.id) } else { None };
        let fields = json!({
            "planStepId": Kind::PlanStep.id(row.id), "expectedVersion": row.version, "what": what,
            "staffMemberId": to.map(|id| Kind::StaffMember.id(id)) });
        let mut names = vec![(Kind::PlanStep, row.id)];
        names.extend(to.map(|id| (Kind::StaffMember, id)));
        let may = self.who.may_step(&self.plan_of(row.plan_id), row.kind, Some(row.staff_member_id));
        let about = ("updatePlanStep", "planStep { id }", OF_STEPS);
        Some(self.planning(about, row.school_id, (names, fields, what), may))
    }

    pub(super) fn complete_plan_step(&mut self) -> Option<Attempt> {
        let (row, found) = (self.a_step()?, self.fresh());
        let outcome = match row.kind {
            PlanStepKind::Review => *self.chance.pick(&["APPROVED", "CHANGES_ASKED"]),
            _ => *self.chance.pick(&["DONE", "DROPPED"]),
        };
        let fields = json!({
            "planStepId": Kind::PlanStep.id(row.id), "expectedVersion": row.version, "outcome": outcome, "found": found });
        let plan = self.plan_of(row.plan_id);
        let own = row.kind == PlanStepKind::Review && self.who.person == Some(plan.author_id);
        let may = self.who.may_step(&plan, row.kind, Some(row.staff_member_id)) && !own;
        let about = ("completePlanStep", "planStep { id }", OF_STEPS);
        Some(self.planning(about, row.school_id, (vec![(Kind::PlanStep, row.id)], fields, found), may))
    }

    pub(super) fn take_up_plan(&mut self) -> Option<Attempt> {
        let plan = any_row!(self, plan)?;
        let (class, found) = (self.class_of(&plan)?, self.fresh());
        let outcome = *self.chance.pick(&["AS_PLANNED", "ADAPTED", "PASSED_OVER"]);
        let fields = json!({
            "planId": Kind::Plan.id(plan.id), "classId": Kind::Class.id(class.id), "outcome": outcome, "found": found });
        let names = vec![(Kind::Plan, plan.id), (Kind::Class, class.id)];
        let may = self.who.may_write(What::Teaching, Some(class.school_id), Some(class.id));
        let about: About = ("takeUpPlan", "planStep { id }", &["plan_step", "coverage_cell"]);
        Some(self.planning(about, plan.school_id, (names, fields, found), may))
    }

    pub(super) fn create_adaptation(&mut self) -> Option<Attempt> {
        let plan = any_row!(self, plan)?;
        let (class, what) = (self.class_of(&plan)?, self.fresh());
        let of_year = class.academic_year_id == plan.academic_year_id;
        let pupil = self.pupil_of(class.id).filter(|_| of_year && self.chance.percent(50));
        let group = pupil.is_none() && self.chance.percent(50);
        let audience = if group {
            "GROUP"
        } else if pupil.is_some() {
            "PUPIL"
        } else {
            "CLASS"
        };
        let fields = json!({
            "planId": Kind::Plan.id(plan.id), "classId": Kind::Class.id(class.id), "audience": audience,
            "pupilGroup": group.then_some("Six who read alone"), "pupilId": pupil.map(|id| Kind::Pupil.id(id)),
            "need": "MISSED_LEARNING", "what": what, "reason": "They had not met it." });
        let mut names = vec![(Kind::Plan, plan.id), (Kind::Class, class.id)];
        names.extend(pupil.map(|id| (Kind::Pupil, id)));
        let may = self.who.may_adapt(&plan, &class);
        let about: About = ("createAdaptation", "adaptation { id }", &["adaptation"]);
        Some(self.planning(about, plan.school_id, (names, fields, what), may))
    }

    pub(super) fn update_adaptation(&mut self) -> Option<Attempt> {
        let (row, what) = (any_row!(self, adaptation)?, self.fresh());
        let class = self.world.class.iter().find(|class| class.id == row.class_id)?;
        let helped = self.chance.percent(50);
        let told = (helped && self.chance.percent(60)).then(|| self.fresh());
        let fields = json!({
            "adaptationId": Kind::Adaptation.id(row.id), "expectedVersion": row.version, "what": what,
            "helped": helped.then_some("HELPED"), "found": helped.then_some("It was enough."), "sharedAs": told });
        let may = self.who.may_adapt(&self.plan_of(row.plan_id), class);
        let about: About = ("updateAdaptation", "adaptation { id }", &["adaptation", "shared_adaptation"]);
        Some(self.planning(about, row.school_id, (vec![(Kind::Adaptation, row.id)], fields, what), may))
    }

    pub(super) fn remove_adaptation(&mut self) -> Option<Attempt> {
        let row = any_row!(self, adaptation)?;
        let class = self.world.class.iter().find(|class| class.id == row.class_id)?;
        let (fields, mark) = (json!({ "adaptationId": Kind::Adaptation.id(row.id) }), format!("id: {}", row.id));
        let may = self.who.may_adapt(&self.plan_of(row.plan_id), class);
        let about: About = ("removeAdaptation", "removedId", &["adaptation", "shared_adaptation"]);
        Some(self.planning(about, row.school_id, (vec![(Kind::Adaptation, row.id)], fields, mark), may))
    }

    pub(super) fn record_coverage(&mut self) -> Option<Attempt> {
        let class = any_row!(self, class)?;
        let here =
            |row: &&plan::Model| (row.school_id, row.academic_year_id) == (class.school_id, class.academic_year_id);
        let plans: Vec<Uuid> = self.world.plan.iter().filter(here).map(|row| row.id).collect();
        let plan = self.chance.pick_any(&plans).copied().filter(|_| self.chance.percent(40));
        let objective = self.an_objective(class.school_id, plan.map(|id| self.plan_of(id).subject_id))?;
        let year = self.world.academic_year.iter().find(|row| row.id == class.academic_year_id)?;
        let until = year.ends_on.min(TestApp::now().date_naive());
        if until < year.starts_on {
            return None;
        }
        let taught_on = self.chance.day(year.starts_on, until);
        // Objectives that do not fit are told before pupils who are not there: so only of those who are.
        let pupil =
            self.pupil_on(class.id, taught_on).filter(|id| self.sight.has(Kind::Pupil, *id) && self.chance.percent(60));
        let whole = plan.is_some() && self.chance.percent(40);
        let one = json!({
            "objectiveId": Kind::Objective.id(objective), "depth": "PRACTISED",
            "notYetSecureIds": pupil.map(|id| Kind::Pupil.id(id)).into_iter().collect::<Vec<_>>() });
        let fields = json!({
            "classId": Kind::Class.id(class.id), "planId": plan.map(|id| Kind::Plan.id(id)), "taughtOn": taught_on,
            "objectives": (!whole).then(|| vec![one]) });
        let mut names = vec![(Kind::Class, class.id)];
        names.extend(plan.map(|id| (Kind::Plan, id)));
        if !whole {
            names.push((Kind::Objective, objective));
            names.extend(pupil.map(|id| (Kind::Pupil, id)));
        }
        let may = self.who.may_write(What::Teaching, Some(class.school_id), Some(class.id));
        let about = ("recordCoverage", "taughtObjectives { id }", OF_TEACHING);
        Some(self.planning(about, class.school_id, (names, fields, format!("class_id: {}", class.id)), may))
    }

    pub(super) fn correct_coverage(&mut self) -> Option<Attempt> {
        let row = any_row!(self, taught_objective)?;
        let id = Kind::TaughtObjective.id(row.id);
        // Another depth than it has: to say the same again would change nothing.
        let depth = if row.depth == TeachingDepth::Secure { "MET" } else { "SECURE" };
        let given = (vec![(Kind::TaughtObjective, row.id)], json!({ "taughtObjectiveId": id, "depth": depth }));
        let may = self.who.may_write(What::Teaching, Some(row.school_id), Some(row.class_id));
        let about = ("correctCoverage", "taughtObjective { id }", OF_TEACHING);
        let mark = format!("supersedes_id: Some({})", row.id);
        Some(self.planning(about, row.school_id, (given.0, given.1, mark), may))
    }

    pub(super) fn withdraw_coverage(&mut self) -> Option<Attempt> {
        let (row, reason) = (any_row!(self, taught_objective)?, self.fresh());
        let fields = json!({ "taughtObjectiveId": Kind::TaughtObjective.id(row.id), "reason": reason });
        let may = self.who.may_write(What::Teaching, Some(row.school_id), Some(row.class_id));
        let about = ("withdrawCoverage", "taughtObjective { id }", OF_TEACHING);
        Some(self.planning(about, row.school_id, (vec![(Kind::TaughtObjective, row.id)], fields, reason), may))
    }

    pub(super) fn create_focus(&mut self) -> Option<Attempt> {
        let (school, subject, title) = (any_row!(self, school)?, any_row!(self, subject)?, self.fresh());
        let fields = json!({
            "schoolId": Kind::School.id(school.id), "subjectId": Kind::Subject.id(subject.id), "title": title,
            "reason": "It was least secure.", "lowestYearGroup": "YEAR_1", "highestYearGroup": "YEAR_2",
            "startsOn": "2026-09-01", "endsOn": "2026-12-18" });
        let names = vec![(Kind::School, school.id), (Kind::Subject, subject.id)];
        let may = self.who.may_focus(school.id, subject.id);
        Some(self.planning(("createFocus", "focus { id }", &["focus"]), school.id, (names, fields, title), may))
    }

    pub(super) fn update_focus(&mut self) -> Option<Attempt> {
        let (row, title) = (any_row!(self, focus)?, self.fresh());
        let fields = json!({ "focusId": Kind::Focus.id(row.id), "expectedVersion": row.version, "title": title });
        let (names, may) = (vec![(Kind::Focus, row.id)], self.who.may_focus(row.school_id, row.subject_id));
        Some(self.planning(("updateFocus", "focus { id }", &["focus"]), row.school_id, (names, fields, title), may))
    }

    pub(super) fn remove_focus(&mut self) -> Option<Attempt> {
        let row = any_row!(self, focus)?;
        let fields = json!({ "focusId": Kind::Focus.id(row.id) });
        let (names, mark) = (vec![(Kind::Focus, row.id)], format!("id: {}", row.id));
        let may = self.who.may_focus(row.school_id, row.subject_id);
        Some(self.planning(("removeFocus", "removedId", &["focus"]), row.school_id, (names, fields, mark), may))
    }
}
