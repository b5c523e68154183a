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
    "assessment_window" {
        /// The academic year.
        pub academic_year_id: Uuid,
        /// The term.
        pub term: Term,
        /// First day on which judgements may be dated.
        pub opens_on: Date,
        /// Last day on which judgements may be dated.
        pub closes_on: Date,
    }
}
