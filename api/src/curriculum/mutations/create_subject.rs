//! `createSubject`: a trust lead adds a subject.

use async_graphql::InputObject;
use plumbline_entity::subject;
use sea_orm::IntoActiveModel as _;
use uuid::Uuid;

use crate::{
    curriculum::Subject,
    db::Tx,
    graphql::{Acting, Change, Refusal, UnlessTaken, mutation},
    rulebook::Ruled as _,
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
        let row =
            subject::Model { id: Uuid::now_v7(), trust_id: by.trust(), code: self.code, name: self.name }.checked(())?;
        tx.insert(&permit, row.into_active_model())
            .await
            .unless_taken("code", "The trust has a subject with this code.")
    }
}

mutation! {
    /// Adds a subject. For trust leads.
    CreateSubject { create_subject: CreateSubjectInput => CreateSubjectPayload {
        subject: Subject, "The new subject."
    } }
}
