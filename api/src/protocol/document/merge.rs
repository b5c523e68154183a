//! Fields that are the same become one, before anything is run: as "Merge Selection Sets" of the specification says,
//! but once for each document and not once for each object.
//!
//! async-graphql resolves a field as often as it is written, and keeps the last value. `{ pupils { nodes { id id id } } }`
//! would cost three times the work for the same answer, and a mutation that is written twice would be carried out twice.

use std::collections::HashMap;

use apollo_compiler::executable::{
    DirectiveList, ExecutableDocument, Field, InlineFragment, Operation, Selection, SelectionSet,
};
use apollo_compiler::schema::{ExtendedType, NamedType};
use apollo_compiler::{Node, Schema};

/// An operation in which no two fields are the same and all fragments are spread, and how many selections it has.
#[derive(Debug)]
pub(super) struct Merged {
    pub(super) operation: Node<Operation>,
    pub(super) selections: usize,
}

/// Merges the fields of an operation of a valid document.
pub(super) fn merged(operation: &Node<Operation>, document: &ExecutableDocument, schema: &Schema) -> Merged {
    let mut merging = Merging { document, schema, selections: 0 };
    let set = merging.set(&operation.selection_set.ty, &operation.selection_set.selections);
    let mut operation = operation.clone();
    operation.make_mut().selection_set = set;
    Merged { operation, selections: merging.selections }
}

struct Merging<'d> {
    document: &'d ExecutableDocument,
    schema: &'d Schema,
    selections: usize,
}

/// By what two selections are the same: a valid document has no two fields of one key that differ in anything else.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    Field(String, String),
    On(Option<NamedType>, String),
}

/// The selections of one level, in the order in which each came first.
#[derive(Default)]
struct Level {
    selections: Vec<Selection>,
    places: HashMap<Key, usize>,
}

impl Merging<'_> {
    /// One level, and then what is below each of its selections.
    fn set(&mut self, ty: &NamedType, selections: &[Selection]) -> SelectionSet {
        let mut level = Level::default();
        self.gather(&mut level, ty, selections);
        self.selections += level.selections.len();
        for selection in &mut level.selections {
            let below = match selection {
                Selection::Field(field) => &mut field.make_mut().selection_set,
                Selection::InlineFragment(fragment) => &mut fragment.make_mut().selection_set,
                Selection::FragmentSpread(_) => continue,
            };
            *below = self.set(&below.ty, &below.selections);
        }
        SelectionSet { ty: ty.clone(), selections: level.selections }
    }

    fn gather(&mut self, level: &mut Level, ty: &NamedType, selections: &[Selection]) {
        for selection in selections {
            match selection {
                Selection::Field(field) => self.field(level, ty, field),
                Selection::InlineFragment(fragment) => {
                    self.fragment(level, ty, fragment.type_condition.as_ref(), &fragment.directives, fragment);
                }
                Selection::FragmentSpread(spread) => {
                    let Some(found) = self.document.fragments.get(&spread.fragment_name) else { continue };
                    let inline = Node::new(InlineFragment {
                        type_condition: Some(found.selection_set.ty.clone()),
                        directives: spread.directives.clone(),
                        selection_set: found.selection_set.clone(),
                    });
                    self.fragment(level, ty, inline.type_condition.as_ref(), &inline.directives, &inline);
                }
            }
        }
    }

    fn field(&self, level: &mut Level, ty: &NamedType, field: &Node<Field>) {
        let key = Key::Field(field.response_key().to_string(), written(&field.directives));
        if let Some(Selection::Field(known)) = level.known(&key) {
            known.make_mut().selection_set.selections.extend_from_slice(&field.selection_set.selections);
            return;
        }
        let mut field = field.clone();
        // A fragment on an interface was written against its field; what a field costs is said by the object's own.
        if let Ok(own) = self.schema.type_field(ty, &field.name)
            && *own.node != *field.definition
        {
            field.make_mut().definition = own.node.clone();
        }
        level.add(key, Selection::Field(field));
    }

    /// The selections of a fragment: as if they stood here, if it applies to every object that this level is of.
    fn fragment(
        &mut self,
        level: &mut Level,
        ty: &NamedType,
        on: Option<&NamedType>,
        directives: &DirectiveList,
        fragment: &Node<InlineFragment>,
    ) {
        if directives.is_empty() && on.is_none_or(|on| self.always(ty, on)) {
            return self.gather(level, ty, &fragment.selection_set.selections);
        }
        let key = Key::On(on.cloned(), written(directives));
        if let Some(Selection::InlineFragment(known)) = level.known(&key) {
            known.make_mut().selection_set.selections.extend_from_slice(&fragment.selection_set.selections);
        } else {
            level.add(key, Selection::InlineFragment(fragment.clone()));
        }
    }

    /// Whether each object of a type is one of another type.
    fn always(&self, ty: &NamedType, on: &NamedType) -> bool {
        ty == on || self.schema.get_object(ty).is_some_and(|object| {
            object.implements_interfaces.contains(on)
                || matches!(self.schema.types.get(on), Some(ExtendedType::Union(union)) if union.members.contains(ty))
        })
    }
}

