//! What there is to be told of in assessment.

use async_graphql::MergedSubscription;

use super::types::{AssessmentWindow, Judgement};
use crate::{
    curriculum::Subject,
    graphql::{Ref, subscription},
};

subscription! {
    /// Judgements of a window as they are recorded or withdrawn, each that you may see at that moment, and with one that is
    /// withdrawn the one that stands again in its place. Those of imports are not told.
    JudgementRecorded { judgement_recorded: Judgement } about {
        window_id: Ref<AssessmentWindow> = "windowId" "The assessment window.",
        subject_id: Option<Ref<Subject>> = "subjectId" "Only those in this subject.",
    }
}

/// What there is to be told of in assessment.
#[derive(Default, MergedSubscription)]
pub struct AssessmentSubscription(JudgementRecorded);
