//! A moderation exercise: work of one subject and window, judged a second time.

use crate::{entity::entity, vocabulary::text_enum};

text_enum! {
    /// How far a moderation exercise reaches.
    ModerationLevel {
        /// Within the cohort of one school.
        Cohort = "COHORT",
        /// Within one school.
        School = "SCHOOL",
        /// Within a phase.
        Phase = "PHASE",
        /// Across the schools of the trust.
        Trust = "TRUST",
    }
}

text_enum! {
    /// How far a moderation exercise has come.
    ExerciseState {
        /// Being set up; nothing is drawn.
        Draft = "DRAFT",
        /// The sample is drawn; moderators judge.
        Judging = "JUDGING",
        /// Differences are discussed and grades agreed.
        Discussing = "DISCUSSING",
        /// The schools see their outcomes.
        Released = "RELEASED",
        /// Finished.
        Closed = "CLOSED",
    }
}

entity! {
    "moderation_exercise", versioned {
        /// What people call it.
        pub title: String,
        /// How far it reaches.
        pub level: ModerationLevel,
        /// The subject.
        pub subject_id: Uuid,
        /// The window whose judgements are moderated.
        pub window_id: Uuid,
        /// The framework whose grades are given.
        pub framework_id: Uuid,
        /// How far it has come.
        pub state: ExerciseState,
        /// Share of each stratum to be drawn, in per cent.
        pub sample_percent: i16,
        /// Least number of pupils to be drawn of a class, as far as it has them.
        pub minimum_per_class: i16,
        /// Most pupils to be drawn of a class, though one of each of its grades; none where there is no such bound.
        pub maximum_per_class: Option<i16>,
        /// The grade above a boundary on whose both sides another share is drawn; none where all grades are drawn alike.
        pub boundary_grade_id: Option<Uuid>,
        /// Share to be drawn of the two grades at the boundary, in per cent.
        pub boundary_percent: Option<i16>,
        /// The day by which moderators are to have judged.
        pub judge_by: Option<Date>,
        /// The seed from which the sample is drawn: the same seed draws the same sample. None where the viewer
        /// may not read it.
        pub seed: Option<i64>,
    }
}
