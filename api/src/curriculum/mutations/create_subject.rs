//! `createSubject`: a trust lead adds a subject.

use async_graphql::InputObject;
use plumbline_entity::subject;
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use crate::{
    curriculum::{Subject, subject_by_code},
    db::Tx,
    graphql::{Acting, Change, Refusal, UserError, mutation, payload},
    organisation::rules::check_name,
};

/// A subject to add.
#[derive(InputObject)]
pub struct CreateSubjectInput {
    /// Short name: lower-case letters, digits and hyphens, 1 to 40; unique in the trust.
    code: String,
    /// The name that people read.
    name: String,
    /// A key of yours under which a repeat does nothing twice.
    idempotency_key: Option<String>,
}

payload! {
    /// What came of `createSubject`.
    CreateSubjectPayload {
        /// The new subject.
        subject: Subject
    }
}

impl Change for CreateSubjectInput {
    const NAME: &'static str = "createSubject";
    type Changed = subject::Model;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<subject::Model, Refusal> {
        let permit = by.may_in_trust::<subject::Entity>()?;
        let sound = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !(1..=40).contains(&self.code.len()) || !self.code.chars().all(sound) {
            let message = "A code has 1 to 40 lower-case letters, digits and hyphens, such as `writing`.";
            return Err(UserError::invalid("code", message).into());
        }
        let name = check_name(&self.name).map_err(|message| UserError::invalid("name", message))?;
        if subject_by_code(tx, by.viewer, &self.code).await?.is_some() {
            return Err(UserError::duplicate("code", "The trust has a subject with this code.").into());
        }
        let row = subject::ActiveModel {
            id: Set(Uuid::now_v7()),
            trust_id: Set(by.trust()),
            code: Set(self.code),
            name: Set(name),
        };
        Ok(tx.insert(&permit, row).await?)
    }
}

mutation! {
    /// Adds a subject. For trust leads.
    CreateSubject { create_subject: CreateSubjectInput => CreateSubjectPayload }
}
