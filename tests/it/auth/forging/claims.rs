//! Claims that are missing or of no use.

use plumbline::auth::Reason;
use plumbline_tests::TestApp;
use serde_json::json;

use super::{Add, Honest};

/// Claims that are missing or of no use.
pub(super) fn forge(honest: &Honest<'_>, add: Add<'_>) {
    let now = TestApp::now().timestamp();
    for (claim, reason) in [
        ("iss", Reason::Claim("iss")),
        ("aud", Reason::Claim("aud")),
        ("sub", Reason::Claim("sub")),
        ("exp", Reason::Claim("exp")),
    ] {
        add(format!("no {claim}"), honest.without(claim), reason);
    }
    for claim in ["exp", "iat", "nbf"] {
        let text = honest.claims[claim].to_string();
        let values = [
            json!(null),
            json!(text),
            json!([now]),
            json!({}),
            json!(true),
            json!(-1),
            json!(u64::MAX),
            json!(i64::MAX),
            json!(1e300),
        ];
        for value in values {
            let text = honest.claims.to_string();
            let current = format!(r#""{claim}":{}"#, honest.claims[claim]);
            let token =
                honest.raw(&honest.header.to_string(), &text.replace(&current, &format!(r#""{claim}":{value}"#)));
            add(format!("{claim} {value}"), token, Reason::Claim(claim));
        }
    }
    let issuer = honest.claims["iss"].as_str().unwrap().to_owned();
    for value in [
        format!("{issuer}/"),
        issuer.to_uppercase(),
        format!(" {issuer}"),
        issuer.replace("127.0.0.1", "127.0.0.1.attacker.example"),
        issuer.replace("http:", "https:"),
        format!("{issuer}\u{200b}"),
        String::new(),
    ] {
        add(format!("iss {value:?}"), honest.with_claim("iss", value.into()), Reason::Issuer);
    }
    for value in [json!([issuer]), json!({ "iss": issuer }), json!(7)] {
        add(format!("iss {value}"), honest.with_claim("iss", value), Reason::Claim("iss"));
    }
    let audience = honest.claims["aud"].as_str().unwrap().to_owned();
    for value in [
        json!("other"),
        json!(""),
        json!([]),
        json!(["other"]),
        json!([format!("{audience}/")]),
        json!(audience.to_uppercase()),
        json!(format!("{audience} other")),
    ] {
        add(format!("aud {value}"), honest.with_claim("aud", value), Reason::Audience);
    }
    for value in [json!({ "aud": audience }), json!([audience, 7]), json!([[audience]]), json!(7), json!(true)] {
        add(format!("aud {value}"), honest.with_claim("aud", value), Reason::Claim("aud"));
    }
    for value in [json!(""), json!(7), json!(["a"]), json!({}), json!("a\u{0}b"), json!("s".repeat(256))] {
        let name = value.to_string().chars().take(20).collect::<String>();
        add(format!("sub {name}"), honest.with_claim("sub", value), Reason::Claim("sub"));
    }
    for (name, claim, value, reason) in [
        ("expired for as long as clocks may differ", "exp", now - 5, Reason::Expired),
        ("expired yesterday", "exp", now - 86_400, Reason::Expired),
        ("expired in 1970", "exp", 0, Reason::Expired),
        ("begins later than clocks may differ", "nbf", now + 6, Reason::NotYetValid),
        ("issued later than clocks may differ", "iat", now + 6, Reason::NotYetValid),
        ("lives longer than a day", "exp", now + 86_401, Reason::LivesTooLong),
        ("issued longer before it ends than a day", "iat", now + 3600 - 86_401, Reason::LivesTooLong),
    ] {
        add(name.to_owned(), honest.with_claim(claim, value.into()), reason);
    }
    add("two clients".to_owned(), honest.with_claim("client_id", "other".into()), Reason::Claim("azp"));
    for value in [json!(7), json!(""), json!(["portal"])] {
        add(format!("client_id {value}"), honest.with_claim("client_id", value), Reason::Claim("client_id"));
    }
    for value in [json!(7), json!([honest.claims["email"]]), json!({})] {
        add(format!("email {value}"), honest.with_claim("email", value), Reason::Claim("staff_claim"));
    }
    let text = honest.claims.to_string();
    for (claim, value) in [("exp", json!(now + 7200)), ("aud", json!("other")), ("email", json!("other@test.example"))]
    {
        let header = honest.header.to_string();
        let first = text.replacen('{', &format!(r#"{{"{claim}":{value},"#), 1);
        add(format!("{claim} twice, the other first"), honest.raw(&header, &first), Reason::Json);
        let last = format!(r#"{},"{claim}":{value}}}"#, &text[..text.len() - 1]);
        add(format!("{claim} twice, the other last"), honest.raw(&header, &last), Reason::Json);
    }
}
