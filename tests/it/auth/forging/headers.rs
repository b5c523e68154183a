//! What a header may say beside the algorithm.

use plumbline::auth::Reason;
use serde_json::{Value, json};

use super::super::keys::{Whose, base64url, key};
use super::{Add, Honest, with};

/// What else a header may say.
pub(super) fn forge(honest: &Honest<'_>, add: Add<'_>) {
    let kid = honest.header["kid"].as_str().unwrap().to_owned();
    add("no kid, and there are several keys".to_owned(), honest.with_header("kid", Value::Null), Reason::UnknownKey);
    for (name, value) in [
        ("empty", String::new()),
        ("path-like", format!("../../../../dev/null/{kid}")),
        ("SQL-like", format!("{kid}' UNION SELECT 'key' -- ")),
        ("of another case", kid.to_uppercase()),
        ("with a blank", format!("{kid} ")),
        ("with NUL", format!("{kid}\0")),
        ("huge", "k".repeat(5000)),
        ("an address", "https://attacker.example/key.json".to_owned()),
    ] {
        add(format!("kid {name}"), honest.with_header("kid", value.into()), Reason::UnknownKey);
    }
    for value in [json!(7), json!([kid]), json!({ "kid": kid }), json!(true)] {
        add(format!("kid {value}"), honest.with_header("kid", value), Reason::Header("kid"));
    }
    // A key that the token brings with itself.
    let stranger = key(honest.key.algorithm(), Whose::Stranger);
    for (name, value) in [
        ("jwk", stranger.jwk(&kid)),
        ("jku", json!("https://attacker.example/keys")),
        ("x5u", json!("https://attacker.example/certificate")),
        ("x5c", json!([base64url(stranger.public_pem())])),
    ] {
        let header = with(&honest.header, name, value.clone()).to_string();
        let token = stranger.token(&header, &honest.claims.to_string());
        add(format!("{name} of a stranger"), token, Reason::Signature);
        let header = with(&with(&honest.header, name, value), "kid", Value::Null).to_string();
        let token = stranger.token(&header, &honest.claims.to_string());
        add(format!("{name} of a stranger, no kid"), token, Reason::UnknownKey);
    }
    for (name, value) in [
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
        ("enc", json!("A256GCM")),
        ("cty", json!("JWT")),
    ] {
        add(format!("{name} {value}"), honest.with_header(name, value), Reason::Header(name));
    }
    for typ in ["JWE", "dpop+jwt", "logout+jwt", "secevent+jwt", "application/json", "JWT ", "jwtat", ""] {
        add(format!("typ {typ:?}"), honest.with_header("typ", typ.into()), Reason::Header("typ"));
    }
    for typ in [json!(7), json!(["JWT"])] {
        add(format!("typ {typ}"), honest.with_header("typ", typ), Reason::Header("typ"));
    }
    for alg in [json!(7), json!([honest.key.algorithm()]), json!({})] {
        add(format!("alg {alg}"), honest.with_header("alg", alg), Reason::Header("alg"));
    }
    let name = honest.key.algorithm();
    add("no alg".to_owned(), honest.with_header("alg", Value::Null), Reason::Header("alg"));
    let lower = honest.with_header("alg", name.to_lowercase().into());
    add("alg in lower case".to_owned(), lower, Reason::Algorithm);
    add("alg with a blank".to_owned(), honest.with_header("alg", format!("{name} ").into()), Reason::Algorithm);
    let twice = honest.header.to_string().replacen('{', &format!(r#"{{"alg":"{name}","#), 1);
    add("alg twice in the header".to_owned(), honest.raw(&twice, &honest.claims.to_string()), Reason::Json);
}
