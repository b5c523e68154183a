//! A pupil of the trust.

use crate::{entity::entity, vocabulary::text_enum};

text_enum! {
    /// Sex as recorded in the school census.
    Sex {
        /// Female.
        Female = "FEMALE",
        /// Male.
        Male = "MALE",
    }
}

entity! {
    /// A pupil of the trust. What describes the pupil is always recorded; it is none where it was read for
    /// somebody who may not see it.
    "pupil", versioned {
        /// Unique pupil number: check letter, local authority, establishment, year, serial.
        pub upn: Option<String>,
        /// Given name.
        pub given_name: Option<String>,
        /// Family name.
        pub family_name: Option<String>,
        /// Date of birth.
        pub date_of_birth: Option<Date>,
        /// Sex as recorded in the school census.
        pub sex: Option<Sex>,
    }
}
