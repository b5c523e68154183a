//! The objects of the curriculum.

use plumbline_entity::subject;

use crate::graphql::object;

object! {
    /// A subject of the curriculum.
    Subject of subject {
        /// Short name in lower case, such as `writing`: what filters and files use.
        code: &str,
        /// The name that people read.
        name: &str,
        /// Counts its changes; an update names the version that it saw.
        version: i32,
    }
}
