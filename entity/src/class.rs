//! A class of pupils in one school and one academic year; of mixed age where it spans year groups.

use crate::{entity::entity, year_group::YearGroup};

entity! {
    "class", versioned {
        /// The school that it belongs to.
        pub school_id: Uuid,
        /// The academic year in which it is taught.
        pub academic_year_id: Uuid,
        /// The name it goes by, such as 4B or Kingfisher.
        pub name: String,
        /// Its youngest year group.
        pub lowest_year_group: YearGroup,
        /// Its oldest year group; the same as the youngest unless the class is of mixed age.
        pub highest_year_group: YearGroup,
    }
}
