//! `createAssessmentWindow`: a trust lead says when judgements of a term are made.

use async_graphql::InputObject;
use plumbline_entity::{assessment_window, assessment_window::Term};
use sea_orm::IntoActiveModel as _;
use uuid::Uuid;

use crate::{
    assessment::AssessmentWindow,
    db::Tx,
    graphql::{Acting, Change, Date, Ref, Refusal, UnlessTaken, mutation},
    organisation::AcademicYear,
    rulebook::Ruled as _,
};

/// An assessment window to add.
#[derive(InputObject)]
pub struct CreateAssessmentWindowInput {
    /// The academic year.
    academic_year_id: Ref<AcademicYear>,
    /// The term; each has one window in a year.
    term: Term,
    /// First day on which judgements may be dated, in the academic year.
    opens_on: Date,
    /// Last day on which judgements may be dated, in the academic year.
    closes_on: Date,
    /// A key of yours under which a repeat does nothing twice.
    idempotency_key: Option<String>,
}

impl Change for CreateAssessmentWindowInput {
    type Changed = assessment_window::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<assessment_window::Model, Refusal> {
        let permit = by.may_in_trust::<assessment_window::Entity>()?;
        let year = by.named(tx, self.academic_year_id, "academicYearId").await?;
        let row = assessment_window::Model {
            id: Uuid::now_v7(),
            trust_id: by.trust(),
            academic_year_id: year.id,
            term: self.term,
            opens_on: self.opens_on.0,
            closes_on: self.closes_on.0,
        }
        .checked(&year)?;
        tx.insert(&permit, row.into_active_model())
            .await
            .unless_taken("term", "The academic year has a window for this term.")
    }
}

mutation! {
    /// Says when the judgements of a term are made. For trust leads.
    CreateAssessmentWindow { create_assessment_window: CreateAssessmentWindowInput => CreateAssessmentWindowPayload {
        assessment_window: AssessmentWindow, "The new assessment window."
    } }
}
