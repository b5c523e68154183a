//! An assessment framework: a named, versioned scale of grades.

use crate::entity::entity;

entity! {
    "framework", versioned {
        /// Short name, such as `ks2-ta`.
        pub code: String,
        /// Which edition of it, such as 2018.
        pub edition: String,
        /// The name that people read.
        pub name: String,
    }
}
