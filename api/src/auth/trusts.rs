//! In which trust somebody asks. It is said by the operator, by the issuer or by whoever asks, and never found out from the
//! accounts and registrations that there are: else a trust could make itself the one by making a row.

use axum::http::{HeaderMap, HeaderName};
use percent_encoding::percent_decode;
use plumbline_entity::trust;
use uuid::Uuid;

use super::{Identity, StaffKey, TrustKey};
use crate::{
    db::{Db, Read, Reason, TrustOfToken},
    error::{Error, Result},
};

/// The header in which a caller says in which trust they ask: its registered name, percent-encoded where it is not plain
/// ASCII.
pub const TRUST_HEADER: HeaderName = HeaderName::from_static("plumbline-trust");

/// The longest value of the header, in bytes: a name of 100 characters of four bytes, each written in three characters.
const LONGEST: usize = 1_200;

/// In which trust whoever a token speaks for is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// In that of their account: the token names it by its id, which is unique everywhere.
    Any,
    /// In this one.
    This(Uuid),
    /// In none: there is no trust of the name, or two were named.
    Nowhere,
}

/// In which trust somebody asks: the one of their issuer, the one that they say, or the only one that there is.
///
/// # Errors
/// There are several, and nothing says which. Or the database failed.
pub(super) async fn trust_of(db: &Db, identity: &Identity) -> Result<Which> {
    let mut which = Which::Any;
    let asked = identity.asked.as_ref().map(|name| TrustKey::Name(name.clone()));
    for key in identity.trust.iter().chain(&asked) {
        let found = match key {
            TrustKey::Id(id) => Some(*id),
            TrustKey::Name(name) => named(db, name).await?,
        };
        which = match (found, which) {
            (Some(found), Which::Any) => Which::This(found),
            (Some(found), Which::This(other)) if found == other => which,
            _ => return Ok(Which::Nowhere),
        };
    }
    if which != Which::Any || matches!(identity.staff, Some(StaffKey::Id(_))) {
        return Ok(which);
    }
    let trusts = db.all(TrustOfToken.of::<trust::Entity>().rows().limit(2)).await?;
    match trusts.as_slice() {
        [] => Ok(Which::Nowhere),
        [only] => Ok(Which::This(only.id)),
        _ => Err(Error::TrustNotSaid),
    }
}

async fn named(db: &Db, name: &str) -> Result<Option<Uuid>> {
    let wanted = trust::COLUMN.name.eq(name);
    let found = db.one(TrustOfToken.of::<trust::Entity>().filter(wanted).rows()).await?;
    Ok(found.map(|trust| trust.id))
}

/// The trust that a request names in its header.
///
/// # Errors
/// There is more than one, or one that cannot be the name of a trust.
pub fn trust_asked(headers: &HeaderMap) -> Result<Option<String>> {
    let mut given = headers.get_all(TRUST_HEADER).iter();
    match (given.next(), given.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => trust_in(value.as_bytes()).map(Some),
        _ => Err(unreadable()),
    }
}

/// The name of a trust in a text that stands for the value of [`TRUST_HEADER`].
///
/// # Errors
/// It cannot be the name of a trust.
pub fn trust_in(value: &[u8]) -> Result<String> {
    if value.len() > LONGEST {
        return Err(unreadable());
    }
    let name = percent_decode(value).decode_utf8().map_err(|_| unreadable())?;
    let name = name.trim();
    if name.is_empty() { Err(unreadable()) } else { Ok(name.to_owned()) }
}

fn unreadable() -> Error {
    Error::BadUserInput(format!(
        "`{TRUST_HEADER}` is the registered name of one trust, in UTF-8, percent-encoded where it is not plain ASCII."
    ))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_plain_and_percent_encoded() {
        for (value, name) in [
            ("Oak Trust", "Oak Trust"),
            ("Oak%20Trust", "Oak Trust"),
            ("Caf\u{e9} Trust", "Caf\u{e9} Trust"),
            ("Caf%C3%A9%20Trust", "Caf\u{e9} Trust"),
            ("100% Trust", "100% Trust"),
            ("%", "%"),
        ] {
            assert_eq!(trust_in(value.as_bytes()).unwrap(), name);
        }
        let longest = "%F0%9F%8C%B3".repeat(100);
        assert_eq!(trust_in(longest.as_bytes()).unwrap().chars().count(), 100);
        for bad in ["", "  ", "%FF", &format!("{longest}x")] {
            assert!(trust_in(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_request_names_one_trust() {
        let mut headers = HeaderMap::new();
        assert_eq!(trust_asked(&headers).unwrap(), None);
        headers.append(TRUST_HEADER, "Oak Trust".parse().unwrap());
        assert_eq!(trust_asked(&headers).unwrap().as_deref(), Some("Oak Trust"));
        headers.append(TRUST_HEADER, "Ash Trust".parse().unwrap());
        assert!(trust_asked(&headers).is_err());
    }
}
