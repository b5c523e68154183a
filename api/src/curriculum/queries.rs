//! Root fields and lists of the curriculum.

use plumbline_entity::{
    curriculum, curriculum::CurriculumStanding, curriculum_version, curriculum_version::CurriculumStatus, objective,
    objective::ObjectiveCategory, school, subject, year_group::YearGroup,
};

use super::types::{Curriculum, CurriculumVersion, Objective, Subject};
use crate::{
    auth::Viewer,
    db::{Read, Scoped},
    error::Result,
    graphql::{DateFilter, EnumFilter, IdFilter, IntFilter, StringFilter, check_text, filter, listed, order, root},
    organisation::{School, SchoolFilter},
};

filter! {
    /// Which subjects.
    SubjectFilter of subject {
        /// By code.
        code: StringFilter => Code,
        /// By name.
        name: StringFilter => Name,
    }
}

order! {
    /// In which order subjects come.
    SubjectOrder of subject {
        /// By name.
        Name => [Name],
    }
}

filter! {
    /// Which curricula.
    CurriculumFilter of curriculum {
        /// By subject.
        subject: IdFilter<Subject> => SubjectId,
        /// By school; `isNull` for those of the trust.
        school: IdFilter<School> => SchoolId,
        /// By whose it is, and how a school's own stands to the trust's.
        standing: EnumFilter<CurriculumStanding> => Standing,
        /// In subjects for which all this holds.
        subject_where: Box<SubjectFilter> => SubjectId in subject::Id,
        /// Of schools for which all this holds.
        school_where: Box<SchoolFilter> => SchoolId in school::Id,
    }
}

order! {
    /// In which order curricula come.
    CurriculumOrder of curriculum {
        /// By how they stand to the trust's.
        Standing => [Standing],
    }
}

filter! {
    /// Which versions of curricula.
    CurriculumVersionFilter of curriculum_version {
        /// By curriculum.
        curriculum: IdFilter<Curriculum> => CurriculumId,
        /// By subject.
        subject: IdFilter<Subject> => SubjectId,
        /// By school; `isNull` for those of the trust.
        school: IdFilter<School> => SchoolId,
        /// By number.
        number: IntFilter => Number,
        /// By what it is.
        status: EnumFilter<CurriculumStatus> => Status,
        /// By the day from which it was taught by.
        current_from: DateFilter => CurrentFrom,
    }
}

order! {
    /// In which order versions of curricula come.
    CurriculumVersionOrder of curriculum_version {
        /// The latest first.
        Latest => [Number desc],
    }
}

filter! {
    /// Which objectives.
    ObjectiveFilter of objective {
        /// By code.
        code: StringFilter => Code,
        /// By statement.
        statement: StringFilter => Statement,
        /// By strand.
        strand: StringFilter => Strand,
        /// Knowledge or skill.
        category: EnumFilter<ObjectiveCategory> => Category,
        /// By the first year group in which it is taught.
        lowest_year_group: EnumFilter<YearGroup> => LowestYearGroup,
        /// By the year group by the end of which it is due.
        highest_year_group: EnumFilter<YearGroup> => HighestYearGroup,
        /// By subject.
        subject: IdFilter<Subject> => SubjectId,
        /// By school; `isNull` for the trust's.
        school: IdFilter<School> => SchoolId,
        /// By version of the curriculum.
        curriculum_version: IdFilter<CurriculumVersion> => CurriculumVersionId,
        /// Of versions for which all this holds, such as those that are current.
        curriculum_version_where: Box<CurriculumVersionFilter> => CurriculumVersionId in curriculum_version::Id,
        /// In subjects for which all this holds.
        subject_where: Box<SubjectFilter> => SubjectId in subject::Id,
    }
}

order! {
    /// In which order objectives come.
    ObjectiveOrder of objective {
        /// As they are taught: by year group, then by their place in it.
        Sequence => [LowestYearGroup, Position],
        /// By code.
        Code => [Code],
    }
}

listed!(Subject by SubjectFilter, SubjectOrder);
listed!(Curriculum by CurriculumFilter, CurriculumOrder);
listed!(CurriculumVersion by CurriculumVersionFilter, CurriculumVersionOrder);
listed!(Objective by ObjectiveFilter, ObjectiveOrder);

root! {
    /// What there is to ask of the curriculum.
    CurriculumQuery {
        /// The subjects of the trust.
        subjects: [Subject],
        /// What the trust and its schools intend to teach, a curriculum for each subject.
        curricula: [Curriculum],
        /// Objectives of all curricula and versions. Those that are taught by now are asked for by
        /// `filter: { curriculumVersionWhere: { status: { eq: CURRENT } } }`.
        objectives: [Objective],
    }
}

/// The subject with this code; `None` where the viewer's trust has none.
///
/// # Errors
/// The database failed.
pub async fn subject_by_code(db: &impl Read, viewer: &Viewer, code: &str) -> Result<Option<subject::Model>> {
    check_text(code)?;
    db.one(Scoped::<subject::Entity>::of(viewer).filter(subject::COLUMN.code.eq(code))).await
}
