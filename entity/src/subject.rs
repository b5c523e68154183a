//! A subject of the curriculum.

use crate::entity::entity;

entity! {
    "subject", versioned {
        /// Short name in lower case, such as `writing`; what filters and files use.
        pub code: String,
        /// The name that people read.
        pub name: String,
    }
}
