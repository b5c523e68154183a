//! Held against a real OpenID provider (npm `oidc-provider`): discovery, tokens, rotation, outage.

use std::process::Stdio;

use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use plumbline::auth::{Algorithm, Issuer, StaffKey};
use plumbline::clock::Clock;
use plumbline::config::IssuerSettings;
use plumbline::protocol::Service;
use plumbline_tests::{Size, World, db_test, npm};
use serde_json::Value;
use tokio::io::AsyncWriteExt as _;

use super::keys::ALGORITHMS;
use super::{AUDIENCE, ask, assert_refused, assert_welcome, with_issuers};

/// The provider, as a process of its own.
struct Provider {
    issuer: String,
    process: npm::Running,
}

impl Provider {
    async fn start() -> Self {
        let mut command = npm::node("oidc-provider.mjs").await;
        command.stdin(Stdio::piped()).stderr(Stdio::null());
        let mut process = npm::start(command);
        let issuer = process.line().await;
        assert!(issuer.starts_with("http://127.0.0.1:"), "{issuer}");
        Self { issuer, process }
    }

    /// Gives it a command. Returns what it says.
    async fn tell(&mut self, command: &str) -> String {
        let input = self.process.child.stdin.as_mut().unwrap();
        input.write_all(format!("{command}\n").as_bytes()).await.unwrap();
        self.process.line().await
    }

    async fn fetches(&mut self) -> usize {
        self.tell("fetches").await.parse().unwrap()
    }

    /// A token from its token endpoint.
    async fn token(&self, client: &str, secret: &str, form: &str) -> String {
        use base64::{Engine as _, engine::general_purpose::STANDARD};
        let basic = format!("Basic {}", STANDARD.encode(format!("{client}:{secret}")));
        let request = Request::post(format!("{}/token", self.issuer))
            .header(header::AUTHORIZATION, basic)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned()));
        let client: Client<_, Body> = Client::builder(TokioExecutor::new()).build_http();
        let response = client.request(request.unwrap()).await.unwrap();
        let body = to_bytes(Body::new(response.into_body()), usize::MAX).await.unwrap();
        let answer: Value = serde_json::from_slice(&body).unwrap();
        answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// A token for a client that speaks for itself.
    async fn client_token(&self, algorithm: &str) -> String {
        let form = format!("grant_type=client_credentials&resource=https://plumbline.test/{algorithm}");
        self.token("nightly-import", "secret-of-the-nightly-import", &form).await
    }

    /// A token with which the portal acts for a person.
    async fn person_token(&self, algorithm: &str, email: &str) -> String {
        let form = format!("grant_type=urn:test:person&person={email}&resource=https://plumbline.test/{algorithm}");
        self.token("portal", "secret-of-the-portal", &form).await
    }

    fn settings(&self) -> IssuerSettings {
        IssuerSettings::new(&self.issuer, AUDIENCE)
    }
}

/// The provider has the time of the machine, and so must the service.
fn on_time(app: Service) -> Service {
    Service { clock: Clock::System, ..app }
}

db_test! {
    async fn tokens_of_a_real_provider_hold_in_each_algorithm_and_its_keys_are_fetched_once(app) {
        let world = World::build(&app, Size::default()).await;
        let head = &world.schools[0].head;
        let mut provider = Provider::start().await;
        let service = on_time(with_issuers(&app, vec![provider.settings()]));
        for algorithm in ALGORITHMS {
            let token = provider.person_token(algorithm, head).await;
            assert_welcome(&service, &token, algorithm).await;
            let identity = service.issuers.identify(&token, service.clock.now()).await.unwrap();
            assert_eq!(identity.issuer, Issuer::External(provider.issuer.clone()));
            assert_eq!(identity.staff, Some(StaffKey::Email(head.clone())));
            assert_eq!((identity.client.as_deref(), identity.own), (Some("portal"), false));
            assert!(identity.expires_at > service.clock.now());

            let token = provider.client_token(algorithm).await;
            let identity = service.issuers.identify(&token, service.clock.now()).await.unwrap();
            assert_eq!((identity.client.as_deref(), identity.own), (Some("nightly-import"), true));
            assert_eq!(identity.staff, None);
        }
        assert_eq!(provider.fetches().await, 1);

        let other = IssuerSettings { audience: "https://other.test".to_owned(), ..provider.settings() };
        let elsewhere = on_time(with_issuers(&app, vec![other]));
        assert_refused(&elsewhere, &provider.person_token("RS256", head).await, "for another audience").await;
        let less = IssuerSettings { algorithms: vec![Algorithm::Es256], ..provider.settings() };
        let less = on_time(with_issuers(&app, vec![less]));
        assert_welcome(&less, &provider.person_token("ES256", head).await, "the algorithm of the settings").await;
        assert_refused(&less, &provider.person_token("RS256", head).await, "an algorithm not of the settings").await;
    }

    async fn a_real_provider_changes_its_keys_and_nobody_is_refused(app) {
        let world = World::build(&app, Size::default()).await;
        let head = &world.schools[0].head;
        let mut provider = Provider::start().await;
        let service = on_time(with_issuers(&app, vec![provider.settings()]));
        let old = provider.person_token("ES256", head).await;
        assert_welcome(&service, &old, "before").await;
        // Right after the first fetch, with fifty callers at once.
        assert_eq!(provider.tell("rotate").await, "rotated");
        let token = provider.person_token("ES256", head).await;
        let asked = (0..50).map(|_| {
            let (service, token) = (service.clone(), token.clone());
            tokio::spawn(async move { assert_welcome(&service, &token, "the new key").await })
        });
        for asked in asked.collect::<Vec<_>>() {
            asked.await.unwrap();
        }
        assert_welcome(&service, &old, "the old key, which is still published").await;
        assert_eq!(provider.fetches().await, 2);
    }

    async fn while_a_real_provider_is_down_known_keys_hold_and_unknown_issuers_are_said_to_be_unreachable(app) {
        let world = World::build(&app, Size::default()).await;
        let head = &world.schools[0].head;
        let mut provider = Provider::start().await;
        let service = on_time(with_issuers(&app, vec![provider.settings()]));
        let token = provider.person_token("EdDSA", head).await;
        assert_welcome(&service, &token, "before").await;
        assert_eq!(provider.tell("down").await, "down");
        assert_welcome(&service, &token, "with the keys that are kept").await;
        let cold = on_time(with_issuers(&app, vec![provider.settings()]));
        let reply = ask(&cold, &token).await;
        assert_eq!(reply.status.as_u16(), 503, "{reply:?}");
        assert_eq!(provider.tell("up").await, "up");
        let started_later = on_time(with_issuers(&app, vec![provider.settings()]));
        assert_welcome(&started_later, &token, "up again").await;
        // The provider lost all its keys meanwhile. The old ones hold until the service fetches again, which a token
        // of a new key makes it do.
        assert_eq!(provider.tell("replace").await, "replaced");
        let new = provider.person_token("EdDSA", head).await;
        assert_welcome(&service, &new, "another key").await;
        assert_refused(&service, &token, "a key that is gone").await;
    }
}
