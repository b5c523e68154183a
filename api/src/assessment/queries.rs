//! Root fields and lists of assessment.

use plumbline_entity::{
    academic_year, assessment_window, assessment_window::Term, class, framework, grade, judgement, subject,
    year_group::YearGroup,
};

use async_graphql::Context;

use super::progress::{Asked, JudgementProgress, ProgressBy, progress};
use super::types::{AssessmentWindow, Framework, Grade, Judgement};
use crate::{
    curriculum::{Subject, SubjectFilter},
    graphql::{
        BoolFilter, Date, DateFilter, EnumFilter, IdFilter, Ref, StringFilter, cost::list_size, filter, listed, order,
        root,
    },
    organisation::{AcademicYear, AcademicYearFilter, Class, ClassFilter, Pupil, School},
};

filter! {
    /// Which frameworks.
    FrameworkFilter of framework {
        /// By code.
        code: StringFilter => Code,
    }
}

order! {
    /// In which order frameworks come.
    FrameworkOrder of framework {
        /// By code, then edition.
        Code => [Code, Edition],
    }
}

filter! {
    /// Which grades.
    GradeFilter of grade {
        /// By code.
        code: StringFilter => Code,
    }
}

order! {
    /// In which order grades come. The order of attainment is `rank`.
    GradeOrder of grade {
        /// By code.
        Code => [Code],
    }
}

filter! {
    /// Which assessment windows.
    AssessmentWindowFilter of assessment_window {
        /// Those that are open on this day.
        on: Date => OpensOn until ClosesOn,
        /// By the day on which they open.
        opens_on: DateFilter => OpensOn,
        /// By the day on which they close, the last on which they are open.
        closes_on: DateFilter => ClosesOn,
        /// Of academic years for which all this holds.
        academic_year_where: Box<AcademicYearFilter> => AcademicYearId in academic_year::Id,
        /// By academic year.
        academic_year: IdFilter<AcademicYear> => AcademicYearId,
        /// By term.
        term: EnumFilter<Term> => Term,
    }
}

order! {
    /// In which order assessment windows come.
    AssessmentWindowOrder of assessment_window {
        /// The latest first.
        Latest => [OpensOn desc],
        /// The earliest first.
        Earliest => [OpensOn],
    }
}

filter! {
    /// Which judgements.
    JudgementFilter of judgement {
        /// By pupil.
        pupil: IdFilter<Pupil> => PupilId,
        /// By class.
        class: IdFilter<Class> => ClassId,
        /// By school.
        school: IdFilter<School> => SchoolId,
        /// By subject.
        subject: IdFilter<Subject> => SubjectId,
        /// By assessment window.
        window: IdFilter<AssessmentWindow> => WindowId,
        /// By grade or code.
        grade: IdFilter<Grade> => GradeId,
        /// By year group.
        year_group: EnumFilter<YearGroup> => YearGroup,
        /// By the day of the judgement.
        judged_on: DateFilter => JudgedOn,
        /// In classes for which all this holds.
        class_where: Box<ClassFilter> => ClassId in class::Id,
        /// In subjects for which all this holds.
        subject_where: Box<SubjectFilter> => SubjectId in subject::Id,
        /// In assessment windows for which all this holds.
        window_where: Box<AssessmentWindowFilter> => WindowId in assessment_window::Id,
        /// With grades or codes for which all this holds.
        grade_where: Box<GradeFilter> => GradeId in grade::Id,
        /// Only those that were recorded after their window had closed, or only the others.
        is_late: BoolFilter => IsLate,
        /// Only the latest for each pupil, subject and window, or only those that are superseded or withdrawn.
        is_current: BoolFilter => IsCurrent,
    }
}

order! {
    /// In which order judgements come.
    JudgementOrder of judgement {
        /// The latest first.
        Latest => [JudgedOn desc],
        /// The earliest first.
        Earliest => [JudgedOn],
    }
}

listed!(Framework by FrameworkFilter, FrameworkOrder);
listed!(Grade by GradeFilter, GradeOrder);
listed!(AssessmentWindow by AssessmentWindowFilter, AssessmentWindowOrder);
listed!(Judgement by JudgementFilter, JudgementOrder);

root! {
    /// What there is to ask of assessment.
    AssessmentQuery {
        {
            /// How far the judging of a subject and window has come, class by class or school by school, those with the most missing first: of
            /// the pupils whom you see, in your classes or in the school you lead. Trust roles see none without a grant.
            #[graphql(directive = list_size::apply(Some(20), None, None))]
            async fn judgement_progress(
                &self,
                ctx: &Context<'_>,
                #[graphql(desc = "The assessment window.")] window_id: Ref<AssessmentWindow>,
                #[graphql(desc = "The subject.")] subject_id: Ref<Subject>,
                #[graphql(desc = "This school alone.")] school_id: Option<Ref<School>>,
                #[graphql(default, desc = "By class or by school.")] by: ProgressBy,
            ) -> async_graphql::Result<Vec<JudgementProgress>> {
                let asked = Asked { window: window_id, subject: subject_id, school: school_id, by };
                Ok(progress(ctx, asked).await?)
            }
        }
        /// The frameworks of the trust.
        frameworks: [Framework],
        /// The assessment windows of the trust. Those that are open now are asked for by `filter: { on: .. }`.
        assessment_windows: [AssessmentWindow],
        /// The judgements that you see: of the pupils of your classes, or of the school you lead.
        judgements: [Judgement],
    }
}
