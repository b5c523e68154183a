//! That all that was held of a pupil was erased. It says nothing of the pupil but the id that they had, which the audit
//! still names.

use crate::{entity::entity, vocabulary::text_enum};

text_enum! {
    /// Why all that is held of a pupil is erased.
    ErasureReason {
        /// The pupil or a parent asked for it, and the trust found that they have the right to it.
        RequestUpheld = "REQUEST_UPHELD",
        /// The trust may keep it no longer.
        RetentionEnded = "RETENTION_ENDED",
        /// There is no such pupil, or they were never of the trust.
        RecordedInError = "RECORDED_IN_ERROR",
        /// A court or the Information Commissioner ordered it.
        Ordered = "ORDERED",
    }
}

entity! {
    /// `id` is the id that the pupil had.
    "pupil_erasure" {
        /// The school that answered for the pupil; none if they were never on roll.
        pub school_id: Option<Uuid>,
        /// Why.
        pub reason: ErasureReason,
        /// When.
        pub erased_at: DateTimeUtc,
        /// The member of staff who did; none if it was done at the console.
        pub erased_by_id: Option<Uuid>,
    }
}
