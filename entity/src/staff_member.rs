//! A member of staff of the trust.

use crate::entity::entity;

entity! {
    "staff_member", versioned {
        /// The address by which the person is known, in lower case; unique in the trust.
        pub email: String,
        /// Given name.
        pub given_name: String,
        /// Family name.
        pub family_name: String,
    }
}
