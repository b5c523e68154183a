//! Keys of each kind, made for the test run.

use std::sync::LazyLock;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::Signer as _;
use rsa::pkcs8::{EncodePublicKey as _, LineEnding};
use rsa::signature::{RandomizedSigner as _, SignatureEncoding as _};
use rsa::traits::PublicKeyParts as _;
use serde_json::{Value, json};

/// What is written into tokens.
pub fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A key pair.
pub enum TestKey {
    Rsa(Box<rsa::RsaPrivateKey>),
    P256(p256::ecdsa::SigningKey),
    Ed25519(ed25519_dalek::SigningKey),
}

/// The kinds of key, by the algorithm that they sign with.
pub const ALGORITHMS: [&str; 3] = ["RS256", "ES256", "EdDSA"];

/// One of two keys of an algorithm: the issuer's, and a stranger's. Made once, as an RSA key takes a while.
pub fn key(algorithm: &str, whose: Whose) -> &'static TestKey {
    static KEYS: LazyLock<[[TestKey; 2]; 3]> =
        LazyLock::new(|| ALGORITHMS.map(|algorithm| [TestKey::new(algorithm), TestKey::new(algorithm)]));
    let at = ALGORITHMS.iter().position(|known| *known == algorithm).unwrap();
    &KEYS[at][whose as usize]
}

/// Whose key it is.
#[derive(Clone, Copy)]
pub enum Whose {
    Issuer,
    Stranger,
}

impl TestKey {
    /// A new key.
    pub fn new(algorithm: &str) -> Self {
        match algorithm {
            "RS256" => Self::rsa(2048),
            "ES256" => Self::P256(p256::ecdsa::SigningKey::random(&mut rsa::rand_core::OsRng)),
            "EdDSA" => Self::Ed25519(ed25519_dalek::SigningKey::generate(&mut rsa::rand_core::OsRng)),
            other => panic!("{other}"),
        }
    }

    /// A new RSA key of so many bits.
    pub fn rsa(bits: usize) -> Self {
        Self::Rsa(Box::new(rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, bits).unwrap()))
    }

    /// The algorithm that it signs with.
    pub const fn algorithm(&self) -> &'static str {
        match self {
            Self::Rsa(_) => "RS256",
            Self::P256(_) => "ES256",
            Self::Ed25519(_) => "EdDSA",
        }
    }

    /// The public key as an issuer publishes it.
    pub fn jwk(&self, kid: &str) -> Value {
        let (kind, alg) = (json!({ "kid": kid, "use": "sig" }), self.algorithm());
        let mut jwk = match self {
            Self::Rsa(key) => {
                json!({ "kty": "RSA", "n": base64url(key.n().to_bytes_be()), "e": base64url(key.e().to_bytes_be()) })
            }
            Self::P256(key) => {
                let point = key.verifying_key().to_encoded_point(false);
                json!({ "kty": "EC", "crv": "P-256", "x": base64url(point.x().unwrap()), "y": base64url(point.y().unwrap()) })
            }
            Self::Ed25519(key) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": base64url(key.verifying_key().as_bytes()) })
            }
        };
        let members = jwk.as_object_mut().unwrap();
        members.extend(kind.as_object().unwrap().clone());
        members.insert("alg".to_owned(), alg.into());
        jwk
    }

    /// The public key as a file has it.
    pub fn public_pem(&self) -> String {
        match self {
            Self::Rsa(key) => key.to_public_key().to_public_key_pem(LineEnding::LF).unwrap(),
            Self::P256(key) => p256::PublicKey::from(key.verifying_key()).to_public_key_pem(LineEnding::LF).unwrap(),
            Self::Ed25519(key) => {
                ed25519_dalek::pkcs8::EncodePublicKey::to_public_key_pem(&key.verifying_key(), LineEnding::LF).unwrap()
            }
        }
    }

    /// A signature as a token has it.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Rsa(key) => rsa::pkcs1v15::SigningKey::<sha2::Sha256>::new((**key).clone())
                .sign_with_rng(&mut rsa::rand_core::OsRng, message)
                .to_vec(),
            Self::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                signature.to_bytes().to_vec()
            }
            Self::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
        }
    }

    /// A token of this header and these claims, as they stand.
    pub fn token(&self, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", base64url(header), base64url(claims));
        format!("{message}.{}", base64url(self.sign(message.as_bytes())))
    }
}
