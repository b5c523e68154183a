//! A school of the trust.

use crate::{entity::entity, vocabulary::text_enum};

text_enum! {
    /// The phase of education that a school is registered for, in the words of the Get Information about Schools service.
    EducationPhase {
        /// Nursery.
        Nursery = "NURSERY",
        /// Primary: some of Reception to Year 6.
        Primary = "PRIMARY",
        /// Middle, deemed primary.
        MiddleDeemedPrimary = "MIDDLE_DEEMED_PRIMARY",
        /// Secondary.
        Secondary = "SECONDARY",
        /// Middle, deemed secondary.
        MiddleDeemedSecondary = "MIDDLE_DEEMED_SECONDARY",
        /// Sixteen plus.
        SixteenPlus = "SIXTEEN_PLUS",
        /// All-through: primary and secondary in one school.
        AllThrough = "ALL_THROUGH",
        /// Not applicable, as for a special school.
        NotApplicable = "NOT_APPLICABLE",
    }
}

entity! {
    "school", versioned {
        /// Unique reference number: six digits, given by the Department for Education, new on conversion.
        pub urn: i32,
        /// Number of the local authority, three digits.
        pub la_code: i16,
        /// Number within the local authority, four digits; with `la_code` it makes the LAESTAB.
        pub establishment_number: i16,
        /// The name that the school goes by.
        pub name: String,
        /// The phase of education that the school is registered for.
        pub education_phase: EducationPhase,
        /// Statutory lowest age of its pupils, in years.
        pub lowest_age: Option<i16>,
        /// Statutory highest age of its pupils, in years.
        pub highest_age: Option<i16>,
        /// The day it opened, where known.
        pub opened_on: Option<Date>,
        /// The day it closed; none while it is open.
        pub closed_on: Option<Date>,
    }
}
