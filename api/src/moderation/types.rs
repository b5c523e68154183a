//! The objects of moderation.

use chrono::{DateTime, Utc};
use plumbline_entity::{
    exercise_step, moderation_exercise,
    moderation_exercise::{ExerciseState, ModerationLevel},
    moderation_outcome,
    moderation_outcome::Decision,
    sampled_work, second_judgement,
    year_group::YearGroup,
};

use crate::{
    assessment::{AssessmentWindow, Framework, Grade, Judgement},
    curriculum::Subject,
    graphql::{Date, object},
    organisation::StaffMember,
};

object! {
    /// A moderation exercise: work of one subject and window, judged a second time.
    ModerationExercise of moderation_exercise {
        /// What people call it.
        title: &str,
        /// How far it reaches.
        level: ModerationLevel,
        /// The subject.
        subject => Subject by subject_id,
        /// The window whose judgements are moderated.
        window => AssessmentWindow by window_id,
        /// The framework whose grades are given.
        framework => Framework by framework_id,
        /// How far it has come.
        state: ExerciseState,
        /// Share of each stratum to be drawn, in per cent.
        sample_percent: i16,
        /// Least number of pupils to be drawn of a class, as far as it has them.
        minimum_per_class: i16,
        /// Most pupils to be drawn of a class, though one of each of its grades; null where there is no such bound.
        maximum_per_class: Option<i16>,
        /// The grade above the boundary on whose both sides another share is drawn; null where all grades are drawn alike.
        boundary_grade -> Grade by boundary_grade_id,
        /// Share to be drawn of the two grades at the boundary, in per cent.
        boundary_percent: Option<i16>,
        /// The day by which moderators are to have judged.
        judge_by: Option<Date>,
        {
            /// The seed of the sample, as text for its size: the same seed draws the same sample. For trust leads;
            /// for others once the exercise is released, and null before.
            async fn seed(&self) -> Option<String> {
                self.0.seed.map(|seed| seed.to_string())
            }
        }
        /// Counts its changes; an update names the version that it saw.
        version: i32,
        /// The works drawn for it, as far as you see them.
        sampled_works: [SampledWork] by sampled_work::ExerciseId,
        /// The steps that it took from state to state, the latest first.
        steps: [ExerciseStep] by exercise_step::ExerciseId,
    }
}

object! {
    /// A step of a moderation exercise from one state into another.
    ExerciseStep of exercise_step {
        /// The exercise.
        exercise => ModerationExercise by exercise_id,
        /// The state that it had.
        previous_state: ExerciseState,
        /// The state that it was taken into.
        state: ExerciseState,
        /// Why: always given for a step back.
        taken_because: Option<&str>,
        /// Who took it there; null where you may not see them.
        taken_by -> StaffMember by taken_by_id,
        /// When.
        taken_at: DateTime<Utc>,
    }
}

object! {
    /// A pupil's work drawn for an exercise, known by its code.
    SampledWork of sampled_work {
        /// The exercise.
        exercise => ModerationExercise by exercise_id,
        /// The code under which moderators see it.
        code: &str,
        /// The pupil's year group.
        year_group: YearGroup,
        /// The first judgement; null for those who may not see it, moderators above all.
        judgement -> Judgement by judgement_id,
        /// Its second judgements, as far as you see them.
        second_judgements: [SecondJudgement] by second_judgement::WorkId,
        /// What was agreed on it: at most one outcome, once you may see it.
        outcomes: [ModerationOutcome] by moderation_outcome::WorkId,
    }
}

object! {
    /// A moderator's blind judgement of sampled work.
    SecondJudgement of second_judgement {
        /// The sampled work; null where you may not see it.
        work -> SampledWork by work_id,
        /// Who judged; null where you may not see them.
        moderator -> StaffMember by moderator_id,
        /// The grade given.
        grade => Grade by grade_id,
        /// Why: the evidence for the grade.
        rationale: &str,
        /// The day of the judgement.
        judged_on: Date,
        /// When it was recorded here.
        recorded_at: DateTime<Utc>,
        /// Whether it is the latest by its moderator for the work.
        is_current: bool,
    }
}

object! {
    /// What was agreed on sampled work after discussion.
    ModerationOutcome of moderation_outcome {
        /// The sampled work; null where you may not see it.
        work -> SampledWork by work_id,
        /// What was decided.
        decision: Decision,
        /// The agreed grade; null while it is unresolved.
        agreed_grade -> Grade by agreed_grade_id,
        /// The day of the agreement.
        agreed_on: Date,
        /// Counts its changes; an update names the version that it saw.
        version: i32,
    }
}
