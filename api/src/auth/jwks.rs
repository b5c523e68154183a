//! The keys of an issuer. On our side each is bound to its name and to one algorithm.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{DecodingKey, crypto};
use serde_json::{Map, Value};

use super::{Algorithm, Reason, algorithm::of_library, json, jws::Token};

/// The keys of one issuer. A token of that issuer holds only if one of them signed it.
#[derive(Clone)]
pub struct KeySet {
    keys: Vec<Key>,
}

#[derive(Clone)]
struct Key {
    kid: Option<String>,
    algorithm: Algorithm,
    decoding: DecodingKey,
}

/// Keys beyond this number are left out. Issuers have two or three, the largest ten: more are a fault or an attack.
const MOST_KEYS: usize = 100;

/// So many keys of one name are tried for a token.
const MOST_OF_A_NAME: usize = 4;

impl std::fmt::Debug for KeySet {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let named = self.keys.iter().map(|key| (key.kid.as_deref().unwrap_or("(no name)"), key.algorithm.name()));
        formatter.debug_map().entries(named).finish()
    }
}

impl KeySet {
    /// The one key of this machine, which has no name.
    pub(super) fn of_one(algorithm: Algorithm, decoding: DecodingKey) -> Self {
        Self { keys: vec![Key { kid: None, algorithm, decoding }] }
    }

    /// Reads a JWK Set (RFC 7517), and leaves out every key that is for something else, that is too weak,
    /// or whose algorithm is not among those `allowed`.
    ///
    /// `None` where it is no JWK Set at all.
    #[must_use]
    pub fn read(bytes: &[u8], allowed: &[Algorithm]) -> Option<Self> {
        let set = json::object(bytes)?;
        let mut keys = Vec::new();
        for jwk in set.get("keys")?.as_array()?.iter().take(MOST_KEYS) {
            match jwk.as_object().ok_or("it is no object").and_then(|jwk| read_key(jwk, allowed)) {
                Ok(key) => keys.push(key),
                Err(why) => {
                    let kid = jwk
                        .get("kid")
                        .and_then(Value::as_str)
                        .unwrap_or_default()
                        .chars()
                        .take(100)
                        .collect::<String>();
                    tracing::debug!(kid, why, "left out a key of an issuer");
                }
            }
        }
        Some(Self { keys })
    }

    /// How many keys there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Whether a token was signed with the key that it names. It need not name a key if the issuer has only one. Where two
    /// keys have one name, as they do for a while at some issuers that change them, one of them must have signed it.
    ///
    /// # Errors
    /// There is no such key; or it is for another algorithm; or it did not make the signature.
    pub fn verify(&self, token: &Token<'_>) -> Result<(), Reason> {
        let named: Vec<&Key> = match &token.kid {
            Some(kid) => self.keys.iter().filter(|key| key.kid.as_ref() == Some(kid)).collect(),
            None if self.keys.len() == 1 => self.keys.iter().collect(),
            None => Vec::new(),
        };
        if named.is_empty() {
            return Err(Reason::UnknownKey);
        }
        let mut fitting =
            named.into_iter().filter(|key| key.algorithm == token.algorithm).take(MOST_OF_A_NAME).peekable();
        if fitting.peek().is_none() {
            return Err(Reason::Algorithm);
        }
        let signed = |key: &Key| {
            let algorithm = of_library(key.algorithm);
            crypto::verify(token.signature, token.message.as_bytes(), &key.decoding, algorithm).unwrap_or(false)
        };
        if fitting.any(signed) { Ok(()) } else { Err(Reason::Signature) }
    }
}

