//! Root fields and lists of planning.

use async_graphql::{Context, Result};
use plumbline_entity::{
    adaptation,
    adaptation::{AdaptationAudience, AdaptationHelped, LearningNeed},
    class, focus, objective,
    objective::ObjectiveCategory,
    plan,
    plan::PlanApproval,
    plan_step,
    plan_step::{PlanStepKind, PlanStepOutcome},
    shared_adaptation, subject, taught_objective,
    taught_objective::TeachingDepth,
    year_group::YearGroup,
};

use super::{
    coverage::{self, CoverageDimension, CoverageRow, CoverageWhere},
    load::{self, ColleaguePlanning, ColleaguePlanningWhere},
    progress::{self, ClassObjective, ObjectivesByClassWhere},
    readiness::{self, PriorObjective, ReadinessWhere},
    types::{Adaptation, Focus, Plan, PlanStep, SharedAdaptation, TaughtObjective},
};
use crate::{
    curriculum::{Objective, ObjectiveFilter, Subject, SubjectFilter},
    graphql::{
        BoolFilter, Date, DateFilter, EnumFilter, IdFilter, StringFilter, cost::list_size, filter, listed, order, root,
    },
    organisation::{AcademicYear, Class, ClassFilter, Pupil, School, StaffMember},
};

filter! {
    /// Which plans.
    PlanFilter of plan {
        /// By school.
        school: IdFilter<School> => SchoolId,
        /// By subject.
        subject: IdFilter<Subject> => SubjectId,
        /// By academic year.
        academic_year: IdFilter<AcademicYear> => AcademicYearId,
        /// By the colleague who wrote it.
        author: IdFilter<StaffMember> => AuthorId,
        /// By title.
        title: StringFilter => Title,
        /// By the youngest year group that it is for.
        lowest_year_group: EnumFilter<YearGroup> => LowestYearGroup,
        /// By the oldest year group that it is for.
        highest_year_group: EnumFilter<YearGroup> => HighestYearGroup,
        /// Those that run on this day.
        on: Date => StartsOn until EndsOn,
        /// By first day.
        starts_on: DateFilter => StartsOn,
        /// By last day.
        ends_on: DateFilter => EndsOn,
        /// By what came of their reviews.
        approval: EnumFilter<PlanApproval> => Approval,
        /// Those with steps for which all this holds.
        steps: Box<PlanStepFilter> => Id in plan_step::PlanId,
        /// Those without steps for which all this holds.
        without_steps: Box<PlanStepFilter> => Id without plan_step::PlanId,
        /// In subjects for which all this holds.
        subject_where: Box<SubjectFilter> => SubjectId in subject::Id,
    }
}

order! {
    /// In which order plans come.
    PlanOrder of plan {
        /// The latest first, then by title.
        Latest => [StartsOn desc, Title],
    }
}

filter! {
    /// Which steps of plans.
    PlanStepFilter of plan_step {
        /// By plan.
        plan: IdFilter<Plan> => PlanId,
        /// By school.
        school: IdFilter<School> => SchoolId,
        /// By subject.
        subject: IdFilter<Subject> => SubjectId,
        /// By what they are.
        kind: EnumFilter<PlanStepKind> => Kind,
        /// By class; `isNull` for all but take-up.
        class: IdFilter<Class> => ClassId,
        /// By the colleague who does them.
        staff_member: IdFilter<StaffMember> => StaffMemberId,
        /// By the day by which they are to be done.
        due_on: DateFilter => DueOn,
        /// By the day on which they were done or dropped; `isNull` for those that are open.
        done_on: DateFilter => DoneOn,
        /// By what came of them.
        outcome: EnumFilter<PlanStepOutcome> => Outcome,
        /// Of plans for which all this holds.
        plan_where: Box<PlanFilter> => PlanId in plan::Id,
    }
}

