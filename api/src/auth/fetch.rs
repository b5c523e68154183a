//! The keys of an issuer from where it publishes them: OpenID discovery, then its JWK Set.

use std::path::Path;
use std::time::Duration;

use super::{KeySet, json};
use crate::config::IssuerSettings;
use crate::https::{self, AuthorityError, HttpsClient};
use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode, Uri, header},
};
use chrono::{DateTime, TimeDelta, Utc};

/// How long both requests together may take. A caller's request waits for them.
const LONGEST_FETCH: Duration = Duration::from_secs(5);
/// The largest document that is read, in bytes; the largest issuers have some 20 KB.
const LARGEST_DOCUMENT: usize = 256 * 1024;

/// Why keys could not be fetched: for the log.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("it did not answer within {} seconds", LONGEST_FETCH.as_secs())]
    Late,
    #[error("cannot reach {0}: {1}")]
    Unreachable(Uri, String),
    #[error("{0} answered {1}, and not 200; redirects are not followed")]
    Status(Uri, StatusCode),
    #[error("{0} answered more than {LARGEST_DOCUMENT} bytes, or broke off")]
    Body(Uri),
    #[error("{0} answered no {1}")]
    Content(Uri, &'static str),
    #[error("the discovery document is that of another issuer; `issuer` in the settings must be just what it says")]
    OtherIssuer,
    #[error("the discovery document names an address of keys that may not be asked: {0}")]
    Address(String),
    #[error(transparent)]
    Authority(#[from] AuthorityError),
}

/// Fetches the keys of an issuer.
pub(super) async fn keys(settings: &IssuerSettings, ca_file: Option<&Path>) -> Result<KeySet, FetchError> {
    Ok(fetch(settings, ca_file).await?.0)
}

/// What an issuer is like, for whoever sets the service up.
#[derive(Clone, Copy, Debug)]
pub struct SeenIssuer {
    /// How many keys it publishes that may be used.
    pub keys: usize,
    /// How far its clock is ahead of this machine's, to the second; none if it does not say what time it is.
    pub clock_ahead: Option<TimeDelta>,
}

/// Looks at an issuer, as the service does before it takes a token of it.
///
/// # Errors
/// Its keys cannot be had; says why.
pub async fn look_at_issuer(settings: &IssuerSettings, ca_file: Option<&Path>) -> Result<SeenIssuer, String> {
    let (keys, theirs) = fetch(settings, ca_file).await.map_err(|error| error.to_string())?;
    let clock_ahead = theirs.map(|theirs| theirs - Utc::now());
    Ok(SeenIssuer { keys: keys.len(), clock_ahead })
}

/// The keys of an issuer, and what time it is there.
type Fetched = (KeySet, Option<DateTime<Utc>>);

async fn fetch(settings: &IssuerSettings, ca_file: Option<&Path>) -> Result<Fetched, FetchError> {
    let fetched = tokio::time::timeout(LONGEST_FETCH, discover(settings, ca_file)).await;
    fetched.unwrap_or(Err(FetchError::Late))
}

async fn discover(settings: &IssuerSettings, ca_file: Option<&Path>) -> Result<Fetched, FetchError> {
    // Made for each fetch: there are minutes between two, and certificates may have been renewed.
    let client = https::client(ca_file)?;
    // OpenID Connect Discovery 1.0, 4: a slash at the end is taken off first.
    let discovery = format!("{}/.well-known/openid-configuration", settings.issuer.trim_end_matches('/'));
    let discovery = address(settings, &discovery)?;
    let document = json::object(&get(&client, &discovery).await?.0)
        .ok_or_else(|| FetchError::Content(discovery.clone(), "JSON object"))?;
    if document.get("issuer").and_then(serde_json::Value::as_str) != Some(settings.issuer.as_str()) {
        return Err(FetchError::OtherIssuer);
    }
    let keys = document.get("jwks_uri").and_then(serde_json::Value::as_str);
    let keys = address(settings, keys.ok_or(FetchError::Content(discovery, "`jwks_uri`"))?)?;
    let (set, now) = get(&client, &keys).await?;
    let read = KeySet::read(&set, &settings.algorithms).ok_or(FetchError::Content(keys, "JWK Set"))?;
    Ok((read, now))
}

fn address(settings: &IssuerSettings, text: &str) -> Result<Uri, FetchError> {
    let address = text.parse::<Uri>().ok().filter(|address| settings.may_ask(address));
    address.ok_or_else(|| FetchError::Address(text.chars().take(200).collect()))
}

async fn get(client: &HttpsClient, address: &Uri) -> Result<(Vec<u8>, Option<DateTime<Utc>>), FetchError> {
    let unreachable =
        |error: &(dyn std::error::Error + 'static)| FetchError::Unreachable(address.clone(), https::reason(error));
    let request = Request::get(address).header(header::ACCEPT, "application/json").body(Body::empty());
    let response = client.request(request.map_err(|error| unreachable(&error))?).await;
    let response = response.map_err(|error| unreachable(&error))?;
    if response.status() != StatusCode::OK {
        return Err(FetchError::Status(address.clone(), response.status()));
    }
    let now = response.headers().get(header::DATE).and_then(|date| date.to_str().ok());
    let now = now.and_then(|date| DateTime::parse_from_rfc2822(date).ok()).map(|date| date.to_utc());
    let body = to_bytes(Body::new(response.into_body()), LARGEST_DOCUMENT).await;
    body.map(|bytes| (bytes.to_vec(), now)).map_err(|_| FetchError::Body(address.clone()))
}
