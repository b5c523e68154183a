//! What can be changed in the curriculum, a file each.

pub mod curriculum;
pub mod objective;
pub mod subject;
pub mod version;

use async_graphql::MergedObject;

/// What can be changed in the curriculum.
#[derive(Default, MergedObject)]
pub struct CurriculumMutation(
    subject::CreateSubject,
    subject::UpdateSubject,
    subject::RemoveSubject,
    curriculum::CreateCurriculum,
    curriculum::UpdateCurriculum,
    curriculum::RemoveCurriculum,
    version::DraftCurriculumVersion,
    version::UpdateCurriculumVersion,
    version::PublishCurriculumVersion,
    version::RemoveCurriculumVersion,
    objective::CreateObjective,
    objective::UpdateObjective,
    objective::RemoveObjective,
);