order! {
    /// In which order steps come.
    PlanStepOrder of plan_step {
        /// Those that were asked for last come first.
        Latest => [RaisedOn desc],
    }
}

filter! {
    /// Which adaptations.
    AdaptationFilter of adaptation {
        /// By plan.
        plan: IdFilter<Plan> => PlanId,
        /// By school.
        school: IdFilter<School> => SchoolId,
        /// By subject.
        subject: IdFilter<Subject> => SubjectId,
        /// By class.
        class: IdFilter<Class> => ClassId,
        /// By pupil; `isNull` for those of a class or a group.
        pupil: IdFilter<Pupil> => PupilId,
        /// By the colleague who made them.
        author: IdFilter<StaffMember> => AuthorId,
        /// By for whom they are.
        audience: EnumFilter<AdaptationAudience> => Audience,
        /// By need.
        need: EnumFilter<LearningNeed> => Need,
        /// By whether they helped; `isNull` where it is not known yet.
        helped: EnumFilter<AdaptationHelped> => Helped,
        /// By the day on which they were made.
        made_on: DateFilter => MadeOn,
        /// Of plans for which all this holds.
        plan_where: Box<PlanFilter> => PlanId in plan::Id,
    }
}

order! {
    /// In which order adaptations come.
    AdaptationOrder of adaptation {
        /// The latest first.
        Latest => [MadeOn desc],
    }
}

filter! {
    /// Which adaptations that helped.
    SharedAdaptationFilter of shared_adaptation {
        /// By subject.
        subject: IdFilter<Subject> => SubjectId,
        /// By need.
        need: EnumFilter<LearningNeed> => Need,
        /// By for whom they were made.
        audience: EnumFilter<AdaptationAudience> => Audience,
        /// By the youngest year group of the plan.
        lowest_year_group: EnumFilter<YearGroup> => LowestYearGroup,
        /// By the oldest year group of the plan.
        highest_year_group: EnumFilter<YearGroup> => HighestYearGroup,
        /// By how far they helped.
        helped: EnumFilter<AdaptationHelped> => Helped,
        /// By what was done.
        what: StringFilter => What,
        /// In subjects for which all this holds.
        subject_where: Box<SubjectFilter> => SubjectId in subject::Id,
    }
}

order! {
    /// In which order adaptations that helped come.
    SharedAdaptationOrder of shared_adaptation {
        /// The latest first.
        Latest => [SharedOn desc],
    }
}

filter! {
    /// Which records of what was taught.
    TaughtObjectiveFilter of taught_objective {
        /// By class.
        class: IdFilter<Class> => ClassId,
        /// By school.
        school: IdFilter<School> => SchoolId,
        /// By subject.
        subject: IdFilter<Subject> => SubjectId,
        /// By plan; `isNull` for what was taught by none.
        plan: IdFilter<Plan> => PlanId,
        /// By objective, as it stood when it was taught.
        objective: IdFilter<Objective> => ObjectiveId,
        /// By day.
        taught_on: DateFilter => TaughtOn,
        /// By depth.
        depth: EnumFilter<TeachingDepth> => Depth,
        /// By whether they stand.
        is_current: BoolFilter => IsCurrent,
        /// Of objectives for which all this holds.
        objective_where: Box<ObjectiveFilter> => ObjectiveId in objective::Id,
        /// In classes for which all this holds.
        class_where: Box<ClassFilter> => ClassId in class::Id,
    }
}

order! {
    /// In which order records of what was taught come.
    TaughtObjectiveOrder of taught_objective {
        /// The latest first.
        Latest => [TaughtOn desc],
    }
}

