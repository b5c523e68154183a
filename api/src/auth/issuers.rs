//! Whose tokens are accepted: this machine's own, and those of the issuers of the configuration.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use futures_util::future::join_all;

use super::{
    Algorithm, DEVELOPMENT_ISSUER, Identity, Issuer, KeySet, Reason, TokenKeys, TrustKey,
    claims::{Claims, ClientClaims, Rules, StaffClaim},
    jws::Token,
    remote::Remote,
    token::AUDIENCE,
};
use crate::{
    config::Auth,
    error::{Error, Result},
};

/// Whose tokens are accepted, with the keys of each.
pub struct Issuers {
    known: Vec<Known>,
}

struct Known {
    issuer: Issuer,
    rules: Rules,
    trust: Option<String>,
    keys: Keys,
}

enum Keys {
    Here(KeySet),
    There(Arc<Remote>),
}

impl std::fmt::Debug for Issuers {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_list().entries(self.known.iter().map(|known| &known.rules.issuer)).finish()
    }
}

impl Issuers {
    /// The issuers of a configuration, and this machine where its own key is accepted. Asks nobody yet.
    #[must_use]
    pub fn new(settings: &Auth, keys: &TokenKeys) -> Self {
        let keep = Duration::hours(settings.keep_keys_hours.into());
        let external = settings.issuers.iter().map(|issuer| Known {
            issuer: Issuer::External(issuer.issuer.clone()),
            rules: Rules {
                issuer: issuer.issuer.clone(),
                audience: issuer.audience.clone(),
                algorithms: issuer.algorithms.clone(),
                staff: StaffClaim::Email(issuer.staff_claim.clone()),
                client: ClientClaims { further: issuer.client_claims.clone(), required: issuer.require_client },
            },
            trust: issuer.trust.clone(),
            keys: Keys::There(Arc::new(Remote::new(issuer.clone(), settings.ca_file.clone(), keep))),
        });
        let mut known: Vec<Known> = external.collect();
        if settings.accepts_development_key() {
            known.push(Known {
                issuer: Issuer::Development,
                rules: Rules {
                    issuer: DEVELOPMENT_ISSUER.to_owned(),
                    audience: AUDIENCE.to_owned(),
                    algorithms: vec![Algorithm::EdDsa],
                    staff: StaffClaim::Subject,
                    client: ClientClaims::usual(),
                },
                trust: None,
                keys: Keys::Here(keys.verifying()),
            });
        }
        Self { known }
    }

    /// Who a token speaks for. The token is nowhere logged; why it was refused is.
    ///
    /// # Errors
    /// [`Error::InvalidToken`], which never says what was wrong; [`Error::IssuerUnreachable`].
    pub async fn identify(&self, token: &str, now: DateTime<Utc>) -> Result<Identity> {
        let refused = |reason: Reason, issuer: Option<&Known>| {
            let issuer = issuer.map(|known| known.rules.issuer.as_str());
            tracing::info!(%reason, issuer, "a token was refused");
            Error::InvalidToken
        };
        let token = Token::read(token).map_err(|reason| refused(reason, None))?;
        let named = token.issuer().map_err(|reason| refused(reason, None))?;
        let known = self.known.iter().find(|known| known.rules.issuer == named);
        let known = known.ok_or_else(|| refused(Reason::Issuer, None))?;
        let claims = known.verify(&token, now).await?.map_err(|reason| refused(reason, Some(known)))?;
        Ok(Identity {
            issuer: known.issuer.clone(),
            subject: claims.subject,
            staff: claims.staff,
            client: claims.client,
            own: claims.own,
            trust: known.trust.clone().map(TrustKey::Name).or(claims.trust.map(TrustKey::Id)),
            asked: None,
            expires_at: claims.expires_at,
        })
    }

    /// Tells the log who may sign, and fetches their keys, so that the first caller need not wait.
    pub async fn prepare(&self, now: DateTime<Utc>) {
        join_all(self.known.iter().map(|known| known.prepare(self.known.len() > 1, now))).await;
    }
}

impl Known {
    async fn prepare(&self, beside_others: bool, now: DateTime<Utc>) {
        let Rules { issuer, audience, .. } = &self.rules;
        match &self.keys {
            Keys::There(remote) => {
                tracing::info!(issuer, audience, trust = self.trust, "accepts tokens of this issuer");
                // A failure is logged where it happens; it is tried again when a token comes.
                let _ = remote.keys(now).await;
            }
            Keys::Here(_) if beside_others => tracing::warn!(
                "accepts tokens signed with the development key beside those of issuers: whoever has its file can be anybody"
            ),
            Keys::Here(_) => tracing::info!("accepts tokens signed with the development key alone"),
        }
    }

    async fn verify(&self, token: &Token<'_>, now: DateTime<Utc>) -> Result<Result<Claims, Reason>> {
        let claims = match self.rules.check(token, now) {
            Ok(claims) => claims,
            Err(reason) => return Ok(Err(reason)),
        };
        let signed = match &self.keys {
            Keys::Here(keys) => keys.verify(token),
            Keys::There(remote) => self.verify_by(remote, token, now).await?,
        };
        Ok(signed.map(|()| claims))
    }

    async fn verify_by(
        &self,
        remote: &Arc<Remote>,
        token: &Token<'_>,
        now: DateTime<Utc>,
    ) -> Result<Result<(), Reason>> {
        let arrival = remote.arrival();
        let mut keys = remote.keys(now).await.map_err(|none| {
            tracing::warn!(issuer = self.rules.issuer, "a token cannot be checked: there are no keys of its issuer");
            Error::IssuerUnreachable { retry_after: none.retry_after }
        })?;
        loop {
            let signed = keys.verify(token);
            // A key that we do not know may be a new one. A token that names no key was signed with the only key of
            // its issuer, which may be another by now.
            let perhaps_new = match signed {
                Err(Reason::UnknownKey) => true,
                Err(Reason::Signature) => token.kid.is_none(),
                _ => false,
            };
            match if perhaps_new { remote.newer_than(&keys, arrival, now).await } else { None } {
                Some(newer) => keys = newer,
                None => return Ok(signed),
            }
        }
    }
}
