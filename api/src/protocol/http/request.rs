//! What a request asks: its parameters, from a body or from an address.

use axum::extract::Query;
use axum::http::Uri;
use serde_json::{Map, Value};

use crate::protocol::errors::Refusal;
use crate::protocol::trusted::{Asked, Hash, from_hexadecimal};

/// The parameters of a request, as GraphQL over HTTP names them.
#[derive(Debug, Default)]
pub(in crate::protocol) struct Parameters {
    /// The document.
    pub(in crate::protocol) query: Option<String>,
    /// The document by its hash, as `sha256:...`.
    pub(in crate::protocol) document_id: Option<String>,
    /// Which of its operations.
    pub(in crate::protocol) operation_name: Option<String>,
    /// The values of its variables.
    pub(in crate::protocol) variables: Map<String, Value>,
    /// What else a client says.
    pub(in crate::protocol) extensions: Map<String, Value>,
}

impl Parameters {
    /// Those of a body.
    pub(in crate::protocol) fn in_body(body: &[u8]) -> Result<Self, Refusal> {
        let value: Value = serde_json::from_slice(body).map_err(|_| {
            Refusal::bad_input(
                "The body is not JSON. Send an object with `query` and perhaps `variables` and `operationName`.",
            )
        })?;
        let Value::Object(fields) = value else {
            return Err(Refusal::bad_input(match value {
                Value::Array(_) => "Batches are not taken. Send one request at a time, or several fields in one query.",
                _ => {
                    "The body is not a JSON object. Send one with `query` and perhaps `variables` and `operationName`."
                }
            }));
        };
        Self::in_object(fields)
    }

    /// Those of a JSON object.
    pub(in crate::protocol) fn in_object(mut fields: Map<String, Value>) -> Result<Self, Refusal> {
        Ok(Self {
            query: text("query", fields.remove("query"))?,
            document_id: text("documentId", fields.remove("documentId"))?,
            operation_name: text("operationName", fields.remove("operationName"))?,
            variables: object("variables", fields.remove("variables"))?,
            extensions: object("extensions", fields.remove("extensions"))?,
        })
    }

    /// Those of an address; `variables` and `extensions` are JSON there.
    pub(in crate::protocol) fn in_address(address: &Uri) -> Result<Self, Refusal> {
        let Ok(Query(pairs)) = Query::<Vec<(String, String)>>::try_from_uri(address) else {
            return Err(Refusal::bad_input("The query of the address is not encoded as forms are."));
        };
        let mut found = Self::default();
        for (name, value) in pairs {
            let json = |value: &str| match value {
                "" => Ok(None),
                value => serde_json::from_str(value).map(Some),
            };
            let broken = |_| Refusal::bad_input(format!("`{name}` in the address must be JSON."));
            match name.as_str() {
                "query" => found.query = Some(value),
                "documentId" => found.document_id = Some(value),
                "operationName" => found.operation_name = Some(value).filter(|name| !name.is_empty()),
                "variables" => found.variables = object("variables", json(&value).map_err(broken)?)?,
                "extensions" => found.extensions = object("extensions", json(&value).map_err(broken)?)?,
                _ => {}
            }
        }
        Ok(found)
    }

    /// Which document is meant, and the rest.
    pub(in crate::protocol) fn document(mut self) -> Result<(Asked, Self), Refusal> {
        let automatic = self.extensions.get("persistedQuery").map(persisted).transpose()?;
        let asked = match (self.query.take(), self.document_id.take(), automatic) {
            (Some(text), None, None) => Asked::Text(text),
            (Some(text), None, Some(hash)) => Asked::Register(text, hash),
            (None, None, Some(hash)) => Asked::Automatic(hash),
            (None, Some(id), None) => {
                let hash = id.strip_prefix("sha256:").and_then(from_hexadecimal);
                let message = "`documentId` must be `sha256:` and 64 hexadecimal digits.";
                Asked::Trusted(hash.ok_or_else(|| Refusal::bad_input(message))?)
            }
            (None, None, None) => {
                let message = "The request has no document: send its text as `query`, or its hash as `documentId`.";
                return Err(Refusal::bad_input(message));
            }
            (_, Some(_), _) => {
                return Err(Refusal::bad_input("Send `documentId` alone, without `query` and `persistedQuery`."));
            }
        };
        Ok((asked, self))
    }
}

/// The hash in `extensions.persistedQuery`, as clients of automatic persisted queries send it.
fn persisted(value: &Value) -> Result<Hash, Refusal> {
    let hash = value.get("sha256Hash").and_then(Value::as_str).and_then(from_hexadecimal);
    let message = "`persistedQuery` must be an object with `version` 1 and `sha256Hash`, 64 hexadecimal digits.";
    hash.filter(|_| value.get("version") == Some(&Value::from(1))).ok_or_else(|| Refusal::bad_input(message))
}

fn text(name: &str, value: Option<Value>) -> Result<Option<String>, Refusal> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Refusal::bad_input(format!("`{name}` must be a text."))),
    }
}

fn object(name: &str, value: Option<Value>) -> Result<Map<String, Value>, Refusal> {
    match value {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(fields)) => Ok(fields),
        Some(_) => Err(Refusal::bad_input(format!("`{name}` must be an object."))),
    }
}