impl Level {
    fn known(&mut self, key: &Key) -> Option<&mut Selection> {
        self.places.get(key).and_then(|place| self.selections.get_mut(*place))
    }

    fn add(&mut self, key: Key, selection: Selection) {
        self.places.insert(key, self.selections.len());
        self.selections.push(selection);
    }
}

/// Directives as they are written. Selections are the same only if theirs are: `@include(if: $a)` is not `@include(if: $b)`.
fn written(directives: &DirectiveList) -> String {
    if directives.is_empty() { String::new() } else { directives.to_string() }
}

#[cfg(test)]
mod tests {
    use apollo_compiler::ExecutableDocument;

    use super::*;

    const SDL: &str = "type Query { pupil: Pupil node: Node either: Either }
        interface Node { id: ID! }
        type Pupil implements Node { id: ID! name: String school: School }
        type School implements Node { id: ID! name: String }
        union Either = Pupil | School";

    fn as_merged(document: &str) -> String {
        let schema = Schema::parse_and_validate(SDL, "s").expect("a schema");
        let document = ExecutableDocument::parse_and_validate(&schema, document, "d").expect("it is valid");
        let operation = document.operations.iter().next().expect("an operation");
        let merged = merged(operation, &document, &schema).operation;
        merged.selection_set.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_is_the_same_is_asked_once_in_the_order_in_which_it_came_first() {
        for (document, expected) in [
            ("{ pupil { id id name id } }", "{ pupil { id name } }"),
            ("{ pupil { id } pupil { name id } }", "{ pupil { id name } }"),
            ("{ pupil { a: id id a: id } }", "{ pupil { a: id id } }"),
            ("{ pupil { id ...F ... on Pupil { id name } } } fragment F on Pupil { name id }", "{ pupil { id name } }"),
            (
                "{ pupil { ... { id } ... on Node { id } ... on Either { ... on Pupil { name } } } }",
                "{ pupil { id name } }",
            ),
            (
                "{ pupil { school { id } } ...Q } fragment Q on Query { pupil { school { id name } } }",
                "{ pupil { school { id name } } }",
            ),
            ("{ pupil { school { id id } ... { school { name } } } }", "{ pupil { school { id name } } }"),
        ] {
            assert_eq!(as_merged(document), expected, "{document}");
        }
    }

    #[test]
    fn what_may_differ_stays_apart() {
        for (document, expected) in [
            (
                "{ node { id ... on Pupil { id name id } ... on Pupil { name } ... on School { name } } }",
                "{ node { id ... on Pupil { id name } ... on School { name } } }",
            ),
            (
                "query($a: Boolean!, $b: Boolean!) { pupil { id @include(if: $a) id @skip(if: $b) id @include(if: $a) } }",
                "{ pupil { id @include(if: $a) id @skip(if: $b) } }",
            ),
            (
                "query($a: Boolean!) { pupil { ... @include(if: $a) { id } ... @include(if: $a) { id name } } }",
                "{ pupil { ... @include(if: $a) { id name } } }",
            ),
            (
                "{ either { ... on Node { id } ... on Node { id } __typename } }",
                "{ either { ... on Node { id } __typename } }",
            ),
        ] {
            assert_eq!(as_merged(document), expected, "{document}");
        }
    }
}
