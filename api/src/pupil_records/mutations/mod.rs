//! What can be done to all that is held of a pupil, a file each.

pub mod erase_pupil;
pub mod merge_pupils;
pub mod unmerge_pupils;

use async_graphql::MergedObject;

/// What can be done to all that is held of a pupil.
#[derive(Default, MergedObject)]
pub struct PupilRecordsMutation(erase_pupil::ErasePupil, merge_pupils::MergePupils, unmerge_pupils::UnmergePupils);
