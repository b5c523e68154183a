//! A name that a pupil had before it was corrected.

use crate::entity::entity;

entity! {
    "former_name" {
        /// The pupil.
        pub pupil_id: Uuid,
        /// The given name.
        pub given_name: String,
        /// The family name.
        pub family_name: String,
        /// Until when it was theirs here.
        pub replaced_at: DateTimeUtc,
        /// The member of staff who corrected it; none if a client application did so by itself.
        pub replaced_by_id: Option<Uuid>,
    }
}
