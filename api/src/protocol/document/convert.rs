//! From the tree that was validated to the one that async-graphql runs, so that one parser alone
//! reads what callers send.

use std::collections::HashMap;

use apollo_compiler::ast::{self, OperationType, Type, Value};
use apollo_compiler::executable::{DirectiveList, Operation, Selection, SelectionSet};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::{Name, Node};
use async_graphql::parser::types as to;
use async_graphql::{Name as ToName, Pos, Positioned, Value as ToConst, Variables};
use serde_json::Number;

use super::places::Places;
use super::variables::Variable;
use async_graphql_value::Value as ToValue;

pub(super) struct Converting<'t> {
    pub(super) places: Places<'t>,
}

impl Converting<'_> {
    /// One operation, whose fragments have been spread.
    pub(super) fn operation(&self, operation: &Node<Operation>) -> to::ExecutableDocument {
        let place = operation.location();
        let converted = to::OperationDefinition {
            ty: match operation.operation_type {
                OperationType::Query => to::OperationType::Query,
                OperationType::Mutation => to::OperationType::Mutation,
                OperationType::Subscription => to::OperationType::Subscription,
            },
            variable_definitions: operation.variables.iter().map(|variable| self.variable(variable)).collect(),
            directives: self.directives(&operation.directives),
            selection_set: self.selections(&operation.selection_set, place),
        };
        to::ExecutableDocument {
            operations: to::DocumentOperations::Single(self.put(converted, place)),
            fragments: HashMap::new(),
        }
    }

    /// A declared variable, in the form against which its values are checked.
    pub(super) fn declared(&self, variable: &Node<ast::VariableDefinition>) -> Variable {
        let place = variable.location().map_or_else(Pos::default, |place| self.places.at(place.offset()));
        Variable::new(variable, place)
    }

    fn put<T>(&self, node: T, place: Option<SourceSpan>) -> Positioned<T> {
        Positioned::new(node, place.map_or_else(Pos::default, |place| self.places.at(place.offset())))
    }

    fn name(&self, name: &Name) -> Positioned<ToName> {
        self.put(to_name(name), name.location())
    }

    fn variable(&self, variable: &Node<ast::VariableDefinition>) -> Positioned<to::VariableDefinition> {
        let default = variable.default_value.as_ref();
        let converted = to::VariableDefinition {
            name: self.name(&variable.name),
            var_type: self.put(to_type(&variable.ty), variable.ty.location()),
            directives: self.directives(&variable.directives),
            default_value: default.and_then(|value| Some(self.put(to_const(value)?, value.location()))),
        };
        self.put(converted, variable.location())
    }

    fn condition(&self, on: &Name) -> Positioned<to::TypeCondition> {
        self.put(to::TypeCondition { on: self.name(on) }, on.location())
    }

    fn selections(&self, set: &SelectionSet, place: Option<SourceSpan>) -> Positioned<to::SelectionSet> {
        let items = set.selections.iter().filter_map(|selection| self.selection(selection)).collect();
        self.put(to::SelectionSet { items }, place)
    }

    fn selection(&self, selection: &Selection) -> Option<Positioned<to::Selection>> {
        Some(match selection {
            Selection::Field(field) => {
                let converted = to::Field {
                    alias: field.alias.as_ref().map(|alias| self.name(alias)),
                    name: self.name(&field.name),
                    arguments: self.arguments(&field.arguments),
                    directives: self.directives(&field.directives),
                    selection_set: self.selections(&field.selection_set, field.location()),
                };
                let place = field.location();
                self.put(to::Selection::Field(self.put(converted, place)), place)
            }
            // All were spread when fields were merged.
            Selection::FragmentSpread(_) => return None,
            Selection::InlineFragment(fragment) => {
                let converted = to::InlineFragment {
                    type_condition: fragment.type_condition.as_ref().map(|on| self.condition(on)),
                    directives: self.directives(&fragment.directives),
                    selection_set: self.selections(&fragment.selection_set, fragment.location()),
                };
                let place = fragment.location();
                self.put(to::Selection::InlineFragment(self.put(converted, place)), place)
            }
        })
    }

    fn directives(&self, directives: &DirectiveList) -> Vec<Positioned<to::Directive>> {
        let convert = |directive: &Node<ast::Directive>| {
            let converted =
                to::Directive { name: self.name(&directive.name), arguments: self.arguments(&directive.arguments) };
            self.put(converted, directive.location())
        };
        directives.iter().map(convert).collect()
    }

    fn arguments(&self, arguments: &[Node<ast::Argument>]) -> Vec<(Positioned<ToName>, Positioned<ToValue>)> {
        let convert = |argument: &Node<ast::Argument>| {
            let value = self.put(to_value(&argument.value), argument.value.location());
            (self.name(&argument.name), value)
        };
        arguments.iter().map(convert).collect()
    }
}

