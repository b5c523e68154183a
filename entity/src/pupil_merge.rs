//! That two records were of one pupil, and one was merged into the other. The audit still names the one that is gone.

use crate::entity::entity;

entity! {
    /// `id` is the id of the record that is gone.
    "pupil_merge" {
        /// The school that answered for the record that is gone.
        pub school_id: Uuid,
        /// The pupil whose record stayed.
        pub pupil_id: Uuid,
        /// When.
        pub merged_at: DateTimeUtc,
        /// The member of staff who merged them.
        pub merged_by_id: Option<Uuid>,
        /// What the merge did, so that it can be undone. None of a merge of an earlier build, and once the pupil was erased.
        pub record: Option<Json>,
    }
}
