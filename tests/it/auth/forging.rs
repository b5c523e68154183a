//! Forged and damaged tokens, each with a name and the reason for which it must be refused.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use plumbline::auth::Reason;
use plumbline_tests::TestApp;
use serde_json::{Map, Value, json};

use super::keys::{TestKey, Whose, base64url, key};

/// A token that must be refused.
pub struct Forgery {
    pub name: String,
    pub token: String,
    pub reason: Reason,
}

/// A sound token, from which the others are made.
pub struct Honest<'a> {
    /// The key that signs.
    pub key: &'static TestKey,
    /// Its header, and its claims.
    pub header: Value,
    pub claims: Value,
    /// The names of the issuer's keys by algorithm, and those of another issuer, whose keys are the stranger's.
    pub kid: &'a dyn Fn(&str) -> String,
    pub kid_elsewhere: &'a dyn Fn(&str) -> String,
}

impl Honest<'_> {
    /// The sound token itself.
    pub fn token(&self) -> String {
        self.key.token(&self.header.to_string(), &self.claims.to_string())
    }

    /// With another value of a member of the header; null takes it out.
    pub fn with_header(&self, name: &str, value: Value) -> String {
        self.key.token(&with(&self.header, name, value).to_string(), &self.claims.to_string())
    }

    /// With another value of a claim.
    pub fn with_claim(&self, name: &str, value: Value) -> String {
        self.key.token(&self.header.to_string(), &with(&self.claims, name, value).to_string())
    }

    /// Without a claim.
    pub fn without(&self, name: &str) -> String {
        let mut claims = self.claims.clone();
        claims.as_object_mut().unwrap().remove(name);
        self.key.token(&self.header.to_string(), &claims.to_string())
    }

    /// With another text for the header, and for the claims.
    fn raw(&self, header: &str, claims: &str) -> String {
        self.key.token(header, claims)
    }
}

/// An object with another value of a member; null takes it out.
fn with(object: &Value, name: &str, value: Value) -> Value {
    let mut object: Map<String, Value> = object.as_object().unwrap().clone();
    if value.is_null() {
        object.remove(name);
    } else {
        object.insert(name.to_owned(), value);
    }
    object.into()
}

/// All of them.
pub fn forgeries(honest: &Honest<'_>) -> Vec<Forgery> {
    let mut all = Vec::new();
    let mut add = |name: String, token: String, reason: Reason| all.push(Forgery { name, token, reason });
    algorithms(honest, &mut add);
    headers(honest, &mut add);
    claims(honest, &mut add);
    signatures(honest, &mut add);
    shapes(honest, &mut add);
    all
}

type Add<'a> = &'a mut dyn FnMut(String, String, Reason);

