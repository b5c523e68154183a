//! How a field says in the schema what it costs: `@cost` and `@listSize`, as in the cost
//! specification of IBM and in Apollo Federation 2.9.

use async_graphql::TypeDirective;

/// What one object of this field costs, beside what is asked of it. Without it: 1.
#[TypeDirective(location = "FieldDefinition")]
pub fn cost(#[graphql(desc = "How much.")] weight: i32) {}

/// How many items this list, or the lists in it, count for. Without it a list of objects counts for 10.
#[TypeDirective(name = "listSize", location = "FieldDefinition")]
pub fn list_size(
    #[graphql(desc = "As many, where no argument says how many.")] assumed_size: Option<i32>,
    #[graphql(desc = "The arguments that say how many: by their number, or as lists by their length.")]
    slicing_arguments: Option<Vec<String>>,
    #[graphql(desc = "The fields of the object that are the lists; the field itself where none are named.")]
    sized_fields: Option<Vec<String>>,
) {
}

/// An answer of nothing but such fields may be given again to the same viewer for a second, unless something is changed meanwhile.
#[TypeDirective(location = "FieldDefinition")]
pub fn kept() {}

/// A list of names, as [`list_size`] takes them.
#[must_use]
pub fn names(names: &[&str]) -> Option<Vec<String>> {
    (!names.is_empty()).then(|| names.iter().map(ToString::to_string).collect())
}
