//! Leave for one person to read rows of pupils, for a purpose and until a time.

use crate::entity::entity;

entity! {
    "access_grant", versioned {
        /// Who may read.
        pub staff_member_id: Uuid,
        /// The school whose pupils may be read; none for all schools of the trust.
        pub school_id: Option<Uuid>,
        /// Whether with names, unique pupil numbers and dates of birth; else without.
        pub with_names: bool,
        /// Whether comparisons are answered with exact figures, out of disclosure control.
        pub exact_figures: bool,
        /// What for, in words that stand in the audit.
        pub purpose: String,
        /// When it was given.
        pub granted_at: DateTimeUtc,
        /// Who gave it; none for the console.
        pub granted_by_id: Option<Uuid>,
        /// When it ends by itself.
        pub expires_at: DateTimeUtc,
        /// When it was taken back; none where it was not.
        pub revoked_at: Option<DateTimeUtc>,
    }
}
