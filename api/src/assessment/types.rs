//! The objects of assessment.

use chrono::{DateTime, Utc};
use plumbline_entity::{
    assessment_window, assessment_window::Term, framework, grade, judgement, year_group::YearGroup,
};

use super::rules;
use crate::{
    curriculum::Subject,
    graphql::{Date, object},
    organisation::{AcademicYear, Class, Pupil, StaffMember},
};

object! {
    /// An assessment framework: a named, versioned scale of grades.
    Framework of framework {
        /// Short name, such as `ks2-ta`.
        code: &str,
        /// Which edition of it, such as 2018.
        edition: &str,
        /// The name that people read.
        name: &str,
        /// Counts its changes; an update names the version that it saw.
        version: i32,
        /// Its grades, and its codes that are not grades.
        grades: [Grade] by grade::FrameworkId,
    }
}

object! {
    /// A grade of a framework, or a code that is not a grade (absent, left, not assessed).
    Grade of grade {
        /// Short name, such as EXS.
        code: &str,
        /// The name that people read.
        name: &str,
        /// Place in the order of the grades, 0 the lowest; null for a code that is not attainment and is never ordered.
        rank: Option<i16>,
        /// The framework.
        framework => Framework by framework_id,
        /// Counts its changes; an update names the version that it saw.
        version: i32,
    }
}

object! {
    /// The time in a term in which judgements of the trust are recorded.
    AssessmentWindow of assessment_window {
        /// The academic year.
        academic_year => AcademicYear by academic_year_id,
        /// The term.
        term: Term,
        /// First day on which judgements may be dated.
        opens_on: Date,
        /// Last day on which judgements may be dated.
        closes_on: Date,
        /// For how many days after that teachers may still record; whoever leads their school may later, with a reason.
        days_of_grace: i16,
        {
            /// Last day on which teachers may record.
            async fn records_until(&self) -> Date {
                Date(rules::records_until(&self.0))
            }
        }
        /// Counts its changes; an update names the version that it saw.
        version: i32,
    }
}

object! {
    /// A teacher's judgement of a pupil in a subject and window. Never changed: a later one supersedes it, or it is withdrawn.
    Judgement of judgement {
        /// The pupil; null where you may not see them.
        pupil -> Pupil by pupil_id,
        /// The class in which the pupil was taught.
        class => Class by class_id,
        /// The pupil's year group at the time.
        year_group: YearGroup,
        /// The subject.
        subject => Subject by subject_id,
        /// The assessment window.
        window => AssessmentWindow by window_id,
        /// The grade, or the code that is not a grade.
        grade => Grade by grade_id,
        /// Who judged; null where an import did not say, or you may not see them.
        judged_by -> StaffMember by judged_by_id,
        /// The day of the judgement.
        judged_on: Date,
        /// When it was recorded here.
        recorded_at: DateTime<Utc>,
        /// The judgement that this one replaces; null where there is none, or you may not see it.
        supersedes -> Self by supersedes_id,
        /// Whether it was recorded when its window had closed and its days of grace had passed.
        is_late: bool,
        /// Why it was recorded late, or in the place of one that was moderated; null where nobody said.
        recorded_because: Option<&str>,
        /// Whether it is the latest for its pupil, subject and window that was not withdrawn. Only such judgements are counted.
        is_current: bool,
        /// When it was withdrawn; null if it was not.
        withdrawn_at: Option<DateTime<Utc>>,
        /// Who withdrew it; null if nobody did, or you may not see them.
        withdrawn_by -> StaffMember by withdrawn_by_id,
        /// Why it was withdrawn.
        withdrawn_because: Option<&str>,
    }
}
