//! A unique pupil number that a pupil had before it was corrected.

use crate::entity::entity;

entity! {
    "former_upn" {
        /// The pupil.
        pub pupil_id: Uuid,
        /// The number.
        pub upn: String,
        /// Until when it was theirs here.
        pub replaced_at: DateTimeUtc,
        /// The member of staff who corrected it; none if a client application did so by itself.
        pub replaced_by_id: Option<Uuid>,
    }
}
