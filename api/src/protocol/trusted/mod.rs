//! Trusted documents: registered beforehand, named by the hash of their text, run without being
//! parsed or validated again. And persisted queries, which clients register themselves as they go.

mod manifest;
mod store;

use std::sync::Arc;
use std::time::Duration;

use async_graphql::ServerError;
use moka::sync::Cache;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::document::{Document, Documents};
use super::errors::Refusal;
use crate::auth::Viewer;
use crate::db::Db;
pub use manifest::{Entry, ManifestError, read as read_manifest};
pub use store::{Added, add, list, revoke, tables};

/// Documents by their hash, as far as they were asked for lately.
pub struct Persisted {
    /// Of a trust, registered at the console.
    trusted: Cache<(Uuid, Option<String>, Hash), Arc<Document>>,
    /// Sent once with their text, and found valid: of each trust's client applications, and of each caller without one,
    /// their own. Otherwise a hash would tell whether somebody else has asked a text, and the names in it; and one
    /// caller could push out what all others use.
    automatic: Cache<(Uuid, String), Cache<Hash, Arc<Document>>>,
}

/// SHA-256 of a document's text.
pub type Hash = [u8; 32];

/// A document that may be run for somebody.
pub(crate) struct Found {
    pub(crate) document: Arc<Document>,
    /// Whether it was registered at the console, and so what it says is known to the operator.
    pub(crate) trusted: bool,
}

/// For how long at most a revoked document can still be run.
const REMEMBERED: Duration = Duration::from_secs(10);
/// How many trusted documents are remembered.
const MOST: u64 = 2_000;
/// For how many client applications or callers documents that they registered themselves are remembered, how many of
/// each, and how long they are kept if nobody asks for one.
const MOST_CALLERS: u64 = 1_000;
const MOST_OF_ONE: u64 = 200;
const IDLE: Duration = Duration::from_secs(3_600);

/// The hash of a text.
#[must_use]
pub fn hash_of(text: &str) -> Hash {
    Sha256::digest(text.as_bytes()).into()
}

/// A hash in hexadecimal.
#[must_use]
pub fn in_hexadecimal(hash: &Hash) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A hash from hexadecimal.
#[must_use]
pub fn from_hexadecimal(text: &str) -> Option<Hash> {
    let mut hash = [0; 32];
    if text.len() != 2 * hash.len() || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (at, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(hash)
}

/// The client application to whose trusted documents somebody is held; `None` where they may send any.
fn held_to(viewer: &Viewer) -> Option<&str> {
    let client = viewer.client_application().filter(|client| client.trusted_documents_only);
    client.map(|client| client.client_id.as_str())
}

/// Whose documents somebody finds by their hash: those of the client application through which they ask, or else their own.
fn registrar(viewer: &Viewer) -> (Uuid, String) {
    let client = viewer.client_application().map(|client| format!("client {}", client.client_id));
    (viewer.trust(), client.unwrap_or_else(|| format!("caller {}", viewer.actor())))
}

/// Which document a request means.
#[derive(Debug)]
pub(crate) enum DocumentSource {
    /// This text.
    Text(String),
    /// The trusted document with this hash.
    Trusted(Hash),
    /// The one that was sent under this hash before, or the trusted one.
    Automatic(Hash),
    /// This text, to be found again under its hash.
    Register(String, Hash),
}

impl Default for Persisted {
    fn default() -> Self {
        let trusted = Cache::builder().max_capacity(MOST).time_to_live(REMEMBERED).build();
        let automatic = Cache::builder().max_capacity(MOST_CALLERS).time_to_idle(IDLE).build();
        Self { trusted, automatic }
    }
}

impl Persisted {
    /// Finds the document that is meant, for somebody.
    pub(crate) async fn find(
        &self,
        db: &Db,
        documents: &Arc<Documents>,
        viewer: &Viewer,
        source: DocumentSource,
    ) -> Result<Found, Refusal> {
        let read = async |text: &str| documents.read(text).await.map_err(Refusal::graphql);
        let trusted = async |hash| {
            let known = self.trusted(db, documents, viewer, hash).await?;
            known.map(|document| Found { document, trusted: true }).ok_or_else(not_found)
        };
        let untrusted = |document| Found { document, trusted: false };
        match source {
            DocumentSource::Trusted(hash) => trusted(hash).await,
            DocumentSource::Automatic(hash) => {
                if held_to(viewer).is_none()
                    && let Some(known) = self.automatic.get(&registrar(viewer)).and_then(|own| own.get(&hash))
                {
                    return Ok(untrusted(known));
                }
                trusted(hash).await
            }
            DocumentSource::Text(_) | DocumentSource::Register(..) if held_to(viewer).is_some() => {
                let message = "This client may run its trusted documents only: send `documentId`, not `query`.";
                Err(Refusal::one("FORBIDDEN", message, None))
            }
            DocumentSource::Text(text) => read(&text).await.map(untrusted),
            DocumentSource::Register(text, hash) => {
                if hash_of(&text) != hash {
                    let message = "`sha256Hash` is not the SHA-256 of `query`.";
                    return Err(Refusal::one("BAD_USER_INPUT", message, None));
                }
                // Only valid documents are kept, so that nobody can fill the memory with anything else.
                let document = read(&text).await?;
                let own = self.automatic.get_with(registrar(viewer), || Cache::new(MOST_OF_ONE));
                own.insert(hash, Arc::clone(&document));
                Ok(untrusted(document))
            }
        }
    }

    async fn trusted(
        &self,
        db: &Db,
        documents: &Arc<Documents>,
        viewer: &Viewer,
        hash: Hash,
    ) -> Result<Option<Arc<Document>>, Refusal> {
        let only = held_to(viewer);
        let key = (viewer.trust(), only.map(str::to_owned), hash);
        if let Some(known) = self.trusted.get(&key) {
            return Ok(Some(known));
        }
        let Some(text) = store::body(db, viewer.trust(), only, &in_hexadecimal(&hash)).await? else {
            return Ok(None);
        };
        let document = documents.read(&text).await.map_err(Refusal::graphql)?;
        self.trusted.insert(key, Arc::clone(&document));
        Ok(Some(document))
    }
}

/// The words that clients of persisted queries wait for, to send the text then.
fn not_found() -> Refusal {
    Refusal::one("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound", None)
}

/// What is wrong with a document, on one line.
#[must_use]
pub fn in_a_line(errors: &[ServerError]) -> String {
    let places = |error: &ServerError| error.locations.first().map(|place| format!(" (line {})", place.line));
    let lines = errors.iter().take(3).map(|error| error.message.clone() + &places(error).unwrap_or_default());
    lines.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_read_as_it_is_written() {
        let hash = hash_of("{ trust { name } }");
        assert_eq!(from_hexadecimal(&in_hexadecimal(&hash)), Some(hash));
        assert_eq!(from_hexadecimal(&in_hexadecimal(&hash).to_uppercase()), Some(hash));
        for text in ["", "ab", &"g".repeat(64), &"é".repeat(32), &"+1".repeat(32)] {
            assert_eq!(from_hexadecimal(text), None, "{text}");
        }
    }
}
