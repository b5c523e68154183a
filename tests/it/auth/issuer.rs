//! An issuer of a test's own: it publishes its keys over HTTP, and can be made to fail.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, routing::get};
use chrono::{DateTime, Utc};
use plumbline::config::IssuerSettings;
use plumbline_tests::TestApp;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::AUDIENCE;
use super::keys::TestKey;

/// An issuer on a free port of this machine; it stops when it is dropped.
pub struct TestIssuer {
    /// Its name.
    pub name: String,
    published: Published,
    server: JoinHandle<()>,
}

type Published = Arc<Mutex<Answers>>;

/// What it answers.
#[derive(Default)]
pub struct Answers {
    /// The discovery document.
    pub discovery: Value,
    /// The JWK Set.
    pub keys: Value,
    /// How it behaves.
    pub mood: Mood,
    fetches: usize,
}

/// How an issuer behaves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    /// As it should.
    #[default]
    Well,
    /// It takes this long for its keys.
    Slow(Duration),
    /// It answers for its keys with this status, and points elsewhere.
    Status(u16),
    /// It answers for its keys with so many bytes.
    Large(usize),
}

impl Drop for TestIssuer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl TestIssuer {
    /// An issuer with these keys.
    pub async fn start(keys: Vec<Value>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let name = format!("http://{}", listener.local_addr().unwrap());
        Self::serve(listener, name, keys)
    }

    /// An issuer of this name, behind whatever listens.
    pub fn serve<L>(listener: L, name: String, keys: Vec<Value>) -> Self
    where
        L: axum::serve::Listener,
        L::Addr: std::fmt::Debug,
    {
        let state = Answers {
            discovery: json!({ "issuer": name, "jwks_uri": format!("{name}/keys") }),
            keys: json!({ "keys": keys }),
            ..Answers::default()
        };
        let published = Arc::new(Mutex::new(state));
        let routes = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/realms/trust/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(keys_of))
            .with_state(Arc::clone(&published));
        let server = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self { name, published, server }
    }

    /// Changes what it answers.
    pub fn set(&self, change: impl FnOnce(&mut Answers)) {
        change(&mut self.published.lock().unwrap());
    }

    /// Publishes these keys from now on.
    pub fn publish(&self, keys: Vec<Value>) {
        self.set(|state| state.keys = json!({ "keys": keys }));
    }

    /// How often its keys were asked for.
    pub fn fetches(&self) -> usize {
        self.published.lock().unwrap().fetches
    }

    /// As the configuration names it.
    pub fn settings(&self) -> IssuerSettings {
        IssuerSettings::new(&self.name, AUDIENCE)
    }

    /// What it says of somebody for an hour from the hour of all tests.
    pub fn claims(&self, email: &str) -> Value {
        self.claims_at(email, TestApp::now())
    }

    /// What it says of somebody for an hour from `now`.
    pub fn claims_at(&self, email: &str, now: DateTime<Utc>) -> Value {
        let now = now.timestamp();
        json!({ "iss": self.name, "aud": AUDIENCE, "sub": "248289761001", "azp": "portal", "email": email,
            "email_verified": true, "iat": now, "nbf": now, "exp": now + 3600 })
    }

    /// A token for somebody, signed with a key.
    pub fn token(&self, key: &TestKey, kid: &str, email: &str) -> String {
        self.token_at(key, kid, email, TestApp::now())
    }

    /// A token for somebody at a time, signed with a key.
    pub fn token_at(&self, key: &TestKey, kid: &str, email: &str, now: DateTime<Utc>) -> String {
        key.token(&header_of(key, kid), &self.claims_at(email, now).to_string())
    }
}

/// The header of an honest token.
pub fn header_of(key: &TestKey, kid: &str) -> String {
    json!({ "alg": key.algorithm(), "kid": kid, "typ": "at+jwt" }).to_string()
}

async fn discovery(State(published): State<Published>) -> Json<Value> {
    Json(published.lock().unwrap().discovery.clone())
}

async fn keys_of(State(published): State<Published>) -> Response {
    // It answers what it publishes when it is asked, however long the answer then takes.
    let (keys, mood) = {
        let mut published = published.lock().unwrap();
        published.fetches += 1;
        (published.keys.clone(), published.mood.clone())
    };
    match mood {
        Mood::Well => Json(keys).into_response(),
        Mood::Slow(time) => {
            tokio::time::sleep(time).await;
            Json(keys).into_response()
        }
        Mood::Status(status) => {
            let status = StatusCode::from_u16(status).unwrap();
            (status, [(header::LOCATION, "/keys")], Json(keys)).into_response()
        }
        Mood::Large(bytes) => {
            let keys = keys.to_string();
            let padding = " ".repeat(bytes.saturating_sub(keys.len()));
            ([(header::CONTENT_TYPE, "application/json")], keys + &padding).into_response()
        }
    }
}
