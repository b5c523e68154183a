//! What questions about the schema itself (`__schema`, `__type`) cost: the number of values of their answer, counted
//! along the schema. To assume how long its lists are would do twice: nested, the assumptions multiply.

use std::collections::HashMap;

use apollo_compiler::Schema;
use apollo_compiler::ast::{DirectiveDefinition, FieldDefinition, InputValueDefinition, Type};
use apollo_compiler::executable::{Field, Selection, SelectionSet};
use apollo_compiler::schema::ExtendedType;

use super::plan::key_cost;

/// How many lists of introspection may stand inside each other: as many as standard tools need. A third would allow
/// answers that grow with the cube of the schema (graphql-js has the same rule).
const LISTS: usize = 2;

/// Whether a field of the query asks the schema about itself.
pub(super) fn is_asked_by(field: &Field) -> bool {
    matches!(field.name.as_str(), "__schema" | "__type")
}

/// What such a field costs; `None` where it asks for lists of lists of lists.
pub(super) fn cost(field: &Field, schema: &Schema) -> Option<u64> {
    let set = &field.selection_set;
    if lists(set) > LISTS {
        return None;
    }
    let mut counting = Counting { schema, known: HashMap::new() };
    let inside = match field.name.as_str() {
        "__schema" => counting.values(set, About::Schema),
        _ => match field.specified_argument_by_name("name").and_then(|name| name.as_str()) {
            Some(name) => schema.types.get(name).map_or(0, |of| counting.values(set, About::Type(of))),
            // A variable may name any.
            None => schema.types.values().map(|of| counting.values(set, About::Type(of))).max().unwrap_or(0),
        },
    };
    Some(inside.saturating_add(1).saturating_add(key_cost(field)))
}

/// How many lists stand inside each other.
fn lists(set: &SelectionSet) -> usize {
    let of = |selection: &Selection| match selection {
        Selection::Field(field) => {
            let list = matches!(field.name.as_str(), "fields" | "interfaces" | "possibleTypes" | "inputFields");
            usize::from(list) + lists(&field.selection_set)
        }
        Selection::InlineFragment(fragment) => lists(&fragment.selection_set),
        // All were spread when fields were merged.
        Selection::FragmentSpread(_) => 0,
    };
    set.selections.iter().map(of).max().unwrap_or(0)
}

/// What introspection tells of.
#[derive(Clone, Copy)]
enum About<'s> {
    Schema,
    Type(&'s ExtendedType),
    /// A list or a non-null, and how many of them are wrapped around the name of a type.
    Wrapped(&'s Type, usize),
    Field(&'s FieldDefinition),
    Input(&'s InputValueDefinition),
    EnumValue,
    Directive(&'s DirectiveDefinition),
}

struct Counting<'s> {
    schema: &'s Schema,
    /// What a selection comes to for a type, by where the selection is and the name of the type.
    known: HashMap<(*const SelectionSet, &'s str), u64>,
}

impl<'s> Counting<'s> {
    /// How many values a selection has.
    fn values(&mut self, set: &SelectionSet, about: About<'s>) -> u64 {
        let known = match about {
            About::Type(of) => Some((std::ptr::from_ref(set), of.name().as_str())),
            _ => None,
        };
        if let Some(values) = known.and_then(|known| self.known.get(&known)) {
            return *values;
        }
        let values = set.selections.iter().fold(0, |sum: u64, selection| {
            sum.saturating_add(match selection {
                Selection::Field(field) => self.values_of(field, about),
                Selection::InlineFragment(fragment) => self.values(&fragment.selection_set, about),
                Selection::FragmentSpread(_) => 0,
            })
        });
        if let Some(known) = known {
            self.known.insert(known, values);
        }
        values
    }

    fn values_of(&mut self, field: &Field, about: About<'s>) -> u64 {
        let each = key_cost(field).saturating_add(1);
        if field.selection_set.selections.is_empty() {
            return each;
        }
        let told = self.told(about, field.name.as_str());
        let values = told.into_iter().fold(0, |sum: u64, about| {
            sum.saturating_add(each).saturating_add(self.values(&field.selection_set, about))
        });
        values.max(each)
    }

    /// What a field of introspection tells of.
    fn told(&self, about: About<'s>, field: &str) -> Vec<About<'s>> {
        let schema = self.schema;
        let named = |name: &str| schema.types.get(name).map(About::Type);
        match (about, field) {
            (About::Schema, "types") => schema.types.values().map(About::Type).collect(),
            (About::Schema, "directives") => {
                schema.directive_definitions.values().map(|directive| About::Directive(directive)).collect()
            }
            (About::Schema, root) => {
                let roots = &schema.schema_definition;
                let root = match root {
                    "queryType" => &roots.query,
                    "mutationType" => &roots.mutation,
                    _ => &roots.subscription,
                };
                root.iter().filter_map(|root| named(root.as_str())).collect()
            }
            (About::Type(of), list) => self.told_of_type(of, list),
            (About::Wrapped(ty, wraps), "ofType") => self.unwrapped(ty, wraps - 1),
            (About::Field(of), "args") => of.arguments.iter().map(|argument| About::Input(argument)).collect(),
            (About::Directive(of), "args") => of.arguments.iter().map(|argument| About::Input(argument)).collect(),
            (About::Field(of), "type") => self.unwrapped(&of.ty, wraps(&of.ty)),
            (About::Input(of), "type") => self.unwrapped(&of.ty, wraps(&of.ty)),
            _ => Vec::new(),
        }
    }

    /// A type with so many of its lists and non-nulls left.
    fn unwrapped(&self, ty: &'s Type, left: usize) -> Vec<About<'s>> {
        let about = match left {
            0 => self.schema.types.get(ty.inner_named_type()).map(About::Type),
            _ => Some(About::Wrapped(ty, left)),
        };
        about.into_iter().collect()
    }

    fn told_of_type(&self, of: &'s ExtendedType, list: &str) -> Vec<About<'s>> {
        let schema = self.schema;
        let named = |name: &str| schema.types.get(name).map(About::Type);
        match (of, list) {
            (ExtendedType::Object(of), "fields") => of.fields.values().map(|field| About::Field(field)).collect(),
            (ExtendedType::Interface(of), "fields") => of.fields.values().map(|field| About::Field(field)).collect(),
            (ExtendedType::Object(of), "interfaces") => {
                of.implements_interfaces.iter().filter_map(|name| named(name.as_str())).collect()
            }
            (ExtendedType::Interface(of), "possibleTypes") => {
                let implements = |ty: &&ExtendedType| match ty {
                    ExtendedType::Object(object) => object.implements_interfaces.contains(&of.name),
                    _ => false,
                };
                schema.types.values().filter(implements).map(About::Type).collect()
            }
            (ExtendedType::Union(of), "possibleTypes") => {
                of.members.iter().filter_map(|name| named(name.as_str())).collect()
            }
            (ExtendedType::Enum(of), "enumValues") => of.values.iter().map(|_| About::EnumValue).collect(),
            (ExtendedType::InputObject(of), "inputFields") => {
                of.fields.values().map(|field| About::Input(field)).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// How often lists and non-nulls are wrapped around a name.
fn wraps(ty: &Type) -> usize {
    match ty {
        Type::Named(_) => 0,
        Type::NonNullNamed(_) => 1,
        Type::List(inner) => 1 + wraps(inner),
        Type::NonNullList(inner) => 2 + wraps(inner),
    }
}
