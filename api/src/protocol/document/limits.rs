//! What a document may be, looked at before anything slow is done with it.
//!
//! Everything here takes time in proportion to the text: the size of each fragment is worked out once and then
//! remembered. A chain of fragments that each spread the next twice is under 1 KB and would be millions of fields.
//! Recursion goes no deeper than `text` lets brackets nest.

use std::collections::{HashMap, HashSet};

use apollo_compiler::Node;
use apollo_compiler::ast::{Argument, Definition, DirectiveList, Document, FragmentDefinition, Selection, Value};
use apollo_compiler::parser::SourceSpan;

use crate::config::Limits;

/// A limit that a document breaks, or a rule that is checked on the way.
#[derive(Debug)]
pub(super) struct Broken {
    /// In words, with the limit.
    pub(super) message: String,
    /// Where, if it is at one place.
    pub(super) place: Option<usize>,
}

impl Broken {
    pub(super) fn new(message: impl Into<String>, place: Option<SourceSpan>) -> Self {
        Self { message: message.into(), place: place.map(|place| place.offset()) }
    }

    pub(super) fn beyond(limit: usize, what: &str, place: Option<SourceSpan>) -> Self {
        Self::new(format!("A document may have {limit} {what}; this one has more."), place)
    }
}

/// What selections come to once their fragments are spread.
#[derive(Clone, Copy, Debug, Default)]
struct Measure {
    fields: usize,
    aliases: usize,
    /// Fields at the top of these selections.
    top: usize,
    /// Fields inside each other.
    depth: usize,
    /// Selections inside each other, spread fragments and inline ones counted.
    nesting: usize,
}

struct Measuring<'d> {
    limits: &'d Limits,
    fragments: HashMap<&'d str, &'d Node<FragmentDefinition>>,
    /// What each fragment came to; none while it is being worked out.
    known: HashMap<&'d str, Option<Measure>>,
}

/// Holds a document against all limits that need its structure.
pub(super) fn of_document(document: &Document, limits: &Limits) -> Result<(), Broken> {
    let fragments = document.definitions.iter().filter_map(Definition::as_fragment_definition);
    let fragments = fragments.map(|fragment| (fragment.name.as_str(), fragment)).collect();
    let mut measuring = Measuring { limits, fragments, known: HashMap::new() };
    let (mut operations, mut directives, mut total) = (0, 0, Measure::default());
    for definition in &document.definitions {
        match definition {
            Definition::OperationDefinition(operation) => {
                operations += 1;
                if operation.variables.len() > limits.variables {
                    return Err(Broken::beyond(limits.variables, "variables in an operation", operation.location()));
                }
                for variable in &operation.variables {
                    directives += of_directives(&variable.directives, limits)?;
                    if let Some(default) = &variable.default_value {
                        of_value(default, 0, limits)?;
                    }
                }
                directives += of_directives(&operation.directives, limits)?;
                directives += of_selections(&operation.selection_set, limits)?;
                let measure = measuring.selections(&operation.selection_set, 1)?;
                if measure.top > limits.root_fields {
                    return Err(Broken::beyond(limits.root_fields, "fields at its root", operation.location()));
                }
                total.add(measure);
            }
            Definition::FragmentDefinition(fragment) => {
                directives += of_directives(&fragment.directives, limits)?;
                directives += of_selections(&fragment.selection_set, limits)?;
                measuring.fragment(&fragment.name, 1)?;
            }
            // Refused when it is validated; nothing in it is looked at before.
            _ => {}
        }
        let place = definition.location();
        let counted = [
            (operations, limits.operations, "operations"),
            (directives, limits.directives, "directives"),
            (total.fields, limits.fields, "fields, fragments spread"),
            (total.aliases, limits.aliases, "aliases, fragments spread"),
            (total.depth, limits.depth, "fields inside each other, fragments spread"),
        ];
        if let Some((_, limit, what)) = counted.into_iter().find(|(count, limit, _)| count > limit) {
            return Err(Broken::beyond(limit, what, place));
        }
    }
    Ok(())
}

impl Measure {
    fn add(&mut self, other: Self) {
        self.fields = self.fields.saturating_add(other.fields);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.top = self.top.saturating_add(other.top);
        self.depth = self.depth.max(other.depth);
        self.nesting = self.nesting.max(other.nesting);
    }
}

