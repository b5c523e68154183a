//! Somebody who asks over HTTP.

use std::ops::Index;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use plumbline::db::Db;
use serde_json::{Value, json};
use tower::ServiceExt as _;

/// Somebody who asks over HTTP, with or without a token.
#[derive(Clone)]
pub struct Caller {
    router: Router,
    token: Option<String>,
    db: Db,
}

/// What came back: the status, the JSON, and how many statements it took.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status of the response.
    pub status: StatusCode,
    /// The body.
    pub body: Value,
    /// Statements that the database ran for it.
    pub statements: u64,
}

impl Index<&str> for Answer {
    type Output = Value;

    fn index(&self, field: &str) -> &Value {
        &self.body[field]
    }
}

impl Answer {
    /// The value of a root field; fails if there are errors.
    #[must_use]
    pub fn of(&self, field: &str) -> &Value {
        assert!(
            self.body.get("errors").is_none_or(|errors| errors.as_array().is_some_and(Vec::is_empty)),
            "{:#}",
            self.body
        );
        &self.body["data"][field]
    }

    /// The code of the first error.
    #[must_use]
    pub fn error_code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"].as_str().unwrap_or("no error")
    }

    /// The codes and fields of the user errors of a mutation, as in `INVALID name`.
    #[must_use]
    pub fn user_errors(&self, mutation: &str) -> Vec<String> {
        let errors = self.of(mutation)["userErrors"].as_array().expect("userErrors").clone();
        let path = |field: &Value| {
            let parts = field.as_array().into_iter().flatten().filter_map(Value::as_str);
            parts.collect::<Vec<_>>().join(".")
        };
        let shown = errors
            .iter()
            .map(|error| format!("{} {}", error["code"].as_str().unwrap_or_default(), path(&error["field"])));
        shown.map(|text| text.trim().to_owned()).collect()
    }
}

impl Caller {
    /// Somebody who asks a service; `db` is its database, by which statements are counted.
    #[must_use]
    pub const fn new(router: Router, token: Option<String>, db: Db) -> Self {
        Self { router, token, db }
    }

    /// The same person, asking another instance of the service.
    #[must_use]
    pub fn at(&self, router: Router, db: Db) -> Self {
        Self { router, token: self.token.clone(), db }
    }

    /// The token.
    #[must_use]
    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    /// Asks without variables.
    pub async fn ask(&self, query: &str) -> Answer {
        self.ask_with(query, json!({})).await
    }

    /// Asks with variables.
    pub async fn ask_with(&self, query: &str, variables: Value) -> Answer {
        self.post(json!({ "query": query, "variables": variables }).to_string()).await
    }

    /// Posts a body as it is.
    pub async fn post(&self, body: String) -> Answer {
        self.send(self.request(body)).await
    }

    /// The whole answer to a query, to the byte: the status, the headers without the request's own id, and the body
    /// without its cost, which differs each time.
    pub async fn bytes(&self, query: &str, variables: Value) -> (StatusCode, Vec<String>, Vec<u8>) {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let response = self.router.clone().oneshot(self.request(body)).await.expect("a response");
        let headers =
            response.headers().iter().filter(|(name, _)| !matches!(name.as_str(), "x-request-id" | "content-length"));
        let headers = headers.map(|(name, value)| format!("{name}: {value:?}")).collect();
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a body");
        (status, headers, without_cost(&bytes))
    }

    fn request(&self, body: String) -> Request<Body> {
        let mut request = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        request.body(Body::from(body)).expect("a request")
    }

    /// Carries out a mutation: `mutate("createClass", "CreateClassInput", input, "class { id }")`.
    pub async fn mutate(&self, name: &str, input: Value, fields: &str) -> Answer {
        let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
        let query = format!(
            "mutation($input: {kind}!) {{ {name}(input: $input) {{ {fields} userErrors {{ code field message }} }} }}"
        );
        self.ask_with(&query, json!({ "input": input })).await
    }

    /// Sends a request as it is.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let before = self.db.statements();
        let response = self.router.clone().oneshot(request).await.expect("a response");
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a body");
        let mut body = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()));
        // What the caller has left differs each time, and has tests of its own.
        if let Some(fields) = body.as_object_mut() {
            fields.remove("extensions");
        }
        Answer { status, body, statements: self.db.statements() - before }
    }
}

/// The bytes of an answer without what it cost, which stands at its end and differs each time.
#[must_use]
pub fn without_cost(answer: &[u8]) -> Vec<u8> {
    const COST: &[u8] = b",\"extensions\":{\"cost\":";
    let at = answer.windows(COST.len()).position(|window| window == COST);
    at.map_or_else(|| answer.to_vec(), |at| [&answer[..at], b"}"].concat())
}
