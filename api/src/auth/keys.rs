//! The development key pair: made once, kept in a file, used to sign tokens on this machine.

use std::io::Write as _;
use std::path::Path;

use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey, EncodePublicKey, spki::der::pem::LineEnding};

/// An Ed25519 key pair with which this machine signs its own tokens.
#[derive(Clone, Debug)]
pub struct SigningKey {
    private_pem: String,
    public_pem: String,
}

/// A key file cannot be used; says what to do.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("cannot use the key file {path}: {source}. Check the folder, or name another file in auth.key_file")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file holds no Ed25519 private key.
    #[error(
        "{path} holds no Ed25519 private key in PKCS #8 PEM form. Delete it to have a new one made by `plumbline demo`"
    )]
    Content {
        /// The file.
        path: String,
    },
}

impl SigningKey {
    /// Reads the key in `path`.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let shown = path.display().to_string();
        let pem = std::fs::read_to_string(path).map_err(|source| KeyError::File { path: shown.clone(), source })?;
        let key =
            ed25519_dalek::SigningKey::from_pkcs8_pem(&pem).map_err(|_| KeyError::Content { path: shown.clone() })?;
        Self::of(&key).ok_or(KeyError::Content { path: shown })
    }

    /// Reads the key in `path`, or makes one there that only its owner can read.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn read_or_create(path: &Path) -> Result<Self, KeyError> {
        if path.exists() {
            return Self::read(path);
        }
        let failed = |source| KeyError::File { path: path.display().to_string(), source };
        let key = Self::generate().ok_or(KeyError::Content { path: path.display().to_string() })?;
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        // The key is written to a file of its own, which then gets the name unless another process took it meanwhile.
        // So a process that is killed here leaves no half a key, and two that start at once use the same one.
        let aside = path.with_extension(format!("{}.new", std::process::id()));
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&aside).map_err(failed)?;
        file.write_all(key.private_pem.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        let named = std::fs::hard_link(&aside, path);
        std::fs::remove_file(&aside).map_err(failed)?;
        match named {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Self::read(path),
            named => named.map_err(failed).map(|()| key),
        }
    }

    /// A new key; `None` only where the encoding fails, which it does not.
    #[must_use]
    pub fn generate() -> Option<Self> {
        let secret: [u8; 32] = rand::random();
        Self::of(&ed25519_dalek::SigningKey::from_bytes(&secret))
    }

    fn of(key: &ed25519_dalek::SigningKey) -> Option<Self> {
        let private_pem = key.to_pkcs8_pem(LineEnding::LF).ok()?.to_string();
        let public_pem = key.verifying_key().to_public_key_pem(LineEnding::LF).ok()?;
        Some(Self { private_pem, public_pem })
    }

    pub(super) fn private_pem(&self) -> &[u8] {
        self.private_pem.as_bytes()
    }

    pub(super) fn public_pem(&self) -> &[u8] {
        self.public_pem.as_bytes()
    }
}
