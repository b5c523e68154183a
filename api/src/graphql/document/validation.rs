//! Parsing, and validation by the specification, with apollo-compiler against our own schema.

use apollo_compiler::parser::Parser;
use apollo_compiler::validation::{DiagnosticList, Valid};
use apollo_compiler::{ExecutableDocument, Schema};
use async_graphql::{Pos, ServerError};

use super::limits::{self, Broken};
use super::places::Places;
use crate::config::Limits;
use crate::graphql::errors::coded;

/// Why a document is not one that can be run.
pub(super) const PARSE_FAILED: &str = "GRAPHQL_PARSE_FAILED";
/// As above: it parses, but does not fit the schema or goes beyond a limit.
pub(super) const VALIDATION_FAILED: &str = "GRAPHQL_VALIDATION_FAILED";

/// Parses and validates. What is cheap to see comes first, so that nothing slow is done for a
/// document that was made to be slow.
pub(super) fn validate(
    text: &str,
    schema: &Valid<Schema>,
    limits: &Limits,
) -> Result<Valid<ExecutableDocument>, Vec<ServerError>> {
    let broken = |broken| vec![beyond(broken, text)];
    limits::of_text(text, limits).map_err(broken)?;
    // Nesting was looked at above; what is left of recursion are the few levels of a definition.
    let mut parser = Parser::new().recursion_limit(limits.nesting * 4 + 50);
    let parsed = parser.parse_ast(text, "document.graphql");
    let document = parsed.map_err(|failed| in_words(&failed.errors, PARSE_FAILED, limits))?;
    limits::of_document(&document, limits).map_err(broken)?;
    document.to_executable_validate(schema).map_err(|failed| in_words(&failed.errors, VALIDATION_FAILED, limits))
}

fn beyond(broken: Broken, text: &str) -> ServerError {
    let place = broken.place.map(|byte| Places::new(text).at(byte));
    coded(ServerError::new(broken.message, place), VALIDATION_FAILED)
}

/// The first of what is wrong: a sentence each, without the text of the document around it.
fn in_words(errors: &DiagnosticList, code: &str, limits: &Limits) -> Vec<ServerError> {
    let sentence = |text: String| {
        let mut letters = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        let text: String = first.chain(letters).collect();
        format!("{}.", text.trim_end_matches('.'))
    };
    let errors = errors.iter().take(limits.errors).map(|found| {
        let place = found.line_column_range().map(|range| Pos { line: range.start.line, column: range.start.column });
        coded(ServerError::new(sentence(found.error.to_string()), place), code)
    });
    errors.collect()
}
