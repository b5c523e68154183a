//! `createAssessmentWindow`, `updateAssessmentWindow` and `removeAssessmentWindow`: a trust lead says when judgements of a term are
//! made, corrects it, takes a mistaken window away.

use plumbline_entity::{assessment_window, assessment_window::Term, judgement, moderation_exercise};
use sea_orm::{ColumnTrait as _, Condition, IntoActiveModel as _};
use uuid::Uuid;

use crate::{
    assessment::AssessmentWindow,
    db::Tx,
    graphql::{Acting, Change, Date, Hanging, Ref, Refusal, UnlessTaken, inputs, mutation, refuse_hanging, removal},
    organisation::AcademicYear,
    rulebook::Ruled as _,
};

inputs! {
    assessment_window, "assessment window":
    /// An assessment window to add.
    create CreateAssessmentWindowInput {
        /// The academic year.
        academic_year_id: Ref<AcademicYear>,
        /// The term; each has one window in a year.
        term: Term,
    }
    update UpdateAssessmentWindowInput of window_id: AssessmentWindow
    both {
        /// First day on which judgements may be dated, in the academic year.
        opens_on: Date,
        /// Last day on which judgements may be dated, in the academic year.
        closes_on: Date,
    }
    then create {
        /// For how many days after the last teachers may still record, 0 to 366; 7, if it is left out.
        days_of_grace: Option<i16>,
    }
    then update {
        /// For how many days after the last teachers may still record, 0 to 366.
        days_of_grace: i16,
    }
}

/// What a trust gives its teachers if it says nothing else.
const USUAL_DAYS_OF_GRACE: i16 = 7;

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
            days_of_grace: self.days_of_grace.unwrap_or(USUAL_DAYS_OF_GRACE),
            version: 1,
        }
        .checked(&year)?;
        tx.insert(&permit, row.into_active_model())
            .await
            .unless_taken("term", "The academic year has a window for this term.")
    }
}

impl Change for UpdateAssessmentWindowInput {
    type Changed = assessment_window::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<assessment_window::Model, Refusal> {
        let window = by.to_change(tx, self.window_id, "windowId").await?;
        let permit = by.may_in_trust::<assessment_window::Entity>()?;
        let year = by.named::<AcademicYear>(tx, window.academic_year_id.into(), "windowId").await?;
        let wanted = self.over(&window).changed_from(&window, &year)?;
        leave_no_judgement_out(tx, &wanted).await?;
        Ok(tx.update_to(&permit, window, self.expected_version, wanted).await??)
    }
}

/// Refuses days for a window that leave out the day of a judgement in it.
async fn leave_no_judgement_out(tx: &Tx, window: &assessment_window::Model) -> Result<(), Refusal> {
    use judgement::Column as J;
    let judged = |outside| {
        let which = Condition::all().add(J::WindowId.eq(window.id)).add(outside);
        vec![Hanging::of::<judgement::Entity>("judgements", which)]
    };
    let message = "There are {} in the window that are dated before that day.";
    refuse_hanging(tx, "opensOn", message, judged(J::JudgedOn.lt(window.opens_on))).await?;
    let message = "There are {} in the window that are dated after that day.";
    refuse_hanging(tx, "closesOn", message, judged(J::JudgedOn.gt(window.closes_on))).await
}

removal! {
    /// An assessment window to remove.
    RemoveAssessmentWindowInput of window_id("windowId"): AssessmentWindow
    for |by, window| by.may_in_trust();
    hangs {
        "judgements": judgement::WindowId,
        "moderation exercises": moderation_exercise::WindowId,
    }
}

mutation! {
    /// Says when the judgements of a term are made. For trust leads.
    CreateAssessmentWindow { create_assessment_window: CreateAssessmentWindowInput => CreateAssessmentWindowPayload {
        assessment_window: AssessmentWindow, "The new assessment window."
    } }

    /// Corrects the days of an assessment window, or gives teachers longer. Its judgements stay within it. For trust leads.
    UpdateAssessmentWindow { update_assessment_window: UpdateAssessmentWindowInput => UpdateAssessmentWindowPayload {
        assessment_window: AssessmentWindow, "The assessment window as it is now."
    } }

    /// Removes an assessment window in which nothing was judged and nothing moderated. For trust leads.
    RemoveAssessmentWindow { remove_assessment_window: RemoveAssessmentWindowInput => RemoveAssessmentWindowPayload {
        removed_id: (AssessmentWindow), "The id by which it was known."
    } }
}
