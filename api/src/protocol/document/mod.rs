//! Documents: parsed and validated by the specification before anything runs, once for each text.
//!
//! async-graphql has a validation of its own, which lets documents pass that the specification
//! forbids and takes seconds and gigabytes for some of under 1 KB. So it is left out: what
//! [`Documents::read`] lets through is valid, and within all [`Limits`]. `docs/adr/0008-validation.md`.

mod convert;
mod filters;
mod limits;
mod merge;
mod places;
mod rules;
mod text;
mod validation;
mod variables;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use apollo_compiler::ast::OperationType;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema, executable};
use async_graphql::{ServerError, parser::types};
use moka::sync::Cache;
use serde_json::{Map, Value};
use tokio::sync::Semaphore;

use super::cost::Plan;
use super::errors::{Refusal, coded};
use crate::config::Limits;
use convert::Converting;
use merge::{Merged, merged};
use variables::Variable;

/// A document that may be run.
#[derive(Debug)]
pub struct Document {
    operations: Vec<Operation>,
}

/// An operation of a document that may be run.
#[derive(Debug)]
pub struct Operation {
    name: Option<String>,
    kind: OperationType,
    variables: Vec<Variable>,
    document: types::ExecutableDocument,
    cost: Plan,
    /// How many selections it has once its fragments are spread.
    selections: usize,
    /// Tells it from all others that were read, if its answer may be kept.
    kept_as: Option<u64>,
}

/// All documents that were found valid lately.
pub struct Documents {
    schema: Arc<Valid<Schema>>,
    limits: Limits,
    known: Cache<Arc<str>, Arc<Document>>,
    /// Turns for those that take long.
    turns: Semaphore,
}

/// Texts up to this length, in bytes, are read where they arrive, which takes well under a millisecond. Longer ones
/// wait for one of a few turns, so that they never hold all cores.
const SHORT: usize = 4_096;
/// What a selection takes in memory, in bytes, roughly: its place in the tree, its names, its arguments.
const BYTES_PER_SELECTION: usize = 600;

impl Documents {
    /// No documents yet, for a schema in SDL.
    ///
    /// # Errors
    /// The schema is invalid. The text says why.
    pub fn new(sdl: &str, limits: &Limits) -> Result<Self, String> {
        let schema = Schema::parse_and_validate(sdl, "schema.graphql").map_err(|failed| failed.errors.to_string())?;
        Ok(Self::of(Arc::new(schema), limits))
    }

    /// No documents yet, for a schema.
    #[must_use]
    pub fn of(schema: Arc<Valid<Schema>>, limits: &Limits) -> Self {
        let known = Cache::builder()
            .weigher(|text: &Arc<str>, document: &Arc<Document>| {
                u32::try_from(2 * text.len() + document.bytes()).unwrap_or(u32::MAX)
            })
            .max_capacity(limits.document_cache_bytes)
            .build();
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { schema, limits: limits.clone(), known, turns: Semaphore::new(cores.div_ceil(2)) }
    }

    /// The document with this text: from memory, or parsed and validated.
    ///
    /// # Errors
    /// What is wrong with it.
    pub async fn read(self: &Arc<Self>, text: &str) -> Result<Arc<Document>, Vec<ServerError>> {
        if let Some(known) = self.known.get(text) {
            return Ok(known);
        }
        let document = if text.len() <= SHORT {
            self.check(text)?
        } else {
            let busy = || Refusal::busy().errors;
            let turn = self.turns.acquire().await.map_err(|_| busy())?;
            let (documents, text) = (Arc::clone(self), text.to_owned());
            let checked = tokio::task::spawn_blocking(move || documents.check(&text)).await;
            drop(turn);
            checked.map_err(|_| busy())??
        };
        let document = Arc::new(document);
        self.known.insert(text.into(), Arc::clone(&document));
        Ok(document)
    }

