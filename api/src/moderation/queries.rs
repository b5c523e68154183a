//! Root fields and lists of moderation.

use async_graphql::Context;
use plumbline_entity::{
    exercise_step, moderation_exercise,
    moderation_exercise::{ExerciseState, ModerationLevel},
    moderation_outcome, sampled_work, second_judgement,
    year_group::YearGroup,
};

use super::exercise_sample::{self, ExerciseSample};
use super::types::{ExerciseStep, ModerationExercise, ModerationOutcome, SampledWork, SecondJudgement};
use crate::{
    assessment::{AssessmentWindow, Grade},
    curriculum::Subject,
    graphql::{
        BoolFilter, DateFilter, EnumFilter, IdFilter, Ref, StringFilter, cost::cost, filter, listed, order, root,
    },
};

filter! {
    /// Which moderation exercises.
    ModerationExerciseFilter of moderation_exercise {
        /// By title.
        title: StringFilter => Title,
        /// By subject.
        subject: IdFilter<Subject> => SubjectId,
        /// By assessment window.
        window: IdFilter<AssessmentWindow> => WindowId,
        /// By how far it reaches.
        level: EnumFilter<ModerationLevel> => Level,
        /// By how far it has come.
        state: EnumFilter<ExerciseState> => State,
        /// By the day by which moderators are to have judged.
        judge_by: DateFilter => JudgeBy,
    }
}

order! {
    /// In which order moderation exercises come.
    ModerationExerciseOrder of moderation_exercise {
        /// By title.
        Title => [Title],
    }
}

filter! {
    /// Which steps of exercises.
    ExerciseStepFilter of exercise_step {
        /// By the state that was left.
        previous_state: EnumFilter<ExerciseState> => PreviousState,
        /// By the state that was reached.
        state: EnumFilter<ExerciseState> => State,
    }
}

order! {
    /// In which order steps of exercises come.
    ExerciseStepOrder of exercise_step {
        /// The latest first.
        Latest => [TakenAt desc],
        /// The earliest first.
        Earliest => [TakenAt],
    }
}

filter! {
    /// Which sampled works.
    SampledWorkFilter of sampled_work {
        /// By code.
        code: StringFilter => Code,
        /// By exercise.
        exercise: IdFilter<ModerationExercise> => ExerciseId,
        /// By year group.
        year_group: EnumFilter<YearGroup> => YearGroup,
    }
}

order! {
    /// In which order sampled works come.
    SampledWorkOrder of sampled_work {
        /// By code.
        Code => [Code],
    }
}

filter! {
    /// Which second judgements.
    SecondJudgementFilter of second_judgement {
        /// By exercise.
        exercise: IdFilter<ModerationExercise> => ExerciseId,
        /// By grade.
        grade: IdFilter<Grade> => GradeId,
        /// Only the latest by each moderator for each work, or only the others.
        is_current: BoolFilter => IsCurrent,
        /// By the day of the judgement.
        judged_on: DateFilter => JudgedOn,
    }
}

order! {
    /// In which order second judgements come.
    SecondJudgementOrder of second_judgement {
        /// The latest first.
        Latest => [JudgedOn desc],
        /// The earliest first.
        Earliest => [JudgedOn],
    }
}

filter! {
    /// Which outcomes.
    ModerationOutcomeFilter of moderation_outcome {
        /// By exercise.
        exercise: IdFilter<ModerationExercise> => ExerciseId,
        /// By the day of the agreement.
        agreed_on: DateFilter => AgreedOn,
    }
}

order! {
    /// In which order outcomes come.
    ModerationOutcomeOrder of moderation_outcome {
        /// The latest first.
        Latest => [AgreedOn desc],
    }
}

listed!(ModerationExercise by ModerationExerciseFilter, ModerationExerciseOrder);
listed!(ExerciseStep by ExerciseStepFilter, ExerciseStepOrder);
listed!(SampledWork by SampledWorkFilter, SampledWorkOrder);
listed!(SecondJudgement by SecondJudgementFilter, SecondJudgementOrder);
listed!(ModerationOutcome by ModerationOutcomeFilter, ModerationOutcomeOrder);

root! {
    /// What there is to ask of moderation.
    ModerationQuery {
        /// The moderation exercises of the trust.
        moderation_exercises: [ModerationExercise],
        /// The sampled works that you see: for moderators those to judge, never of their own schools.
        sampled_works: [SampledWork],
        /// The second judgements that you see: your own; for a trust lead, all.
        second_judgements: [SecondJudgement],
        {
            /// How much is drawn for an exercise, from where, and how many works there are for each moderator; of a draft, how much would
            /// be drawn as it is set up now, and nothing is drawn or kept by asking. For trust leads.
            #[graphql(directive = cost::apply(50))]
            async fn exercise_sample(
                &self,
                ctx: &Context<'_>,
                #[graphql(desc = "The exercise.")] exercise_id: Ref<ModerationExercise>,
            ) -> async_graphql::Result<ExerciseSample> {
                Ok(exercise_sample::sample_of(ctx, exercise_id).await?)
            }
        }
    }
}
