//! The messages of `graphql-transport-ws`, as they are read and written.

use async_graphql::{Response, ServerError};
use serde::Serialize;
use serde_json::{Map, Value};

/// A message of a client.
#[derive(Debug, PartialEq)]
pub(super) enum Heard {
    /// `connection_init`, with a payload that may say who the client speaks for.
    Init(Map<String, Value>),
    /// `ping`, with what has to come back.
    Ping(Option<Map<String, Value>>),
    /// `pong`.
    Pong,
    /// `subscribe`: an operation, under an id of the client's.
    Subscribe { id: String, payload: Map<String, Value> },
    /// `complete`: no more of the operation with this id.
    Complete { id: String },
}

impl Heard {
    /// Reads a message; or says in a few words what is wrong with it.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let Ok(Value::Object(mut message)) = serde_json::from_str(text) else {
            return Err("A message is a JSON object".to_owned());
        };
        let Some(Value::String(kind)) = message.remove("type") else {
            return Err("A message has a `type`, which is a text".to_owned());
        };
        match kind.as_str() {
            "connection_init" => Ok(Self::Init(object(&mut message, "payload")?.unwrap_or_default())),
            "ping" => Ok(Self::Ping(object(&mut message, "payload")?)),
            "pong" => object(&mut message, "payload").map(|_| Self::Pong),
            "complete" => Ok(Self::Complete { id: id(&mut message)? }),
            "subscribe" => {
                let id = id(&mut message)?;
                let payload = object(&mut message, "payload")?.ok_or("`subscribe` has a `payload`, an object")?;
                check(&payload)?;
                Ok(Self::Subscribe { id, payload })
            }
            other => {
                let other: String = other.chars().take(20).collect();
                Err(format!(
                    "`{other}` is none of connection_init, subscribe, complete, ping and pong (graphql-transport-ws)"
                ))
            }
        }
    }
}

/// Checks that what is asked has the form that the protocol wants. The gate checks what it says.
fn check(payload: &Map<String, Value>) -> Result<(), String> {
    let absent = |name: &str| payload.get(name).is_none_or(Value::is_null);
    let checks = [
        // A document that the service knows is named in `documentId` or in `extensions` instead.
        ("query", payload.get("query").is_some_and(Value::is_string) || is_named(payload), "a text"),
        ("operationName", absent("operationName") || payload["operationName"].is_string(), "a text"),
        ("variables", absent("variables") || payload["variables"].is_object(), "an object"),
        ("extensions", absent("extensions") || payload["extensions"].is_object(), "an object"),
    ];
    match checks.into_iter().find(|(_, sound, _)| !sound) {
        Some((name, _, what)) => Err(format!("`payload.{name}` of `subscribe` must be {what}")),
        None => Ok(()),
    }
}

fn is_named(payload: &Map<String, Value>) -> bool {
    let text = payload.get("query").is_none_or(Value::is_null);
    text && (payload.get("documentId").is_some_and(Value::is_string)
        || payload.get("extensions").is_some_and(|extensions| extensions.get("persistedQuery").is_some()))
}

fn object(message: &mut Map<String, Value>, name: &str) -> Result<Option<Map<String, Value>>, String> {
    match message.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(fields)) => Ok(Some(fields)),
        Some(_) => Err(format!("The `{name}` of a message is an object")),
    }
}

fn id(message: &mut Map<String, Value>) -> Result<String, String> {
    match message.remove("id") {
        Some(Value::String(id)) if !id.is_empty() => Ok(id),
        _ => Err("This message has an `id`, a text that is not empty".to_owned()),
    }
}

/// A message of ours.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Say<'a> {
    /// The connection may be used.
    ConnectionAck,
    /// The answer to `ping`.
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<Map<String, Value>>,
    },
    /// An answer.
    Next { id: &'a str, payload: &'a Response },
    /// The operation came to nothing, or ended before its time.
    Error { id: &'a str, payload: &'a [ServerError] },
    /// There is no more.
    Complete { id: &'a str },
}

impl Say<'_> {
    /// The text of the message.
    pub(super) fn text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_no_message_is_said_in_a_few_words() {
        let subscribe = |payload: Value| json!({ "type": "subscribe", "id": "1", "payload": payload }).to_string();
        for (text, words) in [
            ("", "JSON object"),
            ("[]", "JSON object"),
            ("{\"type\":", "JSON object"),
            ("{}", "`type`"),
            (r#"{"type":1}"#, "`type`"),
            (r#"{"type":"start"}"#, "`start` is none of connection_init, subscribe,"),
            (r#"{"type":"connection_ack"}"#, "`connection_ack` is none of"),
            (r#"{"type":"next","id":"1","payload":{}}"#, "`next` is none of"),
            (r#"{"type":"connection_init","payload":"token"}"#, "`payload`"),
            (r#"{"type":"ping","payload":[]}"#, "`payload`"),
            (r#"{"type":"pong","payload":1}"#, "`payload`"),
            (r#"{"type":"complete"}"#, "`id`"),
            (r#"{"type":"complete","id":""}"#, "`id`"),
            (r#"{"type":"subscribe","id":7,"payload":{"query":"{a}"}}"#, "`id`"),
            (r#"{"type":"subscribe","id":"1"}"#, "`payload`"),
            (&subscribe(json!({})), "`payload.query`"),
            (&subscribe(json!({ "query": 1 })), "`payload.query`"),
            (&subscribe(json!({ "query": 1, "documentId": "a" })), "`payload.query`"),
            (&subscribe(json!({ "query": "{a}", "operationName": 1 })), "`payload.operationName`"),
            (&subscribe(json!({ "query": "{a}", "variables": [] })), "`payload.variables`"),
            (&subscribe(json!({ "query": "{a}", "extensions": "x" })), "`payload.extensions`"),
        ] {
            let said = Heard::read(text).expect_err(text);
            assert!(said.contains(words), "{text}: {said}");
            assert!(said.len() <= 123, "a close frame takes no more: {said}");
        }
    }

    #[test]
    fn what_is_a_message_is_read() {
        let payload = json!({ "a": 1 }).as_object().cloned();
        for (text, heard) in [
            (r#"{"type":"connection_init"}"#, Heard::Init(Map::new())),
            (r#"{"type":"connection_init","payload":null}"#, Heard::Init(Map::new())),
            (
                r#"{"payload":{"a":1},"type":"connection_init","more":true}"#,
                Heard::Init(payload.clone().unwrap_or_default()),
            ),
            (r#"{"type":"ping"}"#, Heard::Ping(None)),
            (r#"{"type":"ping","payload":{"a":1}}"#, Heard::Ping(payload)),
            (r#"{"type":"pong","payload":{}}"#, Heard::Pong),
            (r#"{"type":"complete","id":"x"}"#, Heard::Complete { id: "x".to_owned() }),
        ] {
            assert_eq!(Heard::read(text), Ok(heard), "{text}");
        }
        for payload in [
            json!({ "query": "{a}", "operationName": null, "variables": null, "extensions": null }),
            json!({ "documentId": "abc" }),
            json!({ "query": null, "extensions": { "persistedQuery": { "version": 1, "sha256Hash": "abc" } } }),
        ] {
            let text = json!({ "type": "subscribe", "id": "1", "payload": payload }).to_string();
            assert!(matches!(Heard::read(&text), Ok(Heard::Subscribe { .. })), "{text}");
        }
    }
}
