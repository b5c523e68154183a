//! `createFramework`: a trust lead adds a scale of grades.

use async_graphql::InputObject;
use plumbline_entity::{framework, grade};
use sea_orm::{ActiveModelTrait as _, IntoActiveModel as _};
use uuid::Uuid;

use crate::{
    assessment::Framework,
    db::Tx,
    graphql::{Acting, Change, Refusal, UnlessTaken, mutation},
    rulebook::Faults,
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
    code: String,
    /// The name that people read, 1 to 100 characters.
    name: String,
}

impl Change for CreateFrameworkInput {
    type Changed = framework::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<framework::Model, Refusal> {
        let permit = by.may_in_trust::<framework::Entity>()?;
        let grades_permit = by.may_in_trust::<grade::Entity>()?;
        let framework = framework::Model {
            id: Uuid::now_v7(),
            trust_id: by.trust(),
            code: self.code,
            edition: self.edition,
            name: self.name,
        };
        let grade = |(given, rank): (GradeInput, Option<i16>)| grade::Model {
            id: Uuid::now_v7(),
            trust_id: framework.trust_id,
            framework_id: framework.id,
            code: given.code,
            name: given.name,
            rank,
        };
        let ranked = self.grades.into_iter().enumerate().map(|(at, given)| (given, i16::try_from(at).ok()));
        let scale: Vec<_> = ranked.chain(self.other_codes.into_iter().map(|code| (code, None))).map(grade).collect();
        let mut faults = Faults::default();
        let (scale, framework) = (faults.check(scale, ()), faults.check(framework, ()));
        faults.none()?;
        let message = "The trust has this edition of a framework with this code.";
        let framework = tx.insert(&permit, framework.into_active_model()).await.unless_taken("edition", message)?;
        let grades = scale.into_iter().map(|grade| grade.into_active_model().reset_all());
        tx.insert_many(&grades_permit, grades.collect()).await?;
        Ok(framework)
    }
}

mutation! {
    /// Adds a framework: an ordered scale of grades, and codes that are not grades. For trust leads.
    CreateFramework { create_framework: CreateFrameworkInput => CreateFrameworkPayload {
        framework: Framework, "The new framework."
    } }
}
