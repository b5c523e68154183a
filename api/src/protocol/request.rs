//! What a request asks: its parameters, from a body, from an address or from a message.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Query;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use serde_json::{Map, Value};

use super::Service;
use super::errors::Refusal;
use super::trusted::{DocumentSource, Hash, from_hexadecimal};

/// The parameters of a request, as GraphQL over HTTP names them.
#[derive(Debug, Default)]
pub(super) struct Parameters {
    /// The document.
    pub(super) query: Option<String>,
    /// The document by its hash, as `sha256:...`.
    pub(super) document_id: Option<String>,
    /// Which of its operations.
    pub(super) operation_name: Option<String>,
    /// The values of its variables.
    pub(super) variables: Map<String, Value>,
    /// What else a client says.
    pub(super) extensions: Map<String, Value>,
}

impl Parameters {
    /// Those of a body.
    pub(super) fn in_body(body: &[u8]) -> Result<Self, Refusal> {
        // Some editors and tools put a mark before a text that says that it is UTF-8.
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        if body.starts_with(b"\xff\xfe") || body.starts_with(b"\xfe\xff") {
            return Err(Refusal::bad_input("The body begins with the byte order mark of UTF-16. Send it in UTF-8."));
        }
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
    pub(super) fn in_object(mut fields: Map<String, Value>) -> Result<Self, Refusal> {
        Ok(Self {
            query: text("query", fields.remove("query"))?,
            document_id: text("documentId", fields.remove("documentId"))?,
            operation_name: text("operationName", fields.remove("operationName"))?,
            variables: object("variables", fields.remove("variables"))?,
            extensions: object("extensions", fields.remove("extensions"))?,
        })
    }

    /// Those of an address; `variables` and `extensions` are JSON there.
    pub(super) fn in_address(address: &Uri) -> Result<Self, Refusal> {
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
    pub(super) fn document(mut self) -> Result<(DocumentSource, Self), Refusal> {
        let automatic = self.extensions.get("persistedQuery").map(persisted).transpose()?;
        let asked = match (self.query.take(), self.document_id.take(), automatic) {
            (Some(text), None, None) => DocumentSource::Text(text),
            (Some(text), None, Some(hash)) => DocumentSource::Register(text, hash),
            (None, None, Some(hash)) => DocumentSource::Automatic(hash),
            (None, Some(id), None) => {
                let hash = id.strip_prefix("sha256:").and_then(from_hexadecimal);
                let message = "`documentId` must be `sha256:` and 64 hexadecimal digits.";
                DocumentSource::Trusted(hash.ok_or_else(|| Refusal::bad_input(message))?)
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

/// Whether a body is JSON in UTF-8, as far as its header tells.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return false };
    let Ok(value) = value.to_str() else { return false };
    let mut parts = value.split(';').map(|part| part.trim().to_ascii_lowercase());
    let charset = |part: &String| part.strip_prefix("charset=").is_none_or(|name| name.trim_matches('"') == "utf-8");
    parts.next().is_some_and(|kind| kind == "application/json") && parts.all(|part| charset(&part))
}

/// How a body is compressed, if it is: none that is can be taken.
pub(super) fn compression(headers: &HeaderMap) -> Option<String> {
    let values = headers.get_all(header::CONTENT_ENCODING).iter();
    let mut names = values.map(|value| String::from_utf8_lossy(value.as_bytes()).trim().to_ascii_lowercase());
    names.find(|name| !name.is_empty() && name != "identity").map(|name| name.chars().take(40).collect())
}

/// Reads a body to its end, if it is not too long and comes in time.
pub(super) async fn read(service: &Service, body: Body) -> Result<Bytes, Refusal> {
    let limit = service.config.limits.body_bytes;
    let patience = Duration::from_millis(service.config.limits.body_milliseconds);
    let Ok(read) = tokio::time::timeout(patience, axum::body::to_bytes(body, limit)).await else {
        let message = format!("The body of a request must arrive within {patience:?}; this one did not.");
        return Err(Refusal::http(StatusCode::REQUEST_TIMEOUT, "TIMEOUT", message));
    };
    read.map_err(|error| {
        use std::error::Error as _;
        if error.source().is_some_and(|cause| cause.is::<http_body_util::LengthLimitError>()) {
            let message = format!("The body of a request may have {limit} bytes; this one has more.");
            return Refusal::http(StatusCode::PAYLOAD_TOO_LARGE, "BAD_USER_INPUT", message);
        }
        Refusal::bad_input("The body of the request did not arrive whole.")
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_body_is_json_only_if_it_says_so() {
        for (value, json) in [
            ("application/json", true),
            ("application/json; charset=utf-8", true),
            ("Application/JSON;charset=\"UTF-8\"", true),
            ("application/json; charset=latin1", false),
            ("application/jsonp", false),
            ("application/json-seq", false),
            ("text/plain", false),
            ("text/plain; application/json", false),
            ("application/x-www-form-urlencoded", false),
            ("multipart/form-data; boundary=application/json", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(value));
            assert_eq!(is_json(&headers), json, "{value}");
        }
    }
}
