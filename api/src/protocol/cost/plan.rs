//! The cost of an operation: what is fixed, added up once for each document, and what depends on
//! the variables of a request.

use apollo_compiler::Schema;
use apollo_compiler::ast::Value;
use apollo_compiler::executable::{Field, Operation, Selection, SelectionSet};
use async_graphql::{Value as Const, Variables};

use super::introspection;

/// What selections cost.
#[derive(Debug, Default)]
pub(in crate::protocol) struct Plan {
    fixed: u64,
    /// Lists whose size depends on variables, or in which there are such lists.
    varying: Vec<(Size, Self)>,
}

/// How often something is counted.
#[derive(Clone, Debug)]
enum Size {
    Fixed(u64),
    /// As often as the largest of these says; where none says anything, as often as assumed.
    Said(Vec<Said>, u64),
}

/// Where the size of a list is said.
#[derive(Clone, Debug)]
enum Said {
    Fixed(u64),
    /// In a variable, or in a field of its value.
    Variable(String, Vec<String>),
}

/// The size of a list if the schema does not give it.
const ASSUMED: u64 = 10;
/// A key of so many letters costs as much as another value.
const LETTERS_PER_COST: usize = 64;

impl Plan {
    /// Works out what an operation costs whose fields were merged and whose fragments were spread. `None` where it asks
    /// the schema for lists of lists of lists.
    pub(in crate::protocol) fn of(operation: &Operation, schema: &Schema) -> Option<Self> {
        selections(&operation.selection_set, &Around::default(), schema)
    }

    /// The cost with the variables of a request.
    pub(in crate::protocol) fn cost(&self, variables: &Variables) -> u64 {
        let varying =
            self.varying.iter().map(|(size, inside)| size.number(variables).saturating_mul(inside.cost(variables)));
        varying.fold(self.fixed, u64::saturating_add)
    }

    fn add(&mut self, other: Self) {
        self.fixed = self.fixed.saturating_add(other.fixed);
        self.varying.extend(other.varying);
    }

    fn add_times(&mut self, size: Size, inside: Self) {
        match size {
            Size::Fixed(size) if inside.varying.is_empty() => {
                self.fixed = self.fixed.saturating_add(size.saturating_mul(inside.fixed));
            }
            size => self.varying.push((size, inside)),
        }
    }
}

impl Size {
    fn number(&self, variables: &Variables) -> u64 {
        match self {
            Self::Fixed(size) => *size,
            Self::Said(said, assumed) => {
                let largest = said.iter().filter_map(|one| one.number(variables)).max();
                largest.unwrap_or(*assumed).max(1)
            }
        }
    }
}

impl Said {
    fn number(&self, variables: &Variables) -> Option<u64> {
        let (name, path) = match self {
            Self::Fixed(size) => return Some(*size),
            Self::Variable(name, path) => (name, path),
        };
        let inside = |value: Option<&Const>| -> Option<Const> {
            match value? {
                Const::Number(number) => Some(Const::Number(number.clone())),
                Const::List(items) => Some(Const::from(items.len())),
                _ => None,
            }
        };
        let mut value = variables.get(name.as_str());
        for step in path {
            value = match value {
                Some(Const::Object(fields)) => fields.get(step.as_str()),
                _ => None,
            };
        }
        match inside(value)? {
            Const::Number(number) => Some(number.as_i64().map_or(0, |number| u64::try_from(number).unwrap_or(0))),
            _ => None,
        }
    }
}

/// What the fields around a selection say of it.
#[derive(Default)]
struct Around {
    /// The lists of this object whose size is known, and that size.
    sized: Option<(Vec<String>, Size)>,
}

