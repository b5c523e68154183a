//! Bearer tokens: JWTs signed with the development key (EdDSA).

use chrono::{DateTime, Duration, Utc};
use hmac::{Hmac, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use uuid::Uuid;

use super::SigningKey;
use crate::error::{Error, Result};

/// The claims of a token: who, for whom, from when until when. What they may see is not in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Claims {
    /// Who issued it.
    pub iss: String,
    /// For whom it was issued: this service.
    pub aud: String,
    /// The id of the member of staff.
    pub sub: Uuid,
    /// When it was issued, in seconds since 1970.
    pub iat: i64,
    /// From when it holds, where it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    /// Until when it holds.
    pub exp: i64,
}

/// The service's own issuer and audience.
const ISSUER: &str = "https://plumbline.example/development";
const AUDIENCE: &str = "plumbline";
/// Clocks of two machines may differ by this much, in seconds.
const LEEWAY: i64 = 5;
const LONGEST_LIFE: i64 = 24 * 3600;
/// No honest token is longer.
const LONGEST_TOKEN: usize = 4096;

/// What signs and verifies tokens, and keys the signatures of cursors.
#[derive(Clone)]
pub struct TokenKeys {
    signing: EncodingKey,
    verifying: DecodingKey,
    cursor_secret: [u8; 32],
}

impl std::fmt::Debug for TokenKeys {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("TokenKeys")
    }
}

impl TokenKeys {
    /// The keys that follow from a key pair.
    ///
    /// # Errors
    /// The pair is not usable for EdDSA.
    pub fn new(key: &SigningKey) -> Result<Self> {
        let signing = EncodingKey::from_ed_pem(key.private_pem()).map_err(Error::internal)?;
        let verifying = DecodingKey::from_ed_pem(key.public_pem()).map_err(Error::internal)?;
        // Derived from the private key, so that instances which share the one share the other.
        let mut mac = Hmac::<Sha256>::new_from_slice(key.private_pem()).map_err(Error::internal)?;
        mac.update(b"plumbline cursor");
        Ok(Self { signing, verifying, cursor_secret: mac.finalize().into_bytes().into() })
    }

    /// The secret with which cursors are signed.
    #[must_use]
    pub const fn cursor_secret(&self) -> &[u8; 32] {
        &self.cursor_secret
    }

    /// Signs a token for a member of staff.
    ///
    /// # Errors
    /// The key cannot sign.
    pub fn issue(&self, staff_member: Uuid, now: DateTime<Utc>, life: Duration) -> Result<String> {
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: staff_member,
            iat: now.timestamp(),
            nbf: None,
            exp: (now + life).timestamp(),
        };
        encode(&Header::new(Algorithm::EdDSA), &claims, &self.signing).map_err(Error::internal)
    }

    /// The claims of a token that holds.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`], which never says what was wrong; the log does.
    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Claims> {
        self.check(token, now).map_err(|why| {
            tracing::info!(reason = why, "a token was refused");
            Error::Unauthenticated
        })
    }

    fn check(&self, token: &str, now: DateTime<Utc>) -> Result<Claims, &'static str> {
        if token.len() > LONGEST_TOKEN {
            return Err("too long");
        }
        let header = decode_header(token).map_err(|_| "not a JWT")?;
        if header.typ.as_deref().is_some_and(|typ| !typ.eq_ignore_ascii_case("JWT")) {
            return Err("another type");
        }
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        // The library lets a token without `iss` or `aud` pass unless they are required by name.
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // Times are checked below, by the service's clock.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let claims = decode::<Claims>(token, &self.verifying, &validation).map_err(|_| "signature or claims")?.claims;
        let now = now.timestamp();
        if claims.exp.saturating_add(LEEWAY) <= now {
            return Err("expired");
        }
        if claims.iat > now + LEEWAY || claims.nbf.is_some_and(|nbf| nbf > now + LEEWAY) {
            return Err("not yet valid");
        }
        if claims.exp.saturating_sub(claims.iat) > LONGEST_LIFE {
            return Err("lives too long");
        }
        Ok(claims)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_token_holds_for_its_life_and_for_its_key_alone() {
        let keys = TokenKeys::new(&SigningKey::generate().unwrap()).unwrap();
        let others = TokenKeys::new(&SigningKey::generate().unwrap()).unwrap();
        let (staff, now) = (Uuid::now_v7(), Utc::now());
        let token = keys.issue(staff, now, Duration::hours(1)).unwrap();
        assert_eq!(keys.verify(&token, now).unwrap().sub, staff);
        assert!(others.verify(&token, now).is_err(), "another key");
        assert!(keys.verify(&token, now + Duration::hours(2)).is_err(), "expired");
        assert!(keys.verify(&token, now - Duration::hours(1)).is_err(), "not yet issued");
        let long = keys.issue(staff, now, Duration::days(2)).unwrap();
        assert!(keys.verify(&long, now).is_err(), "lives too long");
        let mut parts: Vec<&str> = token.split('.').collect();
        parts[2] = "";
        assert!(keys.verify(&parts.join("."), now).is_err(), "unsigned");
    }
}
