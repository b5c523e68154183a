//! Who a token speaks for: a member of staff by a claim of the issuer's, in the trust that it may speak for.

use chrono::DateTime;
use plumbline::auth::{Identity, Issuer, StaffKey};
use plumbline::config::IssuerSettings;
use plumbline_tests::{Size, TestApp, World, db_test};
use serde_json::{Value, json};

use super::issuer::{TestIssuer, header_of};
use super::keys::{TestKey, Whose, key};
use super::{assert_refused, assert_welcome, with_issuers};

fn signing() -> &'static TestKey {
    key("EdDSA", Whose::Issuer)
}

async fn issuer() -> TestIssuer {
    TestIssuer::start(vec![signing().jwk("a")]).await
}

/// A token with some claims changed, or left out where they are null.
fn token(issuer: &TestIssuer, email: &str, changes: Value) -> String {
    let mut claims = issuer.claims(email);
    claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    signing().token(&header_of(signing(), "a"), &claims.to_string())
}

db_test! {
    async fn a_person_is_known_by_the_claim_that_the_settings_name(app) {
        let world = World::build(&app, Size::default()).await;
        let (issuer, head) = (issuer().await, world.schools[0].head.clone());
        let by_email = with_issuers(&app, vec![issuer.settings()]);
        assert_welcome(&by_email, &token(&issuer, &head, json!({})), "by their address").await;
        assert_welcome(&by_email, &token(&issuer, &head.to_uppercase(), json!({})), "in capital letters").await;
        assert_refused(&by_email, &token(&issuer, "nobody@elsewhere.example", json!({})), "unknown here").await;
        assert_refused(&by_email, &token(&issuer, "head1", json!({})), "no address").await;
        assert_refused(&by_email, &token(&issuer, &head, json!({ "email_verified": false })), "not verified").await;
        assert_refused(&by_email, &token(&issuer, &head, json!({ "email_verified": "false" })), "in words").await;
        let by_upn = with_issuers(&app, vec![IssuerSettings { staff_claim: "upn".to_owned(), ..issuer.settings() }]);
        assert_welcome(&by_upn, &token(&issuer, "nobody@elsewhere.example", json!({ "upn": head })), "by upn").await;
        assert_refused(&by_upn, &token(&issuer, &head, json!({})), "an address in another claim").await;
    }

    async fn a_client_is_limited_by_whichever_claim_its_issuer_names_it(app) {
        let world = World::build(&app, Size::default()).await;
        let (issuer, head) = (issuer().await, world.schools[0].head.clone());
        let person = |changes: Value| token(&issuer, &head, changes);
        let usual = with_issuers(&app, vec![issuer.settings()]);
        for claim in ["client_id", "azp", "appid", "cid"] {
            let stranger = person(json!({ "azp": null, claim: "stranger" }));
            assert_refused(&usual, &stranger, &format!("an application that nobody registered, by {claim}")).await;
            let identity = usual.issuers.identify(&stranger, TestApp::now()).await.unwrap();
            assert_eq!(identity.client.as_deref(), Some("stranger"), "{claim}");
        }
        assert_refused(&usual, &person(json!({ "cid": "other" })), "two applications").await;
        let own = IssuerSettings { client_claims: vec!["application".to_owned()], require_client: true, ..issuer.settings() };
        let own = with_issuers(&app, vec![own]);
        assert_refused(&own, &person(json!({ "azp": null })), "none where one must be").await;
        assert_refused(&own, &person(json!({ "azp": null, "application": "stranger" })), "by the claim of the settings").await;
        assert_welcome(&own, &person(json!({ "azp": null, "application": "portal" })), "registered").await;
        // The usual claims hold beside it.
        assert_refused(&own, &person(json!({ "azp": "stranger" })), "by a usual claim").await;
        assert_refused(&own, &person(json!({ "azp": "stranger", "application": "portal" })), "two applications").await;
    }

    async fn an_id_of_ours_is_nothing_that_an_issuer_can_name(app) {
        let world = World::build(&app, Size::default()).await;
        let issuer = issuer().await;
        let person = plumbline_tests::find_staff_by_email(&app.db, &world.schools[0].head).await.unwrap().unwrap();
        let service = with_issuers(&app, vec![issuer.settings()]);
        let id = person.id.to_string();
        assert_refused(&service, &token(&issuer, "x", json!({ "sub": id, "email": null })), "as the subject").await;
        assert_refused(&service, &token(&issuer, &id, json!({ "sub": id })), "as the address").await;
    }

    async fn an_issuer_speaks_for_no_other_trust_than_its_own(app) {
        let (one, other) = (World::build(&app, Size::default()).await, World::build_another(&app, Size::default()).await);
        let issuer = issuer().await;
        let bound = with_issuers(&app, vec![IssuerSettings { trust: Some("Test Trust".to_owned()), ..issuer.settings() }]);
        assert_welcome(&bound, &token(&issuer, &one.analyst, json!({})), "of its trust").await;
        assert_refused(&bound, &token(&issuer, &other.analyst, json!({})), "of another trust").await;
        let misspelt = IssuerSettings { trust: Some("Test trust".to_owned()), ..issuer.settings() };
        assert_refused(&with_issuers(&app, vec![misspelt]), &token(&issuer, &one.analyst, json!({})), "of none").await;
    }

    async fn a_client_that_speaks_for_itself_is_no_person_whatever_its_token_says(app) {
        let world = World::build(&app, Size::default()).await;
        let (issuer, head) = (issuer().await, world.schools[0].head.clone());
        let service = with_issuers(&app, vec![issuer.settings()]);
        for (name, changes) in [
            ("its own name", json!({ "sub": "portal" })),
            ("its own name twice", json!({ "sub": "portal", "client_id": "portal" })),
            ("an application of Entra ID", json!({ "idtyp": "app" })),
        ] {
            // It is let in as the application that was registered, and as no person.
            assert_welcome(&service, &token(&issuer, &head, changes.clone()), name).await;
            let identity = service.issuers.identify(&token(&issuer, &head, changes), TestApp::now()).await.unwrap();
            assert_eq!((identity.own, identity.staff, identity.client.as_deref()), (true, None, Some("portal")), "{name}");
        }
        for stranger in [json!({ "azp": "stranger" }), json!({ "sub": "stranger", "azp": "stranger" })] {
            assert_refused(&service, &token(&issuer, &head, stranger), "an application that nobody registered").await;
        }
        let identity = service.issuers.identify(&token(&issuer, &head, json!({})), TestApp::now()).await.unwrap();
        let expected = Identity {
            issuer: Issuer::External(issuer.name.clone()),
            subject: "248289761001".to_owned(),
            staff: Some(StaffKey::Email(head)),
            client: Some("portal".to_owned()),
            own: false,
            trust: None,
            asked: None,
            expires_at: DateTime::from_timestamp(TestApp::now().timestamp() + 3600, 0).unwrap(),
        };
        assert_eq!(identity, expected);
    }
}
