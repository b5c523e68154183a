//! Who may write what, implemented a second time from the document.

use plumbline_entity::appointment::Role;
use plumbline_entity::client_application::ClientScope;
use plumbline_entity::plan_step::PlanStepKind;
use plumbline_entity::year_group::YearGroup;
use plumbline_entity::{class, plan};
use plumbline_tests::TestApp;
use uuid::Uuid;

use super::rules::{Way, Who};

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Schools, years, phases, subjects, frameworks, windows, exercises, samples, outcomes: a trust lead's.
    OfTheTrust,
    /// Client applications and grants: a trust lead's.
    Access,
    /// Classes, pupils, characteristics and enrolments of a school.
    Roll,
    /// That a pupil is erased, or two records of one are merged or made two again: not for a school's MIS.
    Erasure,
    Account,
    Appointment,
    Judgement,
    /// What was taught in a class, and by which plan.
    Teaching,
    SecondJudgement,
}

impl Who<'_, '_> {
    /// Whether they may write a row of a school, or of the trust if no school is given, and of a class.
    pub fn may_write(&self, what: What, school: Option<Uuid>, class: Option<Uuid>) -> bool {
        let decides_who_may = matches!(what, What::Access | What::Account | What::Appointment);
        let scope = if decides_who_may { ClientScope::WriteStaff } else { ClientScope::Write };
        if !self.client_lets_write(scope, school) {
            return false;
        }
        let lead = self.is(Role::TrustLead);
        let leads = school.is_some_and(|school| self.leads(school));
        match what {
            What::OfTheTrust | What::Access => lead,
            What::Roll => leads || school.is_some_and(|school| self.synchronises().contains(&school)),
            What::Erasure => leads,
            What::Account => lead || self.is(Role::SeniorLeader),
            What::Appointment => lead || leads,
            What::Judgement | What::Teaching => {
                leads || class.is_some_and(|class| self.ways.contains(&Way::Teacher { class }))
            }
            What::SecondJudgement => {
                self.is(Role::Moderator) && school.is_some_and(|school| !self.schools().contains(&school))
            }
        }
    }

    /// Whether they may write the curriculum of a subject: the trust's, or a school's own.
    pub fn may_write_curriculum(&self, school: Option<Uuid>, subject: Uuid) -> bool {
        let leads = school.is_some_and(|school| self.leads(school));
        let leads_subject = school.is_some_and(|school| self.ways.contains(&Way::Subject { school, subject }));
        self.client_lets_write(ClientScope::Write, school) && (self.is(Role::TrustLead) || leads || leads_subject)
    }

    /// What a client application lets through: for a person only what it is registered to write, and only in its
    /// schools.
    fn client_lets_write(&self, scope: ClientScope, school: Option<Uuid>) -> bool {
        let Some(client) = &self.client else { return true };
        let registered = self.person.is_none() || client.has(scope);
        let within = |schools: &Vec<Uuid>| school.is_some_and(|school| schools.contains(&school));
        registered && client.schools.as_ref().is_none_or(within)
    }

    /// Whether they may change the name and address of somebody. A trust lead always may; a senior leader may only if
    /// they could give all that the person is or will be appointed to.
    pub fn may_rename(&self, person: Uuid) -> bool {
        let today = TestApp::now().date_naive();
        let theirs = self.facts.world.appointment.iter().filter(|row| row.staff_member_id == person);
        let mut runs = theirs.filter(|row| row.ends_on.is_none_or(|last| last >= today));
        let gives = runs.all(|row| row.school_id.is_some_and(|school| self.leads(school)));
        self.may_write(What::Account, None, None) && (self.is(Role::TrustLead) || gives)
    }

    /// The school that a pupil belongs to: that of their latest place that has begun, or else of the first to come.
    pub fn school_of(&self, pupil: Uuid) -> Option<Uuid> {
        let today = TestApp::now().date_naive();
        let mut places = self.facts.places_of(pupil).to_vec();
        places.sort_by_key(|place| (place.starts_on, place.id));
        let begun = places.iter().rev().find(|place| place.starts_on <= today);
        begun.or(places.first()).map(|place| place.school_id)
    }

    /// Whether they lead a subject, a phase or a school there: the phase by the youngest year group, and only where one is given.
    fn leads_there(&self, school: Uuid, subject: Uuid, youngest: Option<YearGroup>) -> bool {
        self.ways.iter().any(|way| match *way {
            Way::Subject { school: own, subject: led } => (own, led) == (school, subject),
            Way::Phase { school: own, lowest, highest } => {
                own == school && youngest.is_some_and(|year| (lowest..=highest).contains(&year))
            }
            Way::Senior { school: own } => own == school,
            Way::Teacher { .. } | Way::Senco { .. } | Way::Grant { .. } => false,
        })
    }

    /// Whether they may plan in a school: its colleagues begin plans, and take on what is to be done for them.
    pub fn may_plan(&self, school: Uuid) -> bool {
        self.person.is_some()
            && self.schools().contains(&school)
            && self.client_lets_write(ClientScope::Write, Some(school))
    }

    /// Whether they may change a plan: they wrote it and are still a colleague, or they lead there. Who leads a phase does not move it
    /// to another year group.
    pub fn may_change(&self, plan: &plan::Model, moves: bool) -> bool {
        let youngest = Some(plan.lowest_year_group).filter(|_| !moves);
        let leads = self.leads_there(plan.school_id, plan.subject_id, youngest);
        self.may_plan(plan.school_id) && (self.person == Some(plan.author_id) || leads)
    }

    /// Whether they may ask for a step that somebody does, change it, or say what came of it.
    pub fn may_step(&self, plan: &plan::Model, kind: PlanStepKind, does: Option<Uuid>) -> bool {
        let leads = self.leads_there(plan.school_id, plan.subject_id, Some(plan.lowest_year_group));
        let may = match kind {
            PlanStepKind::Task => leads || self.person == Some(plan.author_id) || self.person == does,
            PlanStepKind::Review | PlanStepKind::Conversation => leads,
            // That is said by `takeUpPlan` alone.
            PlanStepKind::TakeUp => false,
        };
        may && self.may_plan(plan.school_id)
    }

    /// Whether they may adapt a plan for a class, or for some of it.
    pub fn may_adapt(&self, plan: &plan::Model, class: &class::Model) -> bool {
        let teaches = self.ways.contains(&Way::Teacher { class: class.id });
        let leads = self.leads_there(class.school_id, plan.subject_id, Some(class.lowest_year_group));
        (teaches || leads) && self.client_lets_write(ClientScope::Write, Some(class.school_id))
    }

    /// Whether they may set what is in focus.
    pub fn may_focus(&self, school: Uuid, subject: Uuid) -> bool {
        self.leads_there(school, subject, None) && self.client_lets_write(ClientScope::Write, Some(school))
    }
}
