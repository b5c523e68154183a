//! The root of a subscription, put into the form that async-graphql runs.

use async_graphql::Positioned;
use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, Selection, SelectionSet};

/// Spreads the fragments at the root of a subscription: async-graphql looks at the fields there alone, and
/// would answer nothing.
///
/// The document is valid: its fragments are there, none spreads itself, and they hold one field at its root.
pub(super) fn flatten(document: &mut ExecutableDocument) {
    let mut fields = Vec::new();
    if let DocumentOperations::Single(operation) = &document.operations {
        collect(&operation.node.selection_set.node, document, &mut fields);
    }
    if let DocumentOperations::Single(operation) = &mut document.operations {
        operation.node.selection_set.node.items = fields;
    }
}

fn collect(set: &SelectionSet, document: &ExecutableDocument, fields: &mut Vec<Positioned<Selection>>) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(_) => fields.push(selection.clone()),
            Selection::InlineFragment(fragment) => collect(&fragment.node.selection_set.node, document, fields),
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                    collect(&fragment.node.selection_set.node, document, fields);
                }
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    /// The fields at the root, and those directly below each.
    fn flattened(text: &str) -> Vec<(String, Vec<String>)> {
        let mut document = async_graphql::parser::parse_query(text).unwrap();
        flatten(&mut document);
        let (_, operation) = document.operations.iter().next().unwrap();
        let name = |selection: &Positioned<Selection>| match &selection.node {
            Selection::Field(field) => field.node.response_key().node.to_string(),
            other => panic!("{other:?}"),
        };
        let items = &operation.node.selection_set.node.items;
        let below = |selection: &Positioned<Selection>| match &selection.node {
            Selection::Field(field) => field.node.selection_set.node.items.iter().map(name).collect(),
            other => panic!("{other:?}"),
        };
        items.iter().map(|item| (name(item), below(item))).collect()
    }

    #[test]
    fn there_is_one_field_however_it_is_written() {
        let one = vec![("a".to_owned(), vec!["b".to_owned(), "c".to_owned()])];
        for text in [
            "subscription { a { b c } }",
            "subscription { ...F } fragment F on Subscription { a { b c } }",
            "subscription { ... { ... on Subscription { a { b c } } } }",
            "subscription { ...F } fragment F on Subscription { ...G } fragment G on Subscription { a: x { b c } }",
        ] {
            assert_eq!(flattened(text), one, "{text}");
        }
    }
}