fn selections(set: &SelectionSet, around: &Around, schema: &Schema) -> Option<Plan> {
    let mut plan = Plan::default();
    for selection in &set.selections {
        match selection {
            Selection::Field(field) if introspection::is_asked_by(field) => {
                plan.add(Plan { fixed: introspection::cost(field, schema)?, varying: Vec::new() });
            }
            Selection::Field(field) => {
                let (size, inside) = field_cost(field, around, schema)?;
                plan.add_times(size, inside);
            }
            Selection::InlineFragment(fragment) => plan.add(selections(&fragment.selection_set, around, schema)?),
            // All were spread when fields were merged.
            Selection::FragmentSpread(_) => {}
        }
    }
    Some(plan)
}

/// What a field costs, and how often.
fn field_cost(field: &Field, around: &Around, schema: &Schema) -> Option<(Size, Plan)> {
    let weight = directive_number(field, "cost", "weight").unwrap_or(1).saturating_add(key_cost(field));
    let sized = size_said(field);
    let listed = directive_names(field, "listSize", "sizedFields");
    let size = match (&around.sized, &sized) {
        (Some((names, size)), _) if names.iter().any(|name| name == field.name.as_str()) => size.clone(),
        (_, Some(size)) if listed.is_empty() => size.clone(),
        _ if field.ty().is_list() => Size::Fixed(ASSUMED),
        _ => Size::Fixed(1),
    };
    let below = Around { sized: sized.filter(|_| !listed.is_empty()).map(|size| (listed, size)) };
    let mut inside = selections(&field.selection_set, &below, schema)?;
    inside.fixed = inside.fixed.saturating_add(weight);
    Some((size, inside))
}

/// What a long key costs more: it stands in the answer as often as its value.
pub(super) fn key_cost(field: &Field) -> u64 {
    u64::try_from(field.response_key().len() / LETTERS_PER_COST).unwrap_or(u64::MAX)
}

fn directive_number(field: &Field, directive: &str, argument: &str) -> Option<u64> {
    let value = field.definition.directives.get(directive)?.specified_argument_by_name(argument)?;
    value.to_i32().map(|number| u64::try_from(number).unwrap_or(0))
}

fn directive_names(field: &Field, directive: &str, argument: &str) -> Vec<String> {
    let value = field.definition.directives.get(directive);
    let value = value.and_then(|directive| directive.specified_argument_by_name(argument));
    let names = value.and_then(|value| value.as_list()).unwrap_or_default();
    names.iter().filter_map(|name| name.as_str()).map(ToOwned::to_owned).collect()
}

/// The size of the list, or of the lists in it, where the field says something of it.
fn size_said(field: &Field) -> Option<Size> {
    field.definition.directives.get("listSize")?;
    let assumed = directive_number(field, "listSize", "assumedSize").unwrap_or(ASSUMED);
    let paths = directive_names(field, "listSize", "slicingArguments");
    let said: Vec<Said> = paths.iter().filter_map(|path| said_in(field, path)).collect();
    let fixed = said.iter().all(|one| matches!(one, Said::Fixed(_)));
    let size = Size::Said(said, assumed);
    Some(if fixed { Size::Fixed(size.number(&Variables::default())) } else { size })
}

/// What an argument, or a field in it as in `where.academicYears`, says of a size.
fn said_in(field: &Field, path: &str) -> Option<Said> {
    let mut steps = path.split('.');
    let mut value = field.specified_argument_by_name(steps.next()?)?;
    loop {
        if let Value::Variable(name) = &**value {
            return Some(Said::Variable(name.to_string(), steps.map(ToOwned::to_owned).collect()));
        }
        let Some(step) = steps.next() else { break };
        value = value.as_object()?.iter().find_map(|(name, value)| (name.as_str() == step).then_some(value))?;
    }
    match &**value {
        Value::Int(_) => Some(Said::Fixed(value.to_i32().map_or(0, |number| u64::try_from(number).unwrap_or(0)))),
        Value::List(items) => Some(Said::Fixed(u64::try_from(items.len()).unwrap_or(u64::MAX))),
        _ => None,
    }
}
