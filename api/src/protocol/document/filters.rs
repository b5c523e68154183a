//! Null within the filter of a list: as a front end sends it that has forgotten a variable. It means neither a value nor all of them, so it
//! is refused before anything runs.

use async_graphql::Variables;
use async_graphql::parser::types as to;
use async_graphql_value::Value;

use super::variables::Unfit;

/// Refuses an operation in which a filter has null in it, written there or of a variable that is null or was not given.
///
/// # Errors
/// Where the null is.
pub(super) fn refuse_null(document: &to::ExecutableDocument, given: &Variables) -> Result<(), Unfit> {
    match &document.operations {
        to::DocumentOperations::Single(operation) => in_selections(&operation.node.selection_set.node, given),
        to::DocumentOperations::Multiple(_) => Ok(()),
    }
}

fn in_selections(set: &to::SelectionSet, given: &Variables) -> Result<(), Unfit> {
    for selection in &set.items {
        let below = match &selection.node {
            to::Selection::Field(field) => {
                let filter = field.node.get_argument("filter");
                if let Some((filter, path)) =
                    filter.and_then(|filter| Some((filter, null_within(&filter.node, given)?)))
                {
                    let message = format!(
                        "`filter.{path}` is null, or its variable was left out, and nothing is equal to null. Give it a value or \
                         leave it out; `isNull` asks for rows that have none."
                    );
                    return Err(Unfit { message, place: Some(filter.pos) });
                }
                &field.node.selection_set
            }
            to::Selection::InlineFragment(fragment) => &fragment.node.selection_set,
            to::Selection::FragmentSpread(_) => continue,
        };
        in_selections(&below.node, given)?;
    }
    Ok(())
}

/// The path of a null within a value, if there is one.
fn null_within(value: &Value, given: &Variables) -> Option<String> {
    match value {
        Value::Variable(name) => null_within(&given.get(name)?.clone().into_value(), given),
        Value::Object(fields) => fields.iter().find_map(|(name, value)| match value {
            Value::Null => Some(name.to_string()),
            Value::Variable(variable)
                if given.get(variable).is_none_or(|given| *given == async_graphql::Value::Null) =>
            {
                Some(name.to_string())
            }
            value => null_within(value, given).map(|path| format!("{name}.{path}")),
        }),
        _ => None,
    }
}
