//! Who may see how the curriculum is planned and taught, row by row.

use plumbline_entity::{
    adaptation, adaptation::AdaptationAudience, appointment::Role, client_application::ClientScope, insecure_pupil,
    plan_step, plan_step::PlanStepKind,
};
use uuid::Uuid;

use super::rules::{Sight, Way, Who};
use super::shape::Kind;

impl Who<'_, '_> {
    /// What exists for them of planning.
    pub(super) fn planning(&self, sight: &mut Sight) {
        if !self.belongs() {
            return;
        }
        let world = self.facts.world;
        let ours = |trust: Uuid| trust == self.trust;
        // All staff of the trust learn from plans, from what helped and from what is in focus.
        let plans = world.plan.iter().filter(|row| ours(row.trust_id)).map(|row| (Kind::Plan, row.id));
        let shared = world.shared_adaptation.iter().filter(|row| ours(row.trust_id));
        let shared = shared.map(|row| (Kind::SharedAdaptation, row.id));
        let focuses = world.focus.iter().filter(|row| ours(row.trust_id)).map(|row| (Kind::Focus, row.id));
        let steps = world.plan_step.iter();
        let steps = steps.filter(|row| ours(row.trust_id) && self.step(row) && !self.keeps_out(row.school_id));
        let steps = steps.map(|row| (Kind::PlanStep, row.id));
        let adapted = world.adaptation.iter().filter(|row| ours(row.trust_id) && self.adaptation(row));
        let adapted = adapted.map(|row| (Kind::Adaptation, row.id));
        let taught = world.taught_objective.iter().filter(|row| self.taught(row.trust_id, row.school_id));
        let taught = taught.map(|row| (Kind::TaughtObjective, row.id));
        for (kind, id) in plans.chain(shared).chain(focuses).chain(steps).chain(adapted).chain(taught) {
            sight.rows.entry(kind).or_default().insert(id, &[]);
        }
    }

    /// Tasks and reviews are the team's; conversations and who takes a plan up are for those whom they concern, for the teachers of
    /// the class, and for those who lead.
    fn step(&self, row: &plan_step::Model) -> bool {
        let youngest = self.facts.plans[&row.plan_id].lowest_year_group;
        let leads = self.ways.iter().any(|way| match *way {
            Way::Teacher { class } => row.class_id == Some(class),
            Way::Subject { school, subject } => (row.school_id, row.subject_id) == (school, subject),
            Way::Phase { school, lowest, highest } => row.school_id == school && (lowest..=highest).contains(&youngest),
            Way::Senior { school } => row.school_id == school,
            Way::Senco { .. } | Way::Grant { .. } => false,
        });
        let of_team = matches!(row.kind, PlanStepKind::Task | PlanStepKind::Review);
        leads
            || self.is(Role::TrustLead)
            || self.person == Some(row.staff_member_id)
            || (of_team && self.schools().contains(&row.school_id))
    }

    /// What is done for a class or a group is the school's to see; what is done for a pupil, for those who see the class.
    fn adaptation(&self, row: &adaptation::Model) -> bool {
        let by = self.ways.iter().any(|way| match *way {
            Way::Teacher { class } => row.class_id == class,
            Way::Subject { school, subject } => (row.school_id, row.subject_id) == (school, subject),
            Way::Phase { school, lowest, highest } => {
                row.school_id == school && (lowest..=highest).contains(&row.year_group)
            }
            Way::Senior { school } => row.school_id == school,
            Way::Senco { school } => row.school_id == school && row.pupil_id.is_some_and(|id| self.has_needs(id)),
            Way::Grant { .. } => false,
        });
        let of_school = row.audience != AdaptationAudience::Pupil && self.schools().contains(&row.school_id);
        (by || of_school) && self.within(ClientScope::ReadPupils, |client| !client.keeps_out(row.school_id))
    }

    /// Whether they ask through a client application that is kept to other schools.
    fn keeps_out(&self, school: Uuid) -> bool {
        self.client.as_ref().is_some_and(|client| client.keeps_out(school))
    }

    fn has_needs(&self, pupil: Uuid) -> bool {
        self.facts.with_needs.contains(&pupil)
    }

    /// What is taught in a school, and how much of it, is for its colleagues, and for whoever looks over all schools.
    pub(super) fn taught(&self, trust: Uuid, school: Uuid) -> bool {
        let compares = self.alone().is_some_and(|client| client.has(ClientScope::Compare));
        let looks_over = self.is(Role::TrustLead) || self.is(Role::TrustAnalyst) || compares;
        trust == self.trust && !self.keeps_out(school) && (looks_over || self.schools().contains(&school))
    }

    /// Who was not yet secure is seen by the teachers of the class, by those who lead the subject or the school, and by a SENCO where
    /// the pupil has special educational needs.
    pub(super) fn insecure(&self, row: &insecure_pupil::Model) -> bool {
        let by = self.ways.iter().any(|way| match *way {
            Way::Teacher { class } => row.class_id == class,
            Way::Subject { school, subject } => (row.school_id, row.subject_id) == (school, subject),
            Way::Senior { school } => row.school_id == school,
            Way::Senco { school } => row.school_id == school && self.has_needs(row.pupil_id),
            // Of their school, and of pupils who are or were in the year groups of the phase.
            Way::Phase { school, lowest, highest } => {
                let mut places = self.facts.world.enrolment.iter().filter(|place| place.pupil_id == row.pupil_id);
                row.school_id == school && places.any(|place| (lowest..=highest).contains(&place.year_group))
            }
            Way::Grant { .. } => false,
        });
        by && self.within(ClientScope::ReadPupils, |client| !client.keeps_out(row.school_id))
    }
}
