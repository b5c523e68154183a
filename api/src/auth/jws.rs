//! A token taken apart, before anything of it is believed.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use super::{Algorithm, Reason, json};

/// No honest token is longer, in bytes. Those of people who are in hundreds of groups have 16,000.
const LONGEST_TOKEN: usize = 32_768;

/// A token taken apart: well formed, and not yet verified by anybody.
#[derive(Debug)]
pub struct Token<'t> {
    /// What was signed: header and claims as they came.
    pub(super) message: &'t str,
    /// The signature, as it came.
    pub(super) signature: &'t str,
    /// The algorithm that it names.
    pub(super) algorithm: Algorithm,
    /// The key that it names.
    pub(super) kid: Option<String>,
    /// What it claims.
    pub(super) claims: Map<String, Value>,
}

impl<'t> Token<'t> {
    /// Takes a token apart (RFC 7515, compact). What a header may say of keys (`jku`, `jwk`, `x5u`, `x5c`)
    /// is not looked at: keys come from the issuer.
    ///
    /// # Errors
    /// It is not of the form that we take.
    pub fn read(text: &'t str) -> Result<Self, Reason> {
        if text.len() > LONGEST_TOKEN {
            return Err(Reason::TooLong);
        }
        let (message, signature) = text.rsplit_once('.').ok_or(Reason::Shape)?;
        let (header, claims) = message.split_once('.').ok_or(Reason::Shape)?;
        if claims.contains('.') {
            return Err(Reason::Shape);
        }
        let part = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| Reason::Encoding);
        if part(signature)?.is_empty() {
            return Err(Reason::Signature);
        }
        let header = json::object(&part(header)?).ok_or(Reason::Json)?;
        let claims = json::object(&part(claims)?).ok_or(Reason::Json)?;
        let (algorithm, kid) = read_header(&header)?;
        Ok(Self { message, signature, algorithm, kid, claims })
    }

    /// Who issued it, as it says itself.
    ///
    /// # Errors
    /// `iss` is missing or no string.
    pub fn issuer(&self) -> Result<&str, Reason> {
        self.claims.get("iss").and_then(Value::as_str).ok_or(Reason::Claim("iss"))
    }
}

fn read_header(header: &Map<String, Value>) -> Result<(Algorithm, Option<String>), Reason> {
    // `crit` names extensions that must be understood, and we understand none; `b64` and `zip` change what
    // is signed; `enc` is that of an encrypted token; `cty` says that the claims are something else.
    if let Some(foreign) = ["crit", "b64", "zip", "enc", "cty"].into_iter().find(|name| header.contains_key(*name)) {
        return Err(Reason::Header(foreign));
    }
    if let Some(kind) = header.get("typ") {
        let kind = kind.as_str().ok_or(Reason::Header("typ"))?;
        // The type of a token for sign-in or of an access token (RFC 9068). Media types take upper and lower case
        // alike.
        if !["JWT", "at+jwt", "application/at+jwt"].iter().any(|known| known.eq_ignore_ascii_case(kind)) {
            return Err(Reason::Header("typ"));
        }
    }
    let kid = match header.get("kid") {
        None => None,
        Some(kid) => Some(kid.as_str().ok_or(Reason::Header("kid"))?.to_owned()),
    };
    let name = header.get("alg").and_then(Value::as_str).ok_or(Reason::Header("alg"))?;
    Ok((Algorithm::named(name).ok_or(Reason::Algorithm)?, kid))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn token(header: &str, claims: &str) -> String {
        [header, claims, "signature"].map(|part| URL_SAFE_NO_PAD.encode(part)).join(".")
    }

    #[test]
    fn what_a_token_names_is_read() {
        let text = token(r#"{"alg":"ES256","kid":"a","typ":"AT+JWT","jku":"https://x.example"}"#, r#"{"iss":"i"}"#);
        let token = Token::read(&text).unwrap();
        assert_eq!((token.algorithm, token.kid.as_deref(), token.issuer()), (Algorithm::Es256, Some("a"), Ok("i")));
        assert!(text.starts_with(token.message) && text.ends_with(token.signature));
    }

    #[test]
    fn the_longest_token_is_read_and_one_byte_more_is_not() {
        let text = token(r#"{"alg":"EdDSA"}"#, &format!(r#"{{"iss":"{}"}}"#, "i".repeat(24_540)));
        assert_eq!(text.len(), LONGEST_TOKEN);
        assert!(Token::read(&text).is_ok());
        assert_eq!(Token::read(&format!("{text}A")).unwrap_err(), Reason::TooLong);
    }

    #[test]
    fn a_header_that_asks_for_more_than_we_know_is_refused() {
        for (header, reason) in [
            (r#"{"alg":"none"}"#, Reason::Algorithm),
            (r#"{"alg":"HS256"}"#, Reason::Algorithm),
            (r#"{"alg":"rs256"}"#, Reason::Algorithm),
            (r#"{"alg":["RS256"]}"#, Reason::Header("alg")),
            ("{}", Reason::Header("alg")),
            (r#"{"alg":"RS256","crit":[]}"#, Reason::Header("crit")),
            (r#"{"alg":"RS256","b64":true}"#, Reason::Header("b64")),
            (r#"{"alg":"RS256","typ":"dpop+jwt"}"#, Reason::Header("typ")),
            (r#"{"alg":"RS256","typ":null}"#, Reason::Header("typ")),
            (r#"{"alg":"RS256","kid":7}"#, Reason::Header("kid")),
            (r#"{"alg":"RS256","alg":"RS256"}"#, Reason::Json),
        ] {
            assert_eq!(Token::read(&token(header, "{}")).unwrap_err(), reason, "{header}");
        }
    }
}