fn to_name(name: &Name) -> ToName {
    ToName::new(name.as_str())
}

fn to_type(kind: &Type) -> to::Type {
    let (base, nullable) = match kind {
        Type::Named(name) => (to::BaseType::Named(to_name(name)), true),
        Type::NonNullNamed(name) => (to::BaseType::Named(to_name(name)), false),
        Type::List(item) => (to::BaseType::List(Box::new(to_type(item))), true),
        Type::NonNullList(item) => (to::BaseType::List(Box::new(to_type(item))), false),
    };
    to::Type { base, nullable }
}

fn to_value(value: &Value) -> ToValue {
    match value {
        Value::Null => ToValue::Null,
        Value::Enum(name) => ToValue::Enum(to_name(name)),
        Value::Variable(name) => ToValue::Variable(to_name(name)),
        Value::String(text) => ToValue::String(text.clone()),
        Value::Float(number) => to_number(number.as_str()),
        Value::Int(number) => to_number(number.as_str()),
        Value::Boolean(value) => ToValue::Boolean(*value),
        Value::List(items) => ToValue::List(items.iter().map(|item| to_value(item)).collect()),
        Value::Object(fields) => {
            ToValue::Object(fields.iter().map(|(name, value)| (to_name(name), to_value(value))).collect())
        }
    }
}

/// A number as far as JSON has it; one beyond is left as its text, for its scalar to refuse.
fn to_number(text: &str) -> ToValue {
    text.parse::<Number>().map_or_else(|_| ToValue::String(text.to_owned()), ToValue::Number)
}

/// A value without variables, such as a default.
pub(super) fn to_const(value: &Value) -> Option<ToConst> {
    to_value(value).into_const()
}

/// Leaves out the arguments whose variable was not given: then their own default stands.
pub(super) fn leave_out(document: &mut to::ExecutableDocument, given: &Variables) {
    if let to::DocumentOperations::Single(operation) = &mut document.operations {
        from_selections(&mut operation.node.selection_set.node, given);
    }
}

fn from_selections(set: &mut to::SelectionSet, given: &Variables) {
    for selection in &mut set.items {
        let below = match &mut selection.node {
            to::Selection::Field(field) => {
                field.node.arguments.retain_mut(|(_, value)| stays(&mut value.node, given));
                &mut field.node.selection_set
            }
            to::Selection::InlineFragment(fragment) => &mut fragment.node.selection_set,
            to::Selection::FragmentSpread(_) => continue,
        };
        from_selections(&mut below.node, given);
    }
}

/// Whether a value is there; in a list, one that is not becomes null.
fn stays(value: &mut ToValue, given: &Variables) -> bool {
    match value {
        ToValue::Variable(name) => given.contains_key(name),
        ToValue::List(items) => {
            for item in items {
                if !stays(item, given) {
                    *item = ToValue::Null;
                }
            }
            true
        }
        ToValue::Object(fields) => {
            fields.retain(|_, value| stays(value, given));
            true
        }
        _ => true,
    }
}
