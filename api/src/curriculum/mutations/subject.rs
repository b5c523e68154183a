//! `createSubject`, `updateSubject` and `removeSubject`: a trust lead adds a subject, renames it, takes a mistaken one away.

use plumbline_entity::{appointment, curriculum, focus, judgement, moderation_exercise, plan, subject};
use sea_orm::IntoActiveModel as _;
use uuid::Uuid;

use crate::{
    curriculum::Subject,
    db::Tx,
    graphql::{Acting, Change, Refusal, UnlessTaken, inputs, mutation, removal},
    rulebook::Ruled as _,
};

inputs! {
    subject, "subject":
    /// A subject to add.
    create CreateSubjectInput {}
    update UpdateSubjectInput of subject_id: Subject
    both {
        /// Short name: lower-case letters, digits and hyphens, 1 to 40; unique in the trust.
        code: String,
        /// The name that people read.
        name: String,
    }
}

const CODE_TAKEN: &str = "The trust has a subject with this code.";

impl Change for CreateSubjectInput {
    type Changed = subject::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<subject::Model, Refusal> {
        let permit = by.may_in_trust::<subject::Entity>()?;
        let (id, trust_id) = (Uuid::now_v7(), by.trust());
        let row = subject::Model { id, trust_id, code: self.code, name: self.name, version: 1 }.checked(())?;
        tx.insert(&permit, row.into_active_model()).await.unless_taken("code", CODE_TAKEN)
    }
}

impl Change for UpdateSubjectInput {
    type Changed = subject::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<subject::Model, Refusal> {
        let subject = by.to_change(tx, self.subject_id, "subjectId").await?;
        let permit = by.may_in_trust::<subject::Entity>()?;
        let wanted = self.over(&subject).changed_from(&subject, ())?;
        Ok(tx.update_to(&permit, subject, self.expected_version, wanted).await.unless_taken("code", CODE_TAKEN)??)
    }
}

removal! {
    /// A subject to remove.
    RemoveSubjectInput of subject_id("subjectId"): Subject
    for |by, subject| by.may_in_trust();
    hangs {
        "judgements": judgement::SubjectId,
        "curricula": curriculum::SubjectId,
        "plans": plan::SubjectId,
        "focuses": focus::SubjectId,
        "moderation exercises": moderation_exercise::SubjectId,
        "appointments": appointment::SubjectId,
    }
}

mutation! {
    /// Adds a subject. For trust leads.
    CreateSubject { create_subject: CreateSubjectInput => CreateSubjectPayload {
        subject: Subject, "The new subject."
    } }

    /// Corrects the code or the name of a subject. Questions that name the old code are refused from then on. For trust leads.
    UpdateSubject { update_subject: UpdateSubjectInput => UpdateSubjectPayload {
        subject: Subject, "The subject as it is now."
    } }

    /// Removes a subject of which nothing was recorded and to which nobody is appointed. For trust leads.
    RemoveSubject { remove_subject: RemoveSubjectInput => RemoveSubjectPayload {
        removed_id: (Subject), "The id by which it was known."
    } }
}
