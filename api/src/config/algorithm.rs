//! The algorithms that a token may be signed with.

use serde::{Deserialize, Serialize};

/// An algorithm that a token may be signed with. There are no others: none with a shared secret, and never `none`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518, 3.3); keys of 2048 to 4096 bits.
    #[serde(rename = "RS256")]
    Rs256,
    /// ECDSA on P-256 with SHA-256 (RFC 7518, 3.4).
    #[serde(rename = "ES256")]
    Es256,
    /// EdDSA on Ed25519 (RFC 8037, 3.1).
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl Algorithm {
    /// All of them.
    #[must_use]
    pub fn all() -> Vec<Self> {
        vec![Self::Rs256, Self::Es256, Self::EdDsa]
    }

    /// The name in a token's header, letter by letter.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// The algorithm of a name. `Ed25519` is what RFC 9864 calls the one of them that issuers use as `EdDSA`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let name = if name == "Ed25519" { "EdDSA" } else { name };
        Self::all().into_iter().find(|algorithm| algorithm.name() == name)
    }
}
