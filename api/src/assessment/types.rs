//! The objects of assessment.

use async_graphql::{Context, Object, Result};
use chrono::{DateTime, Utc};
use plumbline_entity::{
    assessment_window, assessment_window::Term, framework, grade, judgement, year_group::YearGroup,
};

use super::queries::GradesOfFramework;
use crate::{
    curriculum::Subject,
    graphql::{Date, Ref, load, node},
    organisation::{AcademicYear, Class, Pupil, StaffMember},
};

/// An assessment framework: a named, versioned scale of grades.
pub struct Framework(pub framework::Model);
node!(Framework, framework::Entity);

/// An assessment framework: a named, versioned scale of grades.
#[Object]
impl Framework {
    /// Opaque and lasting.
    pub async fn id(&self) -> Ref<Self> {
        self.0.id.into()
    }

    /// Short name, such as `ks2-ta`.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// Which edition of it, such as 2018.
    async fn edition(&self) -> &str {
        &self.0.edition
    }

    /// The name that people read.
    async fn name(&self) -> &str {
        &self.0.name
    }

    #[graphql(flatten)]
    async fn grades(&self) -> GradesOfFramework {
        GradesOfFramework(self.0.id)
    }
}

/// A grade of a framework, or a code that is not a grade (absent, left, not assessed).
pub struct Grade(pub grade::Model);
node!(Grade, grade::Entity);

/// A grade of a framework, or a code that is not a grade (absent, left, not assessed).
#[Object]
impl Grade {
    /// Opaque and lasting.
    pub async fn id(&self) -> Ref<Self> {
        self.0.id.into()
    }

    /// Short name, such as EXS.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// The name that people read.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Place in the order of the grades, 0 the lowest; null for a code that is not attainment and is never ordered.
    async fn rank(&self) -> Option<i16> {
        self.0.rank
    }

    /// The framework.
    async fn framework(&self, ctx: &Context<'_>) -> Result<Option<Framework>> {
        Ok(load(ctx, self.0.framework_id).await?)
    }
}

/// The time in a term in which judgements of the trust are recorded.
pub struct AssessmentWindow(pub assessment_window::Model);
node!(AssessmentWindow, assessment_window::Entity);

/// The time in a term in which judgements of the trust are recorded.
#[Object]
impl AssessmentWindow {
    /// Opaque and lasting.
    pub async fn id(&self) -> Ref<Self> {
        self.0.id.into()
    }

    /// The academic year.
    async fn academic_year(&self, ctx: &Context<'_>) -> Result<Option<AcademicYear>> {
        Ok(load(ctx, self.0.academic_year_id).await?)
    }

    /// The term.
    async fn term(&self) -> Term {
        self.0.term
    }

    /// First day on which judgements may be dated.
    async fn opens_on(&self) -> Date {
        self.0.opens_on.into()
    }

    /// Last day on which judgements may be dated.
    async fn closes_on(&self) -> Date {
        self.0.closes_on.into()
    }
}

/// A teacher's judgement of a pupil in a subject and window. Never changed: a later one supersedes it.
pub struct Judgement(pub judgement::Model);
node!(Judgement, judgement::Entity);

/// A teacher's judgement of a pupil in a subject and window. Never changed: a later one supersedes it.
#[Object]
impl Judgement {
    /// Opaque and lasting.
    pub async fn id(&self) -> Ref<Self> {
        self.0.id.into()
    }

    /// The pupil.
    async fn pupil(&self, ctx: &Context<'_>) -> Result<Option<Pupil>> {
        Ok(load(ctx, self.0.pupil_id).await?)
    }

    /// The class in which the pupil was taught.
    async fn class(&self, ctx: &Context<'_>) -> Result<Option<Class>> {
        Ok(load(ctx, self.0.class_id).await?)
    }

    /// The pupil's year group at the time.
    async fn year_group(&self) -> YearGroup {
        self.0.year_group
    }

    /// The subject.
    async fn subject(&self, ctx: &Context<'_>) -> Result<Option<Subject>> {
        Ok(load(ctx, self.0.subject_id).await?)
    }

    /// The assessment window.
    async fn window(&self, ctx: &Context<'_>) -> Result<Option<AssessmentWindow>> {
        Ok(load(ctx, self.0.window_id).await?)
    }

    /// The grade, or the code that is not a grade.
    async fn grade(&self, ctx: &Context<'_>) -> Result<Option<Grade>> {
        Ok(load(ctx, self.0.grade_id).await?)
    }

    /// Who judged; null where an import did not say, or you may not see them.
    async fn judged_by(&self, ctx: &Context<'_>) -> Result<Option<StaffMember>> {
        match self.0.judged_by_id {
            Some(id) => Ok(load(ctx, id).await?),
            None => Ok(None),
        }
    }

    /// The day of the judgement.
    async fn judged_on(&self) -> Date {
        self.0.judged_on.into()
    }

    /// When it was recorded here.
    async fn recorded_at(&self) -> DateTime<Utc> {
        self.0.recorded_at
    }

    /// The judgement that this one replaces.
    async fn supersedes(&self, ctx: &Context<'_>) -> Result<Option<Self>> {
        match self.0.supersedes_id {
            Some(id) => Ok(load(ctx, id).await?),
            None => Ok(None),
        }
    }

    /// Whether it is the latest for its pupil, subject and window.
    async fn is_current(&self) -> bool {
        self.0.is_current
    }
}