/// Reads a key for signatures. Its algorithm follows from the key, never from what a token says.
fn read_key(jwk: &Map<String, Value>, allowed: &[Algorithm]) -> Result<Key, &'static str> {
    let text = |name: &str| match jwk.get(name) {
        // Some issuers write a member that they have no value for.
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err("a member that must be text is not"),
    };
    let algorithm = match (text("kty")?, text("crv")?) {
        (Some("RSA"), None) => Algorithm::Rs256,
        (Some("EC"), Some("P-256")) => Algorithm::Es256,
        (Some("OKP"), Some("Ed25519")) => Algorithm::EdDsa,
        _ => return Err("it is of a kind that we do not use"),
    };
    if text("alg")?.is_some_and(|alg| Algorithm::named(alg) != Some(algorithm)) {
        return Err("it is for another algorithm");
    }
    if !allowed.contains(&algorithm) {
        return Err("its algorithm is not among those of the settings");
    }
    if text("use")?.is_some_and(|purpose| purpose != "sig") {
        return Err("it is not for signatures");
    }
    if let Some(operations) = jwk.get("key_ops") {
        let verifies = operations.as_array().is_some_and(|all| all.iter().any(|operation| operation == "verify"));
        if !verifies {
            return Err("it is not for verifying");
        }
    }
    if jwk.contains_key("d") || jwk.contains_key("k") {
        return Err("it is no public key: whoever reads it could sign with it");
    }
    let number = |name: &str| {
        let text = text(name)?.ok_or("a part of it is missing")?;
        URL_SAFE_NO_PAD.decode(text).map(|bytes| (text, bytes)).map_err(|_| "a part of it is not base64url")
    };
    let decoding = match algorithm {
        Algorithm::Rs256 => {
            let ((n, modulus), (e, exponent)) = (number("n")?, number("e")?);
            check_rsa(&modulus, &exponent)?;
            DecodingKey::from_rsa_components(n, e)
        }
        Algorithm::Es256 => {
            let ((x, across), (y, up)) = (number("x")?, number("y")?);
            if (across.len(), up.len()) != (32, 32) {
                return Err("its point does not have two times 32 bytes");
            }
            DecodingKey::from_ec_components(x, y)
        }
        Algorithm::EdDsa => {
            let (x, point) = number("x")?;
            let point: [u8; 32] = point.try_into().map_err(|_| "its point does not have 32 bytes")?;
            let key = ed25519_dalek::VerifyingKey::from_bytes(&point).map_err(|_| "its point is not on the curve")?;
            // For such a key, anybody can make a signature without its secret.
            if key.is_weak() {
                return Err("its point is of small order");
            }
            DecodingKey::from_ed_components(x)
        }
    };
    let decoding = decoding.map_err(|_| "the cryptography does not take it")?;
    // The cryptography finds a point off the curve only when it uses the key. So the key is used here once, before
    // somebody's token comes.
    crypto::verify("AA", b"", &decoding, of_library(algorithm)).map_err(|_| "the cryptography does not take it")?;
    Ok(Key { kid: text("kid")?.map(str::to_owned), algorithm, decoding })
}

