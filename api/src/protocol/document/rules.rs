//! Rules of the specification that apollo-compiler 1.33 gets wrong, found by holding it against the
//! reference implementation (`tests/it/protocol/validation.rs`):
//!
//! * it takes a variable that may be null where null is not allowed, if it stands inside a list or an
//!   input object, or has null as its default;
//! * it refuses null inside a list or an object that is the value of a scalar of our own.

use std::collections::{HashMap, HashSet};

use apollo_compiler::ast::{Argument, DirectiveList, Type, Value};
use apollo_compiler::executable::{ExecutableDocument, Operation, Selection, SelectionSet, VariableDefinition};
use apollo_compiler::schema::{ExtendedType, InputValueDefinition};
use apollo_compiler::{Node, Schema};

use super::limits::Broken;

/// Whether all variables fit where they are used: "All Variable Usages Are Allowed".
pub(super) fn variables_fit(document: &ExecutableDocument, schema: &Schema) -> Result<(), Broken> {
    for operation in document.operations.iter() {
        let declared = operation.variables.iter().map(|variable| (variable.name.as_str(), &**variable)).collect();
        let mut misfit = None;
        let mut look = |value: &Node<Value>, expected: &Expected<'_>| {
            if let (None, Value::Variable(name)) = (&misfit, &**value) {
                misfit = does_not_fit(name.as_str(), &declared, expected, value);
            }
        };
        Walk { document, schema, look: &mut look, spread: HashSet::new() }.operation(operation);
        if let Some(broken) = misfit {
            return Err(broken);
        }
    }
    Ok(())
}

/// Where nulls stand, in bytes, inside the value of a scalar of our own. Only that scalar decides what it takes.
pub(super) fn nulls_of_scalars(document: &ExecutableDocument, schema: &Schema) -> HashSet<usize> {
    let mut nulls = HashSet::new();
    for operation in document.operations.iter() {
        let mut look = |value: &Node<Value>, expected: &Expected<'_>| {
            let own = schema.get_scalar(expected.kind.inner_named_type()).is_some_and(|scalar| !scalar.is_built_in());
            if value.is_null() && own && !expected.own {
                nulls.extend(value.location().map(|place| place.offset()));
            }
        };
        Walk { document, schema, look: &mut look, spread: HashSet::new() }.operation(operation);
    }
    nulls
}

fn does_not_fit(
    name: &str,
    declared: &HashMap<&str, &VariableDefinition>,
    expected: &Expected<'_>,
    value: &Node<Value>,
) -> Option<Broken> {
    let variable = declared.get(name)?;
    let defaulted = expected.has_default || variable.default_value.as_ref().is_some_and(|default| !default.is_null());
    let wanted = if variable.ty.is_non_null() || !expected.kind.is_non_null() {
        expected.kind.clone()
    } else if defaulted {
        expected.kind.clone().nullable()
    } else {
        return Some(misfit(name, variable, expected, value));
    };
    (!variable.ty.is_assignable_to(&wanted)).then(|| misfit(name, variable, expected, value))
}

fn misfit(name: &str, variable: &VariableDefinition, expected: &Expected<'_>, value: &Node<Value>) -> Broken {
    Broken {
        message: format!("Variable `${name}` of type `{}` used where `{}` is expected.", variable.ty, expected.kind),
        place: value.location().map(|place| place.offset()),
    }
}

/// What is expected where a value stands.
struct Expected<'a> {
    kind: &'a Type,
    /// Whether something stands in for a value that is not given.
    has_default: bool,
    /// Whether the schema speaks of this place, and not of a value around it.
    own: bool,
}

/// Goes through all values of an operation, with those in its fragments.
struct Walk<'a> {
    document: &'a ExecutableDocument,
    schema: &'a Schema,
    look: &'a mut dyn FnMut(&Node<Value>, &Expected<'_>),
    spread: HashSet<&'a str>,
}

impl<'a> Walk<'a> {
    fn operation(&mut self, operation: &'a Operation) {
        self.directives(&operation.directives);
        for variable in &operation.variables {
            self.directives(&variable.directives);
            if let Some(default) = &variable.default_value {
                self.value(default, &Expected { kind: &variable.ty, has_default: false, own: true });
            }
        }
        self.selections(&operation.selection_set);
    }

    fn selections(&mut self, set: &'a SelectionSet) {
        for selection in &set.selections {
            self.directives(selection.directives());
            match selection {
                Selection::Field(field) => {
                    self.arguments(&field.arguments, &field.definition.arguments);
                    self.selections(&field.selection_set);
                }
                Selection::InlineFragment(fragment) => self.selections(&fragment.selection_set),
                Selection::FragmentSpread(spread) => {
                    let document = self.document;
                    if let Some(fragment) = document.fragments.get(&spread.fragment_name)
                        && self.spread.insert(fragment.name.as_str())
                    {
                        self.directives(&fragment.directives);
                        self.selections(&fragment.selection_set);
                    }
                }
            }
        }
    }

    fn directives(&mut self, directives: &DirectiveList) {
        let schema = self.schema;
        for directive in directives.iter() {
            if let Some(definition) = schema.directive_definitions.get(&directive.name) {
                self.arguments(&directive.arguments, &definition.arguments);
            }
        }
    }

    fn arguments(&mut self, given: &[Node<Argument>], definitions: &[Node<InputValueDefinition>]) {
        for argument in given {
            if let Some(definition) = definitions.iter().find(|definition| definition.name == argument.name) {
                let has_default = definition.default_value.is_some();
                self.value(&argument.value, &Expected { kind: &definition.ty, has_default, own: true });
            }
        }
    }

    fn value(&mut self, value: &Node<Value>, expected: &Expected<'_>) {
        (self.look)(value, expected);
        match &**value {
            Value::List(items) => {
                // Inside a scalar of our own there is no other type than the scalar itself.
                let nullable = expected.kind.clone().nullable();
                let below = match expected.kind {
                    Type::List(item) | Type::NonNullList(item) => {
                        Expected { kind: item, has_default: false, own: expected.own }
                    }
                    _ => Expected { kind: &nullable, has_default: false, own: false },
                };
                for item in items {
                    self.value(item, &below);
                }
            }
            Value::Object(fields) => {
                let schema = self.schema;
                match schema.types.get(expected.kind.inner_named_type()) {
                    Some(ExtendedType::InputObject(kind)) => {
                        for (name, value) in fields {
                            if let Some(field) = kind.fields.get(name) {
                                let has_default = field.default_value.is_some();
                                self.value(value, &Expected { kind: &field.ty, has_default, own: true });
                            }
                        }
                    }
                    Some(ExtendedType::Scalar(_)) => self.inside_scalar(fields, expected.kind),
                    _ => {}
                }
            }
            _ => {}
        }
    }

    /// Values inside an object that is a scalar: they are looked at, but a variable there has no type to fit.
    fn inside_scalar(&mut self, fields: &[(apollo_compiler::Name, Node<Value>)], kind: &Type) {
        for (_, value) in fields {
            if !matches!(**value, Value::Variable(_)) {
                self.value(value, &Expected { kind, has_default: false, own: false });
            }
        }
    }
}
