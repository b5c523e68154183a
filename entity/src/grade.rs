//! A grade of a framework, or a code that is not a grade (absent, left, not assessed).

use crate::entity::entity;

entity! {
    "grade", versioned {
        /// The framework.
        pub framework_id: Uuid,
        /// Short name, such as EXS.
        pub code: String,
        /// The name that people read.
        pub name: String,
        /// Place in the order of the grades, 0 the lowest; none for a code that is not attainment and is never ordered.
        pub rank: Option<i16>,
    }
}
