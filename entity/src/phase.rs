//! A phase of the trust's schools: a run of year groups that are led together, such as Key Stage 1.

use crate::{entity::entity, year_group::YearGroup};

entity! {
    "phase", versioned {
        /// The name of the phase.
        pub name: String,
        /// Its youngest year group.
        pub lowest_year_group: YearGroup,
        /// Its oldest year group.
        pub highest_year_group: YearGroup,
    }
}