impl<'d> Measuring<'d> {
    /// The size of selections that stand `level` deep. It goes no deeper than the limit of nesting, so that no
    /// document can exhaust the stack.
    fn selections(&mut self, selections: &'d [Selection], level: usize) -> Result<Measure, Broken> {
        let Some(first) = selections.first() else { return Ok(Measure::default()) };
        if level > self.limits.nesting {
            let place = first.location();
            return Err(Broken::beyond(self.limits.nesting, "selections inside each other, fragments spread", place));
        }
        let mut sum = Measure::default();
        for selection in selections {
            let mut one = match selection {
                Selection::Field(field) => {
                    let below = self.selections(&field.selection_set, level + 1)?;
                    Measure {
                        fields: below.fields.saturating_add(1),
                        aliases: below.aliases.saturating_add(usize::from(field.alias.is_some())),
                        top: 1,
                        depth: below.depth + 1,
                        nesting: below.nesting,
                    }
                }
                Selection::InlineFragment(fragment) => self.selections(&fragment.selection_set, level + 1)?,
                Selection::FragmentSpread(spread) => self.fragment(&spread.fragment_name, level + 1)?,
            };
            one.nesting += 1;
            sum.add(one);
        }
        Ok(sum)
    }

    fn fragment(&mut self, name: &str, level: usize) -> Result<Measure, Broken> {
        // One that is not there, or that spreads itself, is refused when it is validated.
        let Some((name, fragment)) = self.fragments.get_key_value(name).map(|(name, fragment)| (*name, *fragment))
        else {
            return Ok(Measure::default());
        };
        if let Some(known) = self.known.get(name) {
            let known = known.unwrap_or_default();
            if level + known.nesting > self.limits.nesting + 1 {
                let what = "selections inside each other, fragments spread";
                return Err(Broken::beyond(self.limits.nesting, what, fragment.location()));
            }
            return Ok(known);
        }
        self.known.insert(name, None);
        let measure = self.selections(&fragment.selection_set, level)?;
        self.known.insert(name, Some(measure));
        Ok(measure)
    }
}

/// Counts the directives of selections as they stand, and checks the values in them.
fn of_selections(selections: &[Selection], limits: &Limits) -> Result<usize, Broken> {
    let mut directives = 0;
    for selection in selections {
        directives += match selection {
            Selection::Field(field) => {
                of_arguments(&field.arguments, limits)?;
                of_directives(&field.directives, limits)? + of_selections(&field.selection_set, limits)?
            }
            Selection::InlineFragment(fragment) => {
                of_directives(&fragment.directives, limits)? + of_selections(&fragment.selection_set, limits)?
            }
            Selection::FragmentSpread(spread) => of_directives(&spread.directives, limits)?,
        };
    }
    Ok(directives)
}

fn of_directives(directives: &DirectiveList, limits: &Limits) -> Result<usize, Broken> {
    for directive in directives.iter() {
        of_arguments(&directive.arguments, limits)?;
    }
    Ok(directives.len())
}

fn of_arguments(arguments: &[Node<Argument>], limits: &Limits) -> Result<(), Broken> {
    arguments.iter().try_for_each(|argument| of_value(&argument.value, 0, limits))
}

fn of_value(value: &Node<Value>, level: usize, limits: &Limits) -> Result<(), Broken> {
    let nested = matches!(**value, Value::List(_) | Value::Object(_));
    if nested && level >= limits.input_nesting {
        let what = "lists and objects inside each other in an argument";
        return Err(Broken::beyond(limits.input_nesting, what, value.location()));
    }
    match &**value {
        Value::List(items) if items.len() > limits.list_items => {
            Err(Broken::beyond(limits.list_items, "items in a list", value.location()))
        }
        Value::List(items) => items.iter().try_for_each(|item| of_value(item, level + 1, limits)),
        Value::Object(fields) => {
            // "Input Object Field Uniqueness" of the specification, which apollo-compiler lets pass.
            let mut seen = HashSet::with_capacity(fields.len());
            for (name, value) in fields {
                if !seen.insert(name) {
                    return Err(Broken::new(
                        format!("There can be only one input field named `{name}`."),
                        name.location(),
                    ));
                }
                of_value(value, level + 1, limits)?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}