/// 2048 bits at least (RFC 7518, 3.3), 4096 at most, which is what the cryptography takes.
fn check_rsa(modulus: &[u8], exponent: &[u8]) -> Result<(), &'static str> {
    let significant = |number: &[u8]| {
        let leading = number.iter().take_while(|byte| **byte == 0).count();
        number.get(leading).map_or(0, |first| (number.len() - leading) * 8 - first.leading_zeros() as usize)
    };
    let odd = |number: &[u8]| number.last().is_some_and(|last| last & 1 == 1);
    if !(2048..=4096).contains(&significant(modulus)) || !odd(modulus) {
        return Err("it does not have 2048 to 4096 bits");
    }
    // 3 to 2^32: with an exponent of 1 every text is its own signature.
    if !(2..=32).contains(&significant(exponent)) || !odd(exponent) {
        return Err("its exponent is not a small odd number above 1");
    }
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use serde_json::json;

    use super::*;

    fn number(bytes: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// An odd number of this many bits. It is not the product of two primes, but nothing here asks that.
    fn rsa(bits: usize) -> Value {
        let mut modulus = vec![0xff; bits.div_ceil(8)];
        modulus[0] >>= (8 - bits % 8) % 8;
        json!({ "kty": "RSA", "n": number(&modulus), "e": "AQAB", "kid": "a" })
    }

    /// The key of RFC 7515, A.3.
    fn p256() -> Value {
        json!({ "kty": "EC", "crv": "P-256", "kid": "b", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0" })
    }

    /// The key of RFC 8037, A.2.
    fn ed25519() -> Value {
        json!({ "kty": "OKP", "crv": "Ed25519", "kid": "c", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" })
    }

    fn with(mut jwk: Value, name: &str, value: impl Into<Value>) -> Value {
        jwk[name] = value.into();
        jwk
    }

    fn used(jwk: &Value) -> bool {
        let set = json!({ "keys": [jwk] }).to_string();
        !KeySet::read(set.as_bytes(), &Algorithm::all()).unwrap().is_empty()
    }

    #[test]
    fn a_key_of_each_kind_is_used() {
        for jwk in [rsa(2048), rsa(3072), rsa(4096), p256(), ed25519()] {
            assert!(used(&jwk), "{jwk}");
            assert!(used(&with(jwk.clone(), "use", "sig")), "{jwk}");
            assert!(used(&with(jwk.clone(), "key_ops", json!(["verify"]))), "{jwk}");
            assert!(used(&with(jwk.clone(), "x5c", json!(["no certificate"]))), "{jwk}");
        }
        assert!(used(&with(rsa(2048), "alg", "RS256")));
        assert!(used(&with(p256(), "alg", "ES256")));
        assert!(used(&with(ed25519(), "alg", "EdDSA")));
        assert!(used(&with(ed25519(), "alg", "Ed25519")), "the name of RFC 9864");
        assert!(used(&with(with(rsa(2048), "alg", Value::Null), "use", Value::Null)));
    }

    #[test]
    fn a_key_that_is_weak_or_for_something_else_is_left_out() {
        let small_order = number(&[&[1][..], &[0; 31]].concat());
        for jwk in [
            rsa(1024),
            rsa(2047),
            rsa(4097),
            with(rsa(2048), "e", "AQ"),
            with(rsa(2048), "e", "AQAA"),
            with(rsa(2048), "e", ""),
            with(rsa(2048), "n", format!("{}=", "A".repeat(343))),
            with(rsa(2048), "n", number(&[&[0; 128][..], &[0xff; 128]].concat())),
            with(rsa(2048), "alg", "PS256"),
            with(rsa(2048), "alg", "HS256"),
            with(rsa(2048), "alg", "RSA-OAEP"),
            with(rsa(2048), "alg", 7),
            with(rsa(2048), "use", "enc"),
            with(rsa(2048), "key_ops", json!(["encrypt"])),
            with(rsa(2048), "d", "AQAB"),
            with(rsa(2048), "crv", "P-256"),
            with(p256(), "crv", "P-384"),
            with(p256(), "alg", "ES384"),
            with(p256(), "y", number(&[7; 32])),
            with(p256(), "x", number(&[7; 31])),
            with(p256(), "kid", json!(["b"])),
            with(ed25519(), "crv", "Ed448"),
            with(ed25519(), "crv", "X25519"),
            with(ed25519(), "x", small_order),
            with(ed25519(), "x", number(&[7; 33])),
            json!({ "kty": "oct", "k": "c2VjcmV0", "kid": "a" }),
            json!({ "kid": "a" }),
            json!("a"),
            json!(null),
        ] {
            assert!(!used(&jwk), "{jwk}");
        }
    }

    #[test]
    fn the_settings_say_which_algorithms_an_issuer_may_use() {
        let set = json!({ "keys": [rsa(2048), p256(), ed25519()] }).to_string();
        let keys = KeySet::read(set.as_bytes(), &[Algorithm::Es256]).unwrap();
        assert_eq!(format!("{keys:?}"), r#"{"b": "ES256"}"#);
        let many = json!({ "keys": vec![ed25519(); MOST_KEYS + 1] }).to_string();
        assert_eq!(KeySet::read(many.as_bytes(), &Algorithm::all()).unwrap().len(), MOST_KEYS);
        for other in ["", "[]", "{}", r#"{"keys": {}}"#, r#"{"keys": [], "keys": []}"#] {
            assert!(KeySet::read(other.as_bytes(), &Algorithm::all()).is_none(), "{other}");
        }
    }
}
