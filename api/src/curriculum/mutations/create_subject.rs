//! `createSubject`: a trust lead adds a subject.

use async_graphql::InputObject;
use plumbline_entity::subject;
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use crate::{
    curriculum::Subject,
    db::Tx,
    graphql::{Acting, AtField, Change, Refusal, UnlessTaken, mutation},
    organisation::rules::{check_code, check_name},
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

impl Change for CreateSubjectInput {
    type Changed = subject::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<subject::Model, Refusal> {
        let permit = by.may_in_trust::<subject::Entity>()?;
        let row = subject::ActiveModel {
            id: Set(Uuid::now_v7()),
            trust_id: Set(by.trust()),
            code: Set(check_code(&self.code).at("code")?),
            name: Set(check_name(&self.name).at("name")?),
        };
        tx.insert(&permit, row).await.unless_taken("code", "The trust has a subject with this code.")
    }
}

mutation! {
    /// Adds a subject. For trust leads.
    CreateSubject { create_subject: CreateSubjectInput => CreateSubjectPayload {
        /// The new subject.
        subject: Subject
    } }
}
