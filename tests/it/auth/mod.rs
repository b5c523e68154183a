//! Bearer tokens: whose are accepted, what is refused and how, and how keys come and go.

mod development;
mod discovery;
mod forgeries;
mod forging;
pub(crate) mod issuer;
mod keeping;
pub(crate) mod keys;
mod outage;
mod provider;
mod request;
mod rotation;
mod secure;
mod starting;
mod trusts;
mod who;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use chrono::{DateTime, Utc};
use plumbline::app;
use plumbline::clock::Clock;
use plumbline::config::{Auth, Config, IssuerSettings};
use plumbline::db::{Filling, Reason};
use plumbline::protocol::{Service, router};
use plumbline_entity::client_application;
use plumbline_tests::{TestApp, commit};
use sea_orm::{ActiveValue::Set, ConnectionTrait as _, Statement};
use tower::ServiceExt as _;
use uuid::Uuid;

/// The audience that stands for the service in these tests.
const AUDIENCE: &str = "https://plumbline.test/graphql";

/// The service of a test with these issuers, at the hour of all tests.
fn with_issuers(app: &TestApp, issuers: Vec<IssuerSettings>) -> Service {
    with_auth(app, Auth { issuers, ..Auth::default() })
}

/// The service of a test with these settings of tokens, at the hour of all tests.
fn with_auth(app: &TestApp, auth: Auth) -> Service {
    for issuer in &auth.issuers {
        let register = register_portal(app, &issuer.issuer);
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(register));
    }
    let mut config = Config { auth, ..Config::clone(&app.app.config) };
    // Thousands ask at once here. How many may do so has tests of its own.
    config.limits.requests = 10_000;
    app::service(config, app.db.clone(), (*app.app.keys).clone(), Clock::Fixed(TestApp::now()))
}

/// The same service at another time, with the keys that it has.
fn at(app: &Service, time: DateTime<Utc>) -> Service {
    Service { clock: Clock::Fixed(time), ..app.clone() }
}

/// Registers the front end to which issuers give the tokens of people, in the trust of the test if there is one.
async fn register_portal(app: &TestApp, issuer: &str) {
    let trust = Statement::from_string(
        app.raw.get_database_backend(),
        "SELECT id FROM trust WHERE name = 'Test Trust' AND NOT EXISTS (SELECT 1 FROM client_application \
         WHERE client_id = 'portal' AND issuer = '{issuer}')"
            .replace("{issuer}", issuer),
    );
    let Some(trust) = app.raw.query_one_raw(trust).await.unwrap() else { return };
    let trust: Uuid = trust.try_get("", "id").unwrap();
    let permit = Filling.permit::<client_application::Entity>(trust);
    let tx = app.db.begin().await.unwrap();
    let row = client_application::ActiveModel {
        id: Set(Uuid::now_v7()),
        trust_id: Set(trust),
        name: Set("Portal".to_owned()),
        issuer: Set(issuer.to_owned()),
        client_id: Set("portal".to_owned()),
        scopes: Set(serde_json::json!(["READ_PUPILS", "READ_STAFF"])),
        school_ids: Set(None),
        trusted_documents_only: Set(false),
        registered_at: Set(TestApp::now()),
        registered_by_id: Set(None),
        revoked_at: Set(None),
        version: Set(1),
    };
    tx.insert::<client_application::Entity, _>(&permit, row).await.unwrap();
    commit(tx).await;
}

/// What came back for a token, byte by byte.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Reply {
    status: StatusCode,
    /// Its headers, but for the id of the request.
    headers: HeaderMap,
    body: String,
}

impl Reply {
    fn header(&self, name: header::HeaderName) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// Asks for the name of the trust with these `Authorization` headers, at this address.
async fn ask_with(router: &Router, address: &str, authorization: &[&str]) -> Reply {
    let mut request = Request::post(address).header(header::CONTENT_TYPE, "application/json");
    for value in authorization {
        request = request.header(header::AUTHORIZATION, *value);
    }
    let request = request.body(Body::from(r#"{"query":"{ trust { name } }"}"#)).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let (status, mut headers) = (response.status(), response.headers().clone());
    headers.remove("x-request-id");
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    Reply { status, headers, body: String::from_utf8(plumbline_tests::without_cost(&bytes)).unwrap() }
}

/// Asks for the name of the trust with a bearer token.
async fn ask(app: &Service, token: &str) -> Reply {
    ask_with(&router(app.clone()), "/graphql", &[&format!("Bearer {token}")]).await
}

/// The answer to somebody who is let in.
const WELCOME: &str = r#"{"data":{"trust":{"name":"Test Trust"}}}"#;
/// The answer to everybody else.
const REFUSAL: &str =
    r#"{"errors":[{"message":"A valid bearer token is needed.","extensions":{"code":"UNAUTHENTICATED"}}]}"#;

/// Fails unless a token lets somebody in.
async fn assert_welcome(app: &Service, token: &str, what: &str) {
    let reply = ask(app, token).await;
    assert_eq!((reply.status.as_u16(), reply.body.as_str()), (200, WELCOME), "{what}");
}

/// Fails unless a token is refused as any other.
async fn assert_refused(app: &Service, token: &str, what: &str) {
    let reply = ask(app, token).await;
    assert_eq!((reply.status.as_u16(), reply.body.as_str()), (401, REFUSAL), "{what}");
    let challenge = reply.header(header::WWW_AUTHENTICATE);
    assert_eq!(challenge, Some(r#"Bearer realm="plumbline", error="invalid_token""#), "{what}");
}
