//! Tokens of this machine's own: JWTs signed with the development key (EdDSA).

use chrono::{DateTime, Duration, Utc};
use hmac::{Hmac, Mac};
use jsonwebtoken::{DecodingKey, EncodingKey, Header, encode};
use serde::Serialize;
use sha2::Sha256;
use uuid::Uuid;

use super::{Algorithm, DEVELOPMENT_ISSUER, KeySet, SigningKey, algorithm::of_library};
use crate::error::{Error, Result};

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'static str,
    aud: &'static str,
    sub: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trust: Option<Uuid>,
    iat: i64,
    exp: i64,
}

/// The audience that stands for this service in its own tokens.
pub(super) const AUDIENCE: &str = "plumbline";

/// The keys with which this machine signs its own tokens, and the secret that seals cursors.
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

    /// The secret with which cursors are sealed.
    #[must_use]
    pub const fn cursor_secret(&self) -> &[u8; 32] {
        &self.cursor_secret
    }

    /// Signs a token for a member of staff.
    ///
    /// # Errors
    /// The key cannot sign.
    pub fn issue(&self, staff_member: Uuid, now: DateTime<Utc>, life: Duration) -> Result<String> {
        self.sign(&staff_member.to_string(), None, None, now, life)
    }

    /// Signs a token for a member of staff for whom a client application asks.
    ///
    /// # Errors
    /// The key cannot sign.
    pub fn issue_through(
        &self,
        staff_member: Uuid,
        client_id: &str,
        now: DateTime<Utc>,
        life: Duration,
    ) -> Result<String> {
        self.sign(&staff_member.to_string(), Some(client_id), None, now, life)
    }

    /// Signs a token for a client application that asks for itself. `trust` says in which trust it is registered; it
    /// may be left out where there is one alone.
    ///
    /// # Errors
    /// The key cannot sign.
    pub fn issue_to_client(
        &self,
        client_id: &str,
        trust: Option<Uuid>,
        now: DateTime<Utc>,
        life: Duration,
    ) -> Result<String> {
        self.sign(client_id, Some(client_id), trust, now, life)
    }

    fn sign(
        &self,
        subject: &str,
        client: Option<&str>,
        trust: Option<Uuid>,
        now: DateTime<Utc>,
        life: Duration,
    ) -> Result<String> {
        let claims = Claims {
            iss: DEVELOPMENT_ISSUER,
            aud: AUDIENCE,
            sub: subject,
            client_id: client,
            trust,
            iat: now.timestamp(),
            exp: (now + life).timestamp(),
        };
        encode(&Header::new(of_library(Algorithm::EdDsa)), &claims, &self.signing).map_err(Error::internal)
    }

    /// The keys that verify this machine's own tokens.
    pub(super) fn verifying(&self) -> KeySet {
        KeySet::of_one(Algorithm::EdDsa, self.verifying.clone())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::{
        auth::{Issuers, StaffKey},
        config::Auth,
    };

    #[tokio::test]
    async fn a_token_holds_for_its_life_and_for_its_key_alone() {
        let keys = TokenKeys::new(&SigningKey::generate().unwrap()).unwrap();
        let ours = Issuers::new(&Auth::default(), &keys);
        let theirs = Issuers::new(&Auth::default(), &TokenKeys::new(&SigningKey::generate().unwrap()).unwrap());
        let (staff, now) = (Uuid::now_v7(), Utc::now());
        let token = keys.issue(staff, now, Duration::hours(1)).unwrap();
        assert_eq!(ours.identify(&token, now).await.unwrap().staff, Some(StaffKey::Id(staff)));
        assert!(theirs.identify(&token, now).await.is_err(), "another key");
        assert!(ours.identify(&token, now + Duration::hours(2)).await.is_err(), "expired");
        assert!(ours.identify(&token, now - Duration::hours(1)).await.is_err(), "not yet issued");
        let long = keys.issue(staff, now, Duration::days(2)).unwrap();
        assert!(ours.identify(&long, now).await.is_err(), "lives too long");
        let unsigned = format!("{}.", token.rsplit_once('.').unwrap().0);
        assert!(ours.identify(&unsigned, now).await.is_err(), "unsigned");
    }
}
