//! Why a token does not hold.

/// Why a token does not hold: for the log alone, as the caller is never told which it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// Longer than any honest token.
    #[error("too long")]
    TooLong,
    /// Not three parts between two dots.
    #[error("not three parts")]
    Shape,
    /// A part is not base64url, is padded, or is written in another way than the canonical one.
    #[error("base64")]
    Encoding,
    /// The header or the claims are no JSON object, or name a member twice.
    #[error("JSON")]
    Json,
    /// The header has this member, which we never take or do not take with this value.
    #[error("header `{0}`")]
    Header(&'static str),
    /// An algorithm that is not ours, not the issuer's, or not the key's.
    #[error("algorithm")]
    Algorithm,
    /// No issuer of this name is configured.
    #[error("unknown issuer")]
    Issuer,
    /// The claim is missing or has a value that it must not have.
    #[error("claim `{0}`")]
    Claim(&'static str),
    /// It is meant for another audience.
    #[error("audience")]
    Audience,
    /// Its time is over.
    #[error("expired")]
    Expired,
    /// Its time has not come, or it was issued in the future.
    #[error("not yet valid")]
    NotYetValid,
    /// It holds for longer than a day.
    #[error("lives too long")]
    LivesTooLong,
    /// The issuer has no key of this name, or it names none and there are several.
    #[error("unknown key")]
    UnknownKey,
    /// The signature is not that of the key.
    #[error("signature")]
    Signature,
}
