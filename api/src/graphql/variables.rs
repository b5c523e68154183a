//! A variable that is declared and not given: null, where the cost of a page is worked out.
//!
//! async-graphql 8 works out the cost of `pupils(first: $first)` before it runs, and refuses the
//! document there if `$first` was left out, though the specification lets a nullable variable be
//! left out. For `first` and `last` null and nothing mean the same, so null is filled in for them.

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};
use async_graphql::{Name, Request, Value};

/// Fills in null for the variables of page sizes that were not given and have no default.
pub(super) fn complete(request: &mut Request) {
    // What does not parse is refused, with its reason, when it is run.
    let Ok(document) = request.parsed_query() else { return };
    let missing: Vec<Name> = page_size_variables(document);
    for name in missing {
        request.variables.entry(name).or_insert(Value::Null);
    }
}

/// The variables without a default that are used for `first` or `last`.
fn page_size_variables(document: &ExecutableDocument) -> Vec<Name> {
    let mut used = Vec::new();
    for (_, operation) in document.operations.iter() {
        collect(&operation.node.selection_set.node, &mut used);
    }
    for fragment in document.fragments.values() {
        collect(&fragment.node.selection_set.node, &mut used);
    }
    let definitions = || document.operations.iter().flat_map(|(_, operation)| &operation.node.variable_definitions);
    used.retain(|name| {
        definitions().any(|definition| {
            definition.node.name.node == *name
                && definition.node.default_value.is_none()
                && definition.node.var_type.node.nullable
        })
    });
    used
}

fn collect(set: &SelectionSet, used: &mut Vec<Name>) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => {
                for (argument, value) in &field.node.arguments {
                    // A variable is written `$name`, and nothing else begins so.
                    let text = value.node.to_string();
                    if let ("first" | "last", Some(name)) = (argument.node.as_str(), text.strip_prefix('$')) {
                        used.push(Name::new(name));
                    }
                }
                collect(&field.node.selection_set.node, used);
            }
            Selection::InlineFragment(fragment) => collect(&fragment.node.selection_set.node, used),
            Selection::FragmentSpread(_) => {}
        }
    }
}
