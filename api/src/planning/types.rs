//! The objects of planning.

use async_graphql::{Context, Result};
use chrono::{DateTime, Utc};
use plumbline_entity::{
    adaptation,
    adaptation::{AdaptationAudience, AdaptationHelped, LearningNeed},
    focus,
    objective::ObjectiveCategory,
    plan,
    plan::PlanApproval,
    plan_step,
    plan_step::{PlanStepKind, PlanStepOutcome},
    shared_adaptation, taught_objective,
    taught_objective::TeachingDepth,
    year_group::YearGroup,
};

use super::{
    coverage::CoverageCounts,
    reads::{self, CountsOf, ObjectivesOf, PlanTakeUp, SharedFrom},
};
use crate::{
    curriculum::{Objective, Subject},
    graphql::{Date, cost::list_size, load_by, object},
    organisation::{AcademicYear, Class, Pupil, School, StaffMember},
};

object! {
    /// A plan: a unit of work for some year groups of a school, in a period of an academic year.
    Plan of plan {
        /// The school.
        school => School by school_id,
        /// The subject.
        subject => Subject by subject_id,
        /// The academic year.
        academic_year => AcademicYear by academic_year_id,
        /// The colleague who wrote it; null where you may not see them.
        author -> StaffMember by author_id,
        /// What it is called.
        title: &str,
        /// The youngest year group that it is for.
        lowest_year_group: YearGroup,
        /// The oldest year group that it is for.
        highest_year_group: YearGroup,
        /// First day.
        starts_on: Date,
        /// Last day; always given, though other types have none.
        ends_on: Option<Date>,
        /// What is taught, in which order, and how.
        outline: &str,
        /// What came of its reviews.
        approval: PlanApproval,
        {
            /// The objectives that it serves, in sequence, as they stood when it was planned.
            #[graphql(directive = list_size::apply(Some(10), None, None))]
            async fn objectives(&self, ctx: &Context<'_>) -> Result<Vec<Objective>> {
                let served = load_by(ctx, ObjectivesOf(self.0.id)).await?.unwrap_or_default();
                Ok(served.into_iter().map(Objective).collect())
            }

            /// The classes that it is for, each with what was said of it: it is taught as planned, adapted or passed over.
            #[graphql(directive = list_size::apply(Some(4), None, None))]
            async fn take_up(&self, ctx: &Context<'_>) -> Result<Vec<PlanTakeUp>> {
                Ok(reads::take_up(ctx, &self.0).await?)
            }
        }
        /// Its steps: tasks, reviews, conversations, take-up. You see those of your team, and your own; those who lead see all.
        steps: [PlanStep] by plan_step::PlanId,
        /// How colleagues adapted it, as far as you may see.
        adaptations: [Adaptation] by adaptation::PlanId,
        /// What was taught by it.
        taught: [TaughtObjective] by taught_objective::PlanId,
        /// Counts its changes; an update names the version that it saw.
        version: i32,
    }
}

object! {
    /// A step of working with a plan: a task, a review, a conversation, or that a class takes it up.
    PlanStep of plan_step {
        /// The plan.
        plan => Plan by plan_id,
        /// What it is.
        kind: PlanStepKind,
        /// The class that takes the plan up; null for any other step.
        class -> Class by class_id,
        /// The colleague who does it; of a conversation, with whom it is held; null where you may not see them.
        staff_member -> StaffMember by staff_member_id,
        /// The colleague who asked for it; null where nobody did, or you may not see them.
        raised_by -> StaffMember by raised_by_id,
        /// The step that it follows from; null where there is none, or you may not see it.
        follows -> Self by follows_id,
        /// What is to be done, or was done.
        what: &str,
        /// The day on which it was asked for or, of a take-up, first said.
        raised_on: Date,
        /// The day by which it is to be done.
        due_on: Option<Date>,
        /// The day on which it was done or dropped; null while it is open.
        done_on: Option<Date>,
        /// What came of it; null while it is open.
        outcome: Option<PlanStepOutcome>,
        /// What was found, and the reasons.
        found: Option<&str>,
        /// What followed from it.
        followed_by: [PlanStep] by plan_step::FollowsId,
        /// Counts its changes; an update names the version that it saw.
        version: i32,
    }
}

