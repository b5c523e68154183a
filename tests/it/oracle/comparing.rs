//! Which counts exist for whom, implemented a second time from the document.

use plumbline_entity::appointment::Role;
use plumbline_entity::client_application::ClientScope;
use plumbline_entity::judgement_cell::GroupAttribute;
use plumbline_entity::year_group::YearGroup;
use plumbline_entity::{
    agreement_cell, agreement_edition, agreement_edition_cell, judgement, judgement_cell, sampled_work,
};
use uuid::Uuid;

use super::rules::{Way, Who};

impl Who<'_, '_> {
    /// Whether they compare all schools: trust leads and analysts do, and client applications that compare by
    /// themselves. Nobody does through an application that is kept to some schools.
    pub fn compares_all(&self) -> bool {
        let kept = self.client.as_ref().is_some_and(|client| client.schools.is_some());
        let by_role = self.is(Role::TrustLead) || self.is(Role::TrustAnalyst);
        let by_itself = self.alone().is_some_and(|client| client.has(ClientScope::Compare));
        !kept && (by_role || by_itself) && self.compares()
    }

    fn compares(&self) -> bool {
        self.client.as_ref().is_none_or(|client| client.has(ClientScope::Compare))
    }

    /// Whether all that they may compare is of subjects that they lead: then never by groups of pupils.
    pub fn leads_subjects_alone(&self) -> bool {
        let subject = |way: &Way| matches!(way, Way::Subject { .. });
        let other = |way: &Way| matches!(way, Way::Teacher { .. } | Way::Phase { .. } | Way::Senior { .. });
        self.ways.iter().any(subject) && !self.ways.iter().any(other) && !self.compares_all()
    }

    /// Whether a count of a class in a subject, split by an attribute, is of their own school, class, subject or phase.
    fn counts(&self, school: Uuid, class: Uuid, subject: Uuid, year_group: YearGroup, by: GroupAttribute) -> bool {
        let own = self.ways.iter().any(|way| match *way {
            Way::Teacher { class: own } => class == own,
            Way::Subject { school: own, subject: led } => school == own && subject == led && by == GroupAttribute::All,
            Way::Phase { school: own, lowest, highest } => school == own && (lowest..=highest).contains(&year_group),
            Way::Senior { school: own } => school == own,
            Way::Senco { .. } | Way::Grant { .. } => false,
        });
        own && self.within(ClientScope::Compare, |client| !client.keeps_out(school))
    }

    /// Whether a cell of judgements exists for them.
    pub fn judgement_cell(&self, cell: &judgement_cell::Model) -> bool {
        self.counts(cell.school_id, cell.class_id, cell.subject_id, cell.year_group, cell.attribute)
    }

    /// Whether a cell of moderated judgements exists for them.
    pub fn agreement_cell(&self, cell: &agreement_cell::Model) -> bool {
        self.facts.is_released(cell.exercise_id)
            && self.counts(cell.school_id, cell.class_id, cell.subject_id, cell.year_group, cell.attribute)
    }

    /// Whether an edition exists for them: of a released exercise, for those who compare all schools.
    pub fn edition(&self, edition: &agreement_edition::Model) -> bool {
        self.compares_all() && edition.trust_id == self.trust && self.facts.is_released(edition.exercise_id)
    }

    /// Whether a cell of an edition exists for them.
    pub fn edition_cell(&self, cell: &agreement_edition_cell::Model) -> bool {
        let editions = &self.facts.world.agreement_edition;
        editions.iter().any(|edition| edition.id == cell.edition_id && self.edition(edition))
    }

    /// Whether a current judgement is in the counts that they may see.
    pub fn counts_judgement(&self, of: &judgement::Model) -> bool {
        self.counts(of.school_id, of.class_id, of.subject_id, of.year_group, GroupAttribute::All)
    }

    /// Whether a piece of work is in the counts, split by an attribute, that they may see.
    pub fn counts_work(&self, of: &sampled_work::Model, by: GroupAttribute) -> bool {
        let subject = self.facts.exercises[&of.exercise_id].subject_id;
        self.facts.is_released(of.exercise_id) && self.counts(of.school_id, of.class_id, subject, of.year_group, by)
    }
}
