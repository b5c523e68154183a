//! The time in a term in which judgements of the trust are recorded.

use crate::{entity::entity, vocabulary::text_enum};

text_enum! {
    /// A school term, which names an assessment window of an academic year.
    Term {
        /// September to December.
        Autumn = "AUTUMN",
        /// January to the spring holiday.
        Spring = "SPRING",
        /// The spring holiday to July.
        Summer = "SUMMER",
    }
}

entity! {
    "assessment_window", versioned {
        /// The academic year.
        pub academic_year_id: Uuid,
        /// The term.
        pub term: Term,
        /// First day on which judgements may be dated.
        pub opens_on: Date,
        /// Last day on which judgements may be dated.
        pub closes_on: Date,
        /// For how many days after that teachers may still record them.
        pub days_of_grace: i16,
    }
}