    /// Parses and validates a text, whether or not it is known.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self, text: &str) -> Result<Document, Vec<ServerError>> {
        let document = validation::validate(text, &self.schema, &self.limits)?;
        self.prepare(text, &document)
    }

    fn prepare(&self, text: &str, document: &ExecutableDocument) -> Result<Document, Vec<ServerError>> {
        let converting = Converting { places: places::Places::new(text) };
        let operations = document.operations.iter().map(|operation| {
            let Merged { operation, selections } = merged(operation, document, &self.schema);
            let too_deep = || {
                let message = "The schema is asked for lists in lists in lists of itself; ask type by type instead.";
                let place = operation.location().map(|place| converting.places.at(place.offset()));
                vec![coded(ServerError::new(message, place), validation::VALIDATION_FAILED)]
            };
            Ok(Operation {
                name: operation.name.as_ref().map(ToString::to_string),
                kind: operation.operation_type,
                variables: operation.variables.iter().map(|declared| converting.declared(declared)).collect(),
                document: converting.operation(&operation),
                cost: Plan::of(&operation, &self.schema).ok_or_else(too_deep)?,
                selections,
                kept_as: is_kept(&operation).then(|| READ.fetch_add(1, Ordering::Relaxed)),
            })
        });
        Ok(Document { operations: operations.collect::<Result<_, Vec<ServerError>>>()? })
    }

    /// What async-graphql is to run, an operation with the values of its variables, and what it costs.
    ///
    /// # Errors
    /// A value that its type does not take.
    pub(crate) fn bind(
        &self,
        operation: &Operation,
        given: Map<String, Value>,
    ) -> Result<(async_graphql::Request, u64), Refusal> {
        let values = variables::coerce(&operation.variables, given, &self.schema, &self.limits);
        let values = values.map_err(|unfit| Refusal::one("BAD_USER_INPUT", unfit.message, unfit.place))?;
        filters::refuse_null(&operation.document, &values)
            .map_err(|unfit| Refusal::one("BAD_USER_INPUT", unfit.message, unfit.place))?;
        let mut document = operation.document.clone();
        if values.len() < operation.variables.len() {
            convert::leave_out(&mut document, &values);
        }
        let cost = operation.cost.cost(&values).max(1);
        // The text is for async-graphql's own logs, which we do not use.
        let mut request = async_graphql::Request::new("").variables(values);
        request.set_parsed_query(document);
        Ok((request, cost))
    }
}

/// How many operations were read whose answers may be kept.
static READ: AtomicU64 = AtomicU64::new(0);

/// Whether an operation asks for nothing but fields that the schema calls `@kept`.
fn is_kept(operation: &executable::Operation) -> bool {
    let mut fields = operation.selection_set.selections.iter().map(|selection| match selection {
        executable::Selection::Field(field) => field.definition.directives.has("kept"),
        executable::Selection::InlineFragment(_) | executable::Selection::FragmentSpread(_) => false,
    });
    operation.is_query() && fields.all(|is_kept| is_kept)
}

impl Document {
    /// What it takes in memory, in bytes, roughly.
    fn bytes(&self) -> usize {
        1024 + self.operations.iter().map(|operation| operation.selections * BYTES_PER_SELECTION).sum::<usize>()
    }

    /// The names of its operations, for people.
    #[must_use]
    pub fn names(&self) -> String {
        let names = self.operations.iter().map(|operation| operation.name.as_deref().unwrap_or("(no name)"));
        names.collect::<Vec<_>>().join(", ")
    }

    /// The operation of this name, or the only one.
    pub(crate) fn operation(&self, name: Option<&str>) -> Result<&Operation, Refusal> {
        let found = match (name, self.operations.as_slice()) {
            (None, [only]) => Ok(only),
            (None, []) => Err("The document has no operation.".to_owned()),
            (None, _) => Err("The document has several operations: say which in `operationName`.".to_owned()),
            (Some(name), all) => {
                all.iter().find(|operation| operation.name.as_deref() == Some(name)).ok_or_else(|| {
                    let name: String = name.chars().take(60).collect();
                    format!("The document has no operation `{name}`.")
                })
            }
        };
        found.map_err(|message| Refusal::one("BAD_USER_INPUT", message, None))
    }
}

impl Operation {
    /// Whether it only reads.
    pub(crate) fn is_query(&self) -> bool {
        self.kind == OperationType::Query
    }

    /// By what its answers are kept; `None` if they are not.
    pub(crate) const fn kept_as(&self) -> Option<u64> {
        self.kept_as
    }

    /// What it does, in a word.
    pub(crate) const fn kind(&self) -> &'static str {
        match self.kind {
            OperationType::Query => "query",
            OperationType::Mutation => "mutation",
            OperationType::Subscription => "subscription",
        }
    }

    /// Its name, if it has one.
    pub(crate) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Whether it has an answer for each event.
    pub(crate) fn is_subscription(&self) -> bool {
        self.kind == OperationType::Subscription
    }
}