filter! {
    /// Which focuses.
    FocusFilter of focus {
        /// By school.
        school: IdFilter<School> => SchoolId,
        /// By subject.
        subject: IdFilter<Subject> => SubjectId,
        /// By strand; `isNull` for all of a subject.
        strand: StringFilter => Strand,
        /// By knowledge or skill; `isNull` for both.
        category: EnumFilter<ObjectiveCategory> => Category,
        /// Those that run on this day.
        on: Date => StartsOn until EndsOn,
        /// By first day.
        starts_on: DateFilter => StartsOn,
        /// In subjects for which all this holds.
        subject_where: Box<SubjectFilter> => SubjectId in subject::Id,
    }
}

order! {
    /// In which order focuses come.
    FocusOrder of focus {
        /// The latest first, then by title.
        Latest => [StartsOn desc, Title],
    }
}

listed!(Plan by PlanFilter, PlanOrder);
listed!(PlanStep by PlanStepFilter, PlanStepOrder);
listed!(Adaptation by AdaptationFilter, AdaptationOrder);
listed!(SharedAdaptation by SharedAdaptationFilter, SharedAdaptationOrder);
listed!(TaughtObjective by TaughtObjectiveFilter, TaughtObjectiveOrder);
listed!(Focus by FocusFilter, FocusOrder);

root! {
    /// What there is to ask of planning.
    PlanningQuery {
        /// Plans: units of work of all schools of the trust.
        plans: [Plan],
        /// Steps of plans that you see: tasks, reviews, conversations, take-up.
        plan_steps: [PlanStep],
        /// Adaptations of plans that you see.
        adaptations: [Adaptation],
        /// Adaptations that helped, of all schools of the trust; none of them names a school, a class or a pupil.
        shared_adaptations: [SharedAdaptation],
        /// Records of what was taught in the classes that you see.
        taught_objectives: [TaughtObjective],
        /// What subject leaders have in focus.
        focuses: [Focus],
        {
            /// Class by objective: what is intended, planned, taught and revisited in a subject, in one class or in all of a school. For
            /// colleagues of the school, trust leads and analysts.
            #[graphql(directive = list_size::apply(Some(30), None, None))]
            async fn objectives_by_class(
                &self,
                ctx: &Context<'_>,
                #[graphql(desc = "Of which classes and which subject.", name = "where")] asked: ObjectivesByClassWhere,
            ) -> Result<Vec<ClassObjective>> {
                Ok(progress::objectives_by_class(ctx, asked).await?)
            }

            /// How much of the curriculum is planned and taught, by any of the dimensions, in the schools that you see: for colleagues
            /// their own, for trust leads and analysts all.
            #[graphql(directive = list_size::apply(Some(100), None, None))]
            async fn curriculum_coverage(
                &self,
                ctx: &Context<'_>,
                #[graphql(desc = "Which objectives are counted.", name = "where")] asked: CoverageWhere,
                #[graphql(desc = "By what it is told; one row for all, if there is nothing in it.")] by: Vec<CoverageDimension>,
            ) -> Result<Vec<CoverageRow>> {
                Ok(coverage::coverage(ctx, asked, by).await?)
            }

            /// Before a plan, or before a year group's work in a subject: what it builds on, and what of that the pupils of a class met,
            /// wherever they were, missed, or were not yet secure in. For those who see the pupils.
            #[graphql(directive = list_size::apply(Some(20), None, None))]
            async fn readiness(
                &self,
                ctx: &Context<'_>,
                #[graphql(desc = "Of which class, and for what.", name = "where")] asked: ReadinessWhere,
            ) -> Result<Vec<PriorObjective>> {
                Ok(readiness::readiness(ctx, asked).await?)
            }

            /// Who has how much to do for the plans of a school, and how colleagues take plans up, as far as you may see.
            #[graphql(directive = list_size::apply(Some(30), None, None))]
            async fn colleague_planning(
                &self,
                ctx: &Context<'_>,
                #[graphql(desc = "Of which plans.", name = "where")] asked: ColleaguePlanningWhere,
            ) -> Result<Vec<ColleaguePlanning>> {
                Ok(load::by_colleague(ctx, asked).await?)
            }
        }
    }
}
