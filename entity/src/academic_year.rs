//! An academic year of the trust, named by the year in which it starts: 2025 is 2025/26.

use crate::entity::entity;

entity! {
    "academic_year", versioned {
        /// The calendar year in which it starts.
        pub year: i16,
        /// First day, usually 1 September.
        pub starts_on: Date,
        /// Last day, usually 31 August.
        pub ends_on: Date,
    }
}
