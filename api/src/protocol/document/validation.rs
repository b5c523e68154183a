//! Parsing, and validation by the specification, with apollo-compiler against our own schema.

use std::collections::HashSet;

use apollo_compiler::diagnostic::{Diagnostic, ToCliReport as _};
use apollo_compiler::parser::Parser;
use apollo_compiler::validation::{DiagnosticData, Valid};
use apollo_compiler::{ExecutableDocument, Schema};
use async_graphql::{Pos, ServerError};

use super::limits::{self, Broken};
use super::places::Places;
use super::{rules, text};
use crate::config::Limits;
use crate::protocol::errors::coded;

/// The code of a document that cannot be parsed.
pub(super) const PARSE_FAILED: &str = "GRAPHQL_PARSE_FAILED";
/// The code of a document that can be parsed, but does not fit the schema or goes beyond a limit.
pub(super) const VALIDATION_FAILED: &str = "GRAPHQL_VALIDATION_FAILED";

/// Parses and validates. What is cheap to see comes first, so that nothing slow is done for a
/// document that was made to be slow.
pub(super) fn validate(
    text: &str,
    schema: &Valid<Schema>,
    limits: &Limits,
) -> Result<ExecutableDocument, Vec<ServerError>> {
    let broken = |broken| vec![beyond(broken, text, VALIDATION_FAILED)];
    text::scan(text, limits).map_err(|(broken, code)| vec![beyond(broken, text, code)])?;
    // Nesting was looked at above; what is left of recursion are the few levels of a definition.
    let mut parser = Parser::new().recursion_limit(limits.nesting * 4 + 50);
    let parsed = parser.parse_ast(text, "document.graphql");
    let document = parsed.map_err(|failed| in_words(failed.errors.iter(), PARSE_FAILED, limits))?;
    limits::of_document(&document, limits).map_err(broken)?;
    let document = match document.to_executable_validate(schema) {
        Ok(valid) => valid.into_inner(),
        Err(failed) => {
            let excused = rules::nulls_of_scalars(&failed.partial, schema);
            let errors = failed.errors.iter().filter(|found| !is_excused(found, &excused));
            let errors = in_words(errors, VALIDATION_FAILED, limits);
            if !errors.is_empty() {
                return Err(errors);
            }
            failed.partial
        }
    };
    rules::variables_fit(&document, schema).map_err(broken)?;
    Ok(document)
}

/// Whether an error does not count: apollo-compiler refuses null inside a scalar of our own, where it may stand.
fn is_excused(found: &Diagnostic<'_, DiagnosticData>, excused: &HashSet<usize>) -> bool {
    found.error.unstable_error_name() == Some("UnsupportedValueType")
        && found.error.location().is_some_and(|place| excused.contains(&place.offset()))
}

fn beyond(broken: Broken, text: &str, code: &str) -> ServerError {
    let place = broken.place.map(|byte| Places::new(text).at(byte));
    coded(ServerError::new(broken.message, place), code)
}

/// The first of what is wrong: a sentence each, without the text of the document around it.
fn in_words<'d>(
    errors: impl Iterator<Item = Diagnostic<'d, DiagnosticData>>,
    code: &str,
    limits: &Limits,
) -> Vec<ServerError> {
    let sentence = |text: String| {
        let mut letters = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        let text: String = first.chain(letters).collect();
        format!("{}.", text.trim_end_matches('.'))
    };
    let errors = errors.take(limits.errors).map(|found| {
        let place = found.line_column_range().map(|range| Pos { line: range.start.line, column: range.start.column });
        coded(ServerError::new(sentence(found.error.to_string()), place), code)
    });
    errors.collect()
}