/// Another algorithm, another key, no key.
fn algorithms(honest: &Honest<'_>, add: Add<'_>) {
    let claims = honest.claims.to_string();
    for none in ["none", "None", "NONE", "nOnE", ""] {
        let header = with(&honest.header, "alg", none.into()).to_string();
        let message = format!("{}.{}", base64url(&header), base64url(&claims));
        add(format!("alg {none:?}, unsigned"), format!("{message}."), Reason::Signature);
        add(format!("alg {none:?}, signed"), honest.raw(&header, &claims), Reason::Algorithm);
    }
    // The public key as the secret of an HMAC.
    let (pem, jwk) = (honest.key.public_pem(), honest.key.jwk(&(honest.kid)(honest.key.algorithm())));
    let der = pem.lines().filter(|line| !line.starts_with('-')).collect::<String>();
    let der = base64::engine::general_purpose::STANDARD.decode(der).unwrap();
    let number = URL_SAFE_NO_PAD.decode(jwk["n"].as_str().or_else(|| jwk["x"].as_str()).unwrap()).unwrap();
    for (name, secret) in [
        ("PEM", pem.clone().into_bytes()),
        ("PEM without its last line end", pem.trim_end().as_bytes().to_vec()),
        ("DER", der),
        ("JWK", jwk.to_string().into_bytes()),
        ("number", number),
        ("nothing", Vec::new()),
    ] {
        let header = with(&honest.header, "alg", "HS256".into()).to_string();
        let message = format!("{}.{}", base64url(&header), base64url(&claims));
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&secret).unwrap();
        mac.update(message.as_bytes());
        let signature = base64url(mac.finalize().into_bytes());
        add(format!("HS256 with the public key as {name}"), format!("{message}.{signature}"), Reason::Algorithm);
    }
    for other in ["HS384", "HS512", "RS384", "RS512", "PS256", "ES384", "ES512", "ES256K", "Ed25519", "Ed448"] {
        add(format!("alg {other}"), honest.with_header("alg", other.into()), Reason::Algorithm);
    }
    for other in super::keys::ALGORITHMS.into_iter().filter(|other| *other != honest.key.algorithm()) {
        add(format!("alg {other} for this key"), honest.with_header("alg", other.into()), Reason::Algorithm);
        let header = with(&honest.header, "kid", (honest.kid)(other).into()).to_string();
        add(format!("the kid of the issuer's {other} key"), honest.raw(&header, &claims), Reason::Algorithm);
        let header = with(&with(&honest.header, "kid", (honest.kid)(other).into()), "alg", other.into()).to_string();
        add(format!("alg and kid of the issuer's {other} key"), honest.raw(&header, &claims), Reason::Signature);
    }
    let stranger = key(honest.key.algorithm(), Whose::Stranger);
    let header = honest.header.to_string();
    add("the signature of a stranger".to_owned(), stranger.token(&header, &claims), Reason::Signature);
    let elsewhere = (honest.kid_elsewhere)(honest.key.algorithm());
    let header = with(&honest.header, "kid", elsewhere.into()).to_string();
    add("a key of another issuer".to_owned(), stranger.token(&header, &claims), Reason::UnknownKey);
    add("the kid of another issuer's key".to_owned(), honest.raw(&header, &claims), Reason::UnknownKey);
}

