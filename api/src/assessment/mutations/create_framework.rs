//! `createFramework`: a trust lead adds a scale of grades.

use async_graphql::InputObject;
use plumbline_entity::{framework, grade};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use crate::{
    assessment::{Framework, rules::check_scale},
    db::Tx,
    graphql::{Acting, AtField, Change, Refusal, UnlessTaken, mutation},
    organisation::rules::{check_code, check_name},
};

/// A framework to add, with its grades.
#[derive(InputObject)]
pub struct CreateFrameworkInput {
    /// Short name: lower-case letters, digits and hyphens, 1 to 40, such as `ks2-ta`.
    code: String,
    /// Which edition of it, such as 2018, 1 to 100 characters; unique for its code in the trust.
    edition: String,
    /// The name that people read, 1 to 100 characters.
    name: String,
    /// The grades, the lowest first, 2 to 30.
    grades: Vec<GradeInput>,
    /// Codes that are not grades and are never ordered, such as A for absent, at most 30.
    #[graphql(default)]
    other_codes: Vec<GradeInput>,
    /// A key of yours under which a repeat does nothing twice.
    idempotency_key: Option<String>,
}

/// A grade of a framework, or a code that is not a grade.
#[derive(InputObject)]
pub struct GradeInput {
    /// Short name, 1 to 10 characters without spaces, unique in the framework, such as EXS.
    pub(crate) code: String,
    /// The name that people read, 1 to 100 characters.
    pub(crate) name: String,
}

impl Change for CreateFrameworkInput {
    type Changed = framework::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<framework::Model, Refusal> {
        let permit = by.may_in_trust::<framework::Entity>()?;
        let grades_permit = by.may_in_trust::<grade::Entity>()?;
        let scale = check_scale(&self.grades, &self.other_codes)?;
        let row = framework::ActiveModel {
            id: Set(Uuid::now_v7()),
            trust_id: Set(by.trust()),
            code: Set(check_code(&self.code).at("code")?),
            edition: Set(check_name(&self.edition).at("edition")?),
            name: Set(check_name(&self.name).at("name")?),
        };
        let message = "The trust has this edition of a framework with this code.";
        let framework = tx.insert(&permit, row).await.unless_taken("edition", message)?;
        let grades = scale.into_iter().map(|(code, name, rank)| grade::ActiveModel {
            id: Set(Uuid::now_v7()),
            trust_id: Set(by.trust()),
            framework_id: Set(framework.id),
            code: Set(code),
            name: Set(name),
            rank: Set(rank),
        });
        tx.insert_many(&grades_permit, grades.collect()).await?;
        Ok(framework)
    }
}

mutation! {
    /// Adds a framework: an ordered scale of grades, and codes that are not grades. For trust leads.
    CreateFramework { create_framework: CreateFrameworkInput => CreateFrameworkPayload {
        /// The new framework.
        framework: Framework
    } }
}
