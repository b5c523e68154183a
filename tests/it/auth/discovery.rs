//! What an issuer publishes is believed only if it is as it must be.

use plumbline::config::IssuerSettings;
use plumbline_tests::{Size, World, db_test};
use serde_json::{Value, json};

use super::issuer::{Answers, Mood, TestIssuer, header_of};
use super::keys::{TestKey, Whose, key};
use super::{ask, assert_refused, assert_welcome, with_issuers};

fn signing() -> &'static TestKey {
    key("EdDSA", Whose::Issuer)
}

db_test! {
    async fn a_discovery_document_of_another_issuer_or_of_none_is_not_believed(app) {
        let world = World::build(&app, Size::default()).await;
        let head = &world.schools[0].head;
        type Change = fn(&mut Answers, &str);
        let changes: [(&str, Change); 12] = [
            ("of another issuer", |a, _| a.discovery["issuer"] = json!("https://attacker.example")),
            ("with a slash more", |a, name| a.discovery["issuer"] = json!(format!("{name}/"))),
            ("with a list of issuers", |a, name| a.discovery["issuer"] = json!([name])),
            ("of nobody", |a, _| a.discovery = json!({ "jwks_uri": a.discovery["jwks_uri"].clone() })),
            ("no object", |a, _| a.discovery = json!([a.discovery.clone()])),
            ("without an address of keys", |a, name| a.discovery = json!({ "issuer": name })),
            ("with keys in a file", |a, _| a.discovery["jwks_uri"] = json!("file:///etc/keys.json")),
            ("with keys that come without TLS", |a, _| a.discovery["jwks_uri"] = json!("http://192.0.2.1/keys")),
            ("with keys at no address", |a, _| a.discovery["jwks_uri"] = json!("/keys")),
            ("whose keys are no set", |a, _| a.keys = json!([])),
            ("whose keys are elsewhere", |a, _| a.mood = Mood::Status(302)),
            ("whose keys are an error", |a, _| a.mood = Mood::Status(404)),
        ];
        for (what, change) in changes {
            let issuer = TestIssuer::start(vec![signing().jwk("a")]).await;
            let token = issuer.token(signing(), "a", head);
            assert_welcome(&with_issuers(&app, vec![issuer.settings()]), &token, "as it should be").await;
            issuer.set(|answers| change(answers, &issuer.name));
            let reply = ask(&with_issuers(&app, vec![issuer.settings()]), &token).await;
            assert_eq!(reply.status.as_u16(), 503, "{what}: {reply:?}");
        }
    }

    async fn the_largest_document_is_read_and_one_byte_more_is_not(app) {
        let world = World::build(&app, Size::default()).await;
        let issuer = TestIssuer::start(vec![signing().jwk("a")]).await;
        let token = issuer.token(signing(), "a", &world.schools[0].head);
        for (bytes, status) in [(256 * 1024, 200), (256 * 1024 + 1, 503), (50_000_000, 503)] {
            issuer.set(|answers| answers.mood = Mood::Large(bytes));
            let reply = ask(&with_issuers(&app, vec![issuer.settings()]), &token).await;
            assert_eq!(reply.status.as_u16(), status, "{bytes}");
        }
    }

    async fn an_issuer_with_a_path_and_a_slash_at_its_end_is_found_where_the_standard_says(app) {
        let world = World::build(&app, Size::default()).await;
        let mut issuer = TestIssuer::start(vec![signing().jwk("a")]).await;
        issuer.name += "/realms/trust/";
        issuer.set(|answers| answers.discovery["issuer"] = json!(issuer.name));
        let service = with_issuers(&app, vec![issuer.settings()]);
        assert_welcome(&service, &issuer.token(signing(), "a", &world.schools[0].head), "its own name").await;
        let mut claims = issuer.claims(&world.schools[0].head);
        claims["iss"] = json!(issuer.name.trim_end_matches('/'));
        let token = signing().token(&header_of(signing(), "a"), &claims.to_string());
        assert_refused(&service, &token, "without its slash").await;
    }

    async fn keys_that_are_weak_private_or_for_something_else_verify_nothing(app) {
        let world = World::build(&app, Size::default()).await;
        let head = &world.schools[0].head;
        let weak = TestKey::rsa(1024);
        let (rsa, p256) = (key("RS256", Whose::Issuer), key("ES256", Whose::Issuer));
        let with = |mut jwk: Value, name: &str, value: &str| {
            jwk[name] = json!(value);
            jwk
        };
        let keys = [
            (&weak, weak.jwk("a"), 401),
            (rsa, with(rsa.jwk("a"), "use", "enc"), 401),
            (rsa, with(rsa.jwk("a"), "alg", "PS256"), 401),
            (rsa, with(rsa.jwk("a"), "d", "AQAB"), 401),
            (rsa, rsa.jwk("a"), 200),
            (p256, with(p256.jwk("a"), "crv", "P-384"), 401),
            (p256, with(p256.jwk("a"), "alg", "ES384"), 401),
            (p256, p256.jwk("a"), 200),
        ];
        for (key, jwk, status) in keys {
            // A sound key stands beside it, so that the set as a whole can be used.
            let issuer = TestIssuer::start(vec![signing().jwk("b"), jwk.clone()]).await;
            let service = with_issuers(&app, vec![issuer.settings()]);
            assert_eq!(ask(&service, &issuer.token(key, "a", head)).await.status.as_u16(), status, "{jwk}");
            assert_welcome(&service, &issuer.token(signing(), "b", head), "the sound key").await;
        }
    }

    async fn one_issuer_says_nothing_in_the_name_of_another(app) {
        let world = World::build(&app, Size::default()).await;
        let head = &world.schools[0].head;
        let (ours, theirs) = (signing(), key("EdDSA", Whose::Stranger));
        let one = TestIssuer::start(vec![ours.jwk("same")]).await;
        let other = TestIssuer::start(vec![theirs.jwk("same")]).await;
        let audience = "https://elsewhere.test".to_owned();
        let service = with_issuers(&app, vec![one.settings(), IssuerSettings { audience, ..other.settings() }]);
        assert_welcome(&service, &one.token(ours, "same", head), "the one").await;
        assert_refused(&service, &one.token(theirs, "same", head), "the other's key in the one's name").await;
        assert_refused(&service, &other.token(theirs, "same", head), "the one's audience at the other").await;
        let mut claims = other.claims(head);
        claims["aud"] = json!("https://elsewhere.test");
        let token = theirs.token(&header_of(theirs, "same"), &claims.to_string());
        assert_welcome(&service, &token, "the other, for its own audience").await;
    }
}
