//! What can be changed in the curriculum, a file each.

pub mod create_subject;

use async_graphql::MergedObject;

/// What can be changed in the curriculum.
#[derive(Default, MergedObject)]
pub struct CurriculumMutation(create_subject::CreateSubject);