/// What else a header may say.
fn headers(honest: &Honest<'_>, add: Add<'_>) {
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

/// Claims that are missing or of no use.
fn claims(honest: &Honest<'_>, add: Add<'_>) {
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
        let fraction = format!("{text}.5").parse::<f64>().unwrap();
        let values = [
            json!(null),
            json!(text),
            json!([now]),
            json!({}),
            json!(true),
            json!(-1),
            json!(fraction),
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

/// Signatures that are nearly right.
fn signatures(honest: &Honest<'_>, add: Add<'_>) {
    let token = honest.token();
    let (message, signature) = token.rsplit_once('.').unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let mut damaged = |name: &str, bytes: &[u8]| {
        add(format!("signature {name}"), format!("{message}.{}", base64url(bytes)), Reason::Signature);
    };
    for (name, at) in [("first", 0), ("middle", bytes.len() / 2), ("last", bytes.len() - 1)] {
        for bit in [0, 7] {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            damaged(&format!("with bit {bit} of its {name} byte flipped"), &flipped);
        }
    }
    damaged("cut by a byte", &bytes[..bytes.len() - 1]);
    damaged("cut by half", &bytes[..bytes.len() / 2]);
    damaged("longer by a byte", &[&bytes[..], &[0]].concat());
    damaged("with a byte before it", &[&[0][..], &bytes].concat());
    damaged("twice", &[&bytes[..], &bytes].concat());
    damaged("empty", &[]);
    damaged("of zeros", &vec![0; bytes.len()]);
    damaged("of ones", &vec![0xff; bytes.len()]);
    damaged("of r = 0, s = 1", &[&vec![0; bytes.len() - 1][..], &[1]].concat());
    damaged("turned round", &bytes.iter().rev().copied().collect::<Vec<u8>>());
    if let TestKey::P256(_) = honest.key {
        let signature = p256::ecdsa::Signature::from_slice(&bytes).unwrap();
        damaged("in DER", signature.to_der().as_bytes());
    }
    let other = honest.with_claim("sub", "somebody else".into());
    let of_other = other.rsplit_once('.').unwrap().1;
    add("signature of another token".to_owned(), format!("{message}.{of_other}"), Reason::Signature);
    let claims = with(&honest.claims, "email", "lead@test.example".into()).to_string();
    let header = message.split_once('.').unwrap().0;
    add("claims of another token".to_owned(), format!("{header}.{}.{signature}", base64url(claims)), Reason::Signature);
}

/// What is no token at all, or one written in another way than the one.
fn shapes(honest: &Honest<'_>, add: Add<'_>) {
    let token = honest.token();
    let [header, claims, signature]: [&str; 3] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
    let (head, body) = (honest.header.to_string(), honest.claims.to_string());
    for (name, token, reason) in [
        ("one part", header.to_owned(), Reason::Shape),
        ("two parts", format!("{header}.{claims}"), Reason::Shape),
        ("four parts", format!("{token}.{signature}"), Reason::Shape),
        ("five parts, as one that is encrypted", format!("{token}.{signature}.{signature}"), Reason::Shape),
        ("a dot before", format!(".{token}"), Reason::Shape),
        ("a dot behind", format!("{token}."), Reason::Shape),
        ("two dots", token.replacen('.', "..", 1), Reason::Shape),
        ("dots alone", "..".to_owned(), Reason::Signature),
        ("no header", format!(".{claims}.{signature}"), Reason::Json),
        ("no claims", format!("{header}..{signature}"), Reason::Json),
        ("padding", format!("{token}="), Reason::Encoding),
        ("padding of its header", format!("{header}==.{claims}.{signature}"), Reason::Encoding),
        ("a blank inside", format!("{header}. {claims}.{signature}"), Reason::Encoding),
        (
            "a blank in the signature",
            token.replacen(signature, &format!("{} {}", &signature[..4], &signature[4..]), 1),
            Reason::Encoding,
        ),
        ("the other base64", format!("{header}.{claims}.+/{}", &signature[2..]), Reason::Encoding),
        ("percent signs", format!("{header}%2E{claims}.{signature}"), Reason::Shape),
        ("a token in quotes", format!("\"{token}\""), Reason::Encoding),
        ("two tokens", format!("{token},{token}"), Reason::Shape),
        ("longer than any", format!("{token}{}", "A".repeat(8192)), Reason::TooLong),
        ("a token as the claims", honest.raw(&head, &token), Reason::Json),
        ("a list of claims", honest.raw(&head, &format!("[{body}]")), Reason::Json),
        ("claims that are text", honest.raw(&head, &json!(body).to_string()), Reason::Json),
        ("claims and more", honest.raw(&head, &format!("{body}{{}}")), Reason::Json),
        ("claims that break off", honest.raw(&head, &body[..body.len() - 1]), Reason::Json),
        ("claims after a byte order mark", honest.raw(&head, &format!("\u{feff}{body}")), Reason::Json),
        ("a header after a byte order mark", honest.raw(&format!("\u{feff}{head}"), &body), Reason::Json),
        (
            "claims of great depth",
            honest.raw(&head, &format!("{}1{}", r#"{"a":"#.repeat(300), "}".repeat(300))),
            Reason::Json,
        ),
        ("null for claims", honest.raw(&head, "null"), Reason::Json),
        ("null for a header", honest.raw("null", &body), Reason::Json),
    ] {
        add(name.to_owned(), token, reason);
    }
    let last = signature.chars().last().unwrap();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    // The last character has bits that no byte uses: another there is the same signature, written otherwise.
    let next = alphabet.chars().nth(alphabet.find(last).unwrap() + 1).unwrap();
    let otherwise = format!("{header}.{claims}.{}{next}", &signature[..signature.len() - 1]);
    add("its signature written otherwise".to_owned(), otherwise, Reason::Encoding);
}
