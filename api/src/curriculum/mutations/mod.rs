//! What can be changed in the curriculum, a file each.

pub mod subject;

use async_graphql::MergedObject;

/// What can be changed in the curriculum.
#[derive(Default, MergedObject)]
pub struct CurriculumMutation(subject::CreateSubject, subject::UpdateSubject, subject::RemoveSubject);