object! {
    /// How a plan is adapted for a class, a group or a pupil. The plan stays as it is.
    Adaptation of adaptation {
        /// The plan.
        plan => Plan by plan_id,
        /// The class.
        class => Class by class_id,
        /// For whom.
        audience: AdaptationAudience,
        /// The group, in words; null for a class or a pupil.
        pupil_group: Option<&str>,
        /// The pupil; null for a class or a group, and where you may not see them.
        pupil -> Pupil by pupil_id,
        /// The colleague who made it; null where you may not see them.
        author -> StaffMember by author_id,
        /// The need that it answers.
        need: LearningNeed,
        /// What is done in another way.
        what: &str,
        /// Why.
        reason: &str,
        /// The day on which it was made.
        made_on: Date,
        /// Whether it helped; null before that is known.
        helped: Option<AdaptationHelped>,
        /// What was seen of whether it helped.
        found: Option<&str>,
        /// The day on which it was said whether it helped.
        found_on: Option<Date>,
        {
            /// What colleagues of all schools are told of it; null where they are told nothing.
            async fn shared(&self, ctx: &Context<'_>) -> Result<Option<SharedAdaptation>> {
                Ok(load_by(ctx, SharedFrom(self.0.id)).await?.map(SharedAdaptation))
            }
        }
        /// Counts its changes; an update names the version that it saw.
        version: i32,
    }
}

object! {
    /// An adaptation that helped, for colleagues of all schools: it names no school, no class and no pupil.
    SharedAdaptation of shared_adaptation {
        /// The subject.
        subject => Subject by subject_id,
        /// The need that it answers.
        need: LearningNeed,
        /// For whom it was made.
        audience: AdaptationAudience,
        /// The youngest year group of the plan.
        lowest_year_group: YearGroup,
        /// The oldest year group of the plan.
        highest_year_group: YearGroup,
        /// What was done in another way.
        what: &str,
        {
            /// How far it helped; always given, though an adaptation may have nothing to say of it yet.
            async fn helped(&self) -> Option<AdaptationHelped> {
                Some(self.0.helped)
            }
        }
        /// The day on which it was shared.
        shared_on: Date,
    }
}

object! {
    /// An objective that was taught in a class on a day. Never changed: a later record corrects it, or it is withdrawn.
    TaughtObjective of taught_objective {
        /// The class.
        class => Class by class_id,
        /// The objective, as it stood when it was taught.
        objective => Objective by objective_id,
        /// The plan by which it was taught; null where by none.
        plan -> Plan by plan_id,
        /// The day.
        taught_on: Date,
        /// How deep.
        depth: TeachingDepth,
        /// Who recorded it; null where you may not see them.
        recorded_by -> StaffMember by recorded_by_id,
        /// When it was recorded here.
        recorded_at: DateTime<Utc>,
        /// The record that this one corrects.
        supersedes -> Self by supersedes_id,
        /// Whether it stands: it was neither corrected nor withdrawn. Only such records are counted.
        is_current: bool,
        /// When it was withdrawn; null if it was not.
        withdrawn_at: Option<DateTime<Utc>>,
        /// Why it was withdrawn.
        withdrawn_because: Option<&str>,
        {
            /// The pupils who were not yet secure in it, as far as you may see.
            #[graphql(directive = list_size::apply(Some(3), None, None))]
            async fn not_yet_secure(&self, ctx: &Context<'_>) -> Result<Vec<Pupil>> {
                Ok(reads::not_yet_secure(ctx, self.0.id).await?)
            }
        }
    }
}

object! {
    /// What a subject leader has in focus for a period: a part of the curriculum of the subject.
    Focus of focus {
        /// The school.
        school => School by school_id,
        /// The subject.
        subject => Subject by subject_id,
        /// What it is called.
        title: &str,
        /// Why it is in focus.
        reason: &str,
        /// The strand; null for all of the subject.
        strand: Option<&str>,
        /// Knowledge or skill; null for both.
        category: Option<ObjectiveCategory>,
        /// The youngest year group.
        lowest_year_group: YearGroup,
        /// The oldest year group.
        highest_year_group: YearGroup,
        /// First day.
        starts_on: Date,
        /// Last day; always given, though other types have none.
        ends_on: Option<Date>,
        {
            /// How far what is in focus is planned and taught, in the classes of the academic years in which the period lies, as far as
            /// you may see; null where there are none that you may see.
            async fn coverage(&self, ctx: &Context<'_>) -> Result<Option<CoverageCounts>> {
                Ok(load_by(ctx, CountsOf::focus(&self.0)).await?)
            }

            /// What was found in reviews of the plans that serve it, and in conversations on them, within the period, as far as you may see: the latest
            /// first, at most 50.
            #[graphql(directive = list_size::apply(Some(10), None, None))]
            async fn findings(&self, ctx: &Context<'_>) -> Result<Vec<PlanStep>> {
                Ok(reads::findings(ctx, &self.0).await?.into_iter().map(PlanStep).collect())
            }
        }
        /// Counts its changes; an update names the version that it saw.
        version: i32,
    }
}
