//! Forged and damaged tokens are refused, all in the same words; their honest twins are let in.

use plumbline::auth::{Algorithm, ClientClaims, KeySet, Rules, StaffClaim, Token};
use plumbline_tests::{Size, TestApp, World, db_test};
use serde_json::{Value, json};

use super::forging::{Honest, forgeries};
use super::issuer::TestIssuer;
use super::keys::{ALGORITHMS, Whose, base64url, key};
use super::{AUDIENCE, REFUSAL, ask, assert_welcome, with_issuers};

fn kid_of(algorithm: &str) -> String {
    format!("{algorithm}-of-issuer")
}

fn kid_elsewhere(algorithm: &str) -> String {
    format!("{algorithm}-elsewhere")
}

/// The keys that an issuer publishes, or those of another issuer, which are a stranger's to the first.
fn published(whose: Whose) -> Vec<Value> {
    let name = |algorithm: &str| match whose {
        Whose::Issuer => kid_of(algorithm),
        Whose::Stranger => kid_elsewhere(algorithm),
    };
    ALGORITHMS.iter().map(|algorithm| key(algorithm, whose).jwk(&name(algorithm))).collect()
}

fn honest(algorithm: &str, issuer: &TestIssuer, email: &str) -> Honest<'static> {
    Honest {
        key: key(algorithm, Whose::Issuer),
        header: json!({ "alg": algorithm, "kid": kid_of(algorithm), "typ": "at+jwt" }),
        claims: issuer.claims(email),
        kid: &kid_of,
        kid_elsewhere: &kid_elsewhere,
    }
}

/// Tokens that look odd, and hold.
fn twins(honest: &Honest<'_>) -> Vec<(String, String)> {
    let now = TestApp::now().timestamp();
    let stranger = key(honest.key.algorithm(), Whose::Stranger);
    let mut twins = vec![("as it is".to_owned(), honest.token())];
    for typ in ["JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt", "Application/AT+JWT"] {
        twins.push((format!("typ {typ}"), honest.with_header("typ", typ.into())));
    }
    twins.push(("no typ".to_owned(), honest.with_header("typ", Value::Null)));
    // Keys that a token brings with itself are not looked at, so they do no harm either.
    for (name, value) in [
        ("jwk", stranger.jwk("a")),
        ("jku", json!("http://127.0.0.1:9/keys")),
        ("x5u", json!("http://127.0.0.1:9/certificate")),
        ("x5c", json!([base64url(stranger.public_pem())])),
        ("x5t", json!("AAAA")),
        ("nonce", json!("AAAA")),
    ] {
        twins.push((name.to_owned(), honest.with_header(name, value)));
    }
    for (claim, value) in [
        ("aud", json!([AUDIENCE])),
        ("aud", json!(["other", AUDIENCE])),
        ("exp", json!(now - 4)),
        ("exp", json!(now + 86_400)),
        ("iat", json!(now + 5)),
        ("nbf", json!(now + 5)),
        ("iat", json!(now + 3600 - 86_400)),
        ("client_id", json!("portal")),
        ("email", json!(honest.claims["email"].as_str().unwrap().to_uppercase())),
        ("email_verified", json!("true")),
        ("sub", json!("s".repeat(255))),
        ("scp", json!({ "a": [1, 2.5, null] })),
    ] {
        twins.push((format!("{claim} {value}"), honest.with_claim(claim, value)));
    }
    for claim in ["iat", "nbf", "azp", "email_verified"] {
        twins.push((format!("no {claim}"), honest.without(claim)));
    }
    twins
}

/// Each forgery has one fault, and is refused for that and not for a slip in how it was made.
#[test]
fn each_forgery_fails_for_its_own_reason_and_each_twin_holds() {
    let set = json!({ "keys": published(Whose::Issuer) }).to_string();
    let keys = KeySet::read(set.as_bytes(), &Algorithm::all()).unwrap();
    let name = "http://127.0.0.1:7";
    let rules = Rules {
        issuer: name.to_owned(),
        audience: AUDIENCE.to_owned(),
        algorithms: Algorithm::all(),
        staff: StaffClaim::Email("email".to_owned()),
        client: ClientClaims::usual(),
    };
    let now = TestApp::now();
    let seconds = now.timestamp();
    for algorithm in ALGORITHMS {
        let honest = Honest {
            key: key(algorithm, Whose::Issuer),
            header: json!({ "alg": algorithm, "kid": kid_of(algorithm), "typ": "at+jwt" }),
            claims: json!({ "iss": name, "aud": AUDIENCE, "sub": "248289761001", "azp": "portal",
                "email": "head1@test.example", "email_verified": true,
                "iat": seconds, "nbf": seconds, "exp": seconds + 3600 }),
            kid: &kid_of,
            kid_elsewhere: &kid_elsewhere,
        };
        let check = |token: &str| {
            let token = Token::read(token)?;
            token.issuer()?;
            let claims = rules.check(&token, now)?;
            keys.verify(&token).map(|()| claims)
        };
        for (twin, token) in twins(&honest) {
            assert!(check(&token).is_ok(), "{algorithm}: {twin}: {:?}", check(&token));
        }
        let forgeries = forgeries(&honest);
        println!("{algorithm}: {} forgeries", forgeries.len());
        assert!(forgeries.len() >= 150, "{}", forgeries.len());
        for forgery in forgeries {
            assert_eq!(check(&forgery.token).unwrap_err(), forgery.reason, "{algorithm}: {}", forgery.name);
        }
    }
}

/// Every forgery comes back with the same bytes; honest tokens are let in before and after.
async fn forgeries_are_refused_alike(app: &TestApp, algorithm: &str) {
    let world = World::build(app, Size { schools: 1, classes: 1, pupils: 1 }).await;
    let issuer = TestIssuer::start(published(Whose::Issuer)).await;
    let another = TestIssuer::start(published(Whose::Stranger)).await;
    let service = with_issuers(app, vec![issuer.settings(), another.settings()]);
    let honest = honest(algorithm, &issuer, &world.schools[0].head);
    for (name, token) in twins(&honest) {
        assert_welcome(&service, &token, &name).await;
    }
    let nobody = ask(&service, &honest.with_claim("email", "nobody@elsewhere.example".into())).await;
    assert_eq!((nobody.status.as_u16(), nobody.body.as_str()), (401, REFUSAL), "a sound token for nobody");
    for forgery in forgeries(&honest) {
        // What cannot stand in a header at all does not get here.
        if axum::http::HeaderValue::from_str(&forgery.token).is_err() {
            continue;
        }
        assert_eq!(ask(&service, &forgery.token).await, nobody, "{}", forgery.name);
    }
    assert_welcome(&service, &honest.token(), "the honest token, after all those").await;
}

db_test! {
    async fn forged_and_damaged_tokens_of_rs256_are_refused_in_the_same_bytes(app) {
        forgeries_are_refused_alike(&app, "RS256").await;
    }

    async fn forged_and_damaged_tokens_of_es256_are_refused_in_the_same_bytes(app) {
        forgeries_are_refused_alike(&app, "ES256").await;
    }

    async fn forged_and_damaged_tokens_of_eddsa_are_refused_in_the_same_bytes(app) {
        forgeries_are_refused_alike(&app, "EdDSA").await;
    }
}
