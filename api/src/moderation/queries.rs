//! Root fields and lists of moderation.

use async_graphql::MergedObject;
use plumbline_entity::{
    moderation_exercise,
    moderation_exercise::{ExerciseState, ModerationLevel},
    moderation_outcome, sampled_work, second_judgement,
    year_group::YearGroup,
};

use super::types::{ModerationExercise, ModerationOutcome, SampledWork, SecondJudgement};
use crate::{
    assessment::{AssessmentWindow, Grade},
    curriculum::Subject,
    graphql::{BoolFilter, DateFilter, EnumFilter, IdFilter, StringFilter, filter, list, order},
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

list! {
    /// The moderation exercises of the trust.
    ModerationExercises { moderation_exercises: ModerationExercise, ModerationExerciseFilter, ModerationExerciseOrder }
}
list! {
    /// The sampled works that you see: for moderators those to judge, never of their own schools.
    SampledWorks { sampled_works: SampledWork, SampledWorkFilter, SampledWorkOrder }
}
list! {
    /// The works drawn for it, as far as you see them.
    SampledWorksOfExercise { sampled_works: SampledWork, SampledWorkFilter, SampledWorkOrder } below sampled_work::Column::ExerciseId
}
list! {
    /// The second judgements that you see: your own; for a trust lead, all.
    SecondJudgements { second_judgements: SecondJudgement, SecondJudgementFilter, SecondJudgementOrder }
}
list! {
    /// Its second judgements, as far as you see them.
    SecondJudgementsOfWork { second_judgements: SecondJudgement, SecondJudgementFilter, SecondJudgementOrder }
    below second_judgement::Column::WorkId
}
list! {
    /// What was agreed on it: at most one outcome, once you may see it.
    OutcomesOfWork { outcomes: ModerationOutcome, ModerationOutcomeFilter, ModerationOutcomeOrder }
    below moderation_outcome::Column::WorkId
}

/// What there is to ask of moderation.
#[derive(Default, MergedObject)]
pub struct ModerationQuery(ModerationExercises, SampledWorks, SecondJudgements);
