//! The bearer token of a request (RFC 6750), and who it speaks for.

use axum::{
    extract::Query,
    http::{HeaderMap, Uri, header},
};
use chrono::{DateTime, Utc};

use super::{
    Identity, Viewer, client_of,
    trusts::{Which, trust_of},
    viewer_of,
};
use crate::{
    config::TimeZone,
    db::Db,
    error::{Error, Result},
};

/// The token of a request: in its one `Authorization` header, and nowhere else.
///
/// # Errors
/// There is none, more than one, or one in the address.
pub fn bearer<'h>(headers: &'h HeaderMap, uri: &Uri) -> Result<&'h str> {
    refuse_in_address(uri)?;
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let value = match (given.next(), given.next()) {
        (None, _) => return Err(Error::Unauthenticated),
        (Some(value), None) => value,
        _ => return Err(Error::MisplacedToken),
    };
    let (scheme, token) = value.as_bytes().split_at(value.as_bytes().iter().position(|b| *b == b' ').unwrap_or(0));
    if !scheme.eq_ignore_ascii_case(b"bearer") {
        return Err(Error::Unauthenticated);
    }
    // Bytes that are no text are an invalid token like any other: the answer does not tell which it was.
    std::str::from_utf8(token).map(|token| token.trim_matches(' ')).map_err(|_| Error::InvalidToken)
}

/// Refuses a token in the address: it ends up in logs and histories (RFC 9700, 4.3.2).
///
/// # Errors
/// There is one.
pub fn refuse_in_address(uri: &Uri) -> Result<()> {
    let in_address = Query::<Vec<(String, String)>>::try_from_uri(uri)
        .is_ok_and(|Query(all)| all.iter().any(|(name, _)| name.eq_ignore_ascii_case("access_token")));
    if in_address { Err(Error::MisplacedToken) } else { Ok(()) }
}

/// The token in a text that stands for the value of an `Authorization` header.
#[must_use]
pub fn bearer_in(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_matches(' '))
}

/// What whoever a token speaks for may see now, on the day that it is in `zone`. They are looked for in one trust: no
/// row of another has a say in who they are ([decision 27](../../../docs/adr/0027-unique-within-a-trust.md)). If the token was given to a
/// client application, that application must be registered there.
///
/// # Errors
/// The token names nobody who may ask here, nothing says in which of several trusts, or the database failed.
pub async fn viewer_for(db: &Db, identity: &Identity, now: DateTime<Utc>, zone: TimeZone) -> Result<Viewer> {
    let viewer = find_viewer(db, identity, now, zone).await?;
    viewer.ok_or_else(|| {
        let issuer = &identity.issuer;
        tracing::info!(?issuer, subject = identity.subject, "a token holds, but names nobody who may ask here");
        Error::InvalidToken
    })
}

async fn find_viewer(db: &Db, identity: &Identity, now: DateTime<Utc>, zone: TimeZone) -> Result<Option<Viewer>> {
    let trust = match trust_of(db, identity).await? {
        Which::Any => None,
        Which::This(trust) => Some(trust),
        Which::Nowhere => return Ok(None),
    };
    let (person, trust) = match &identity.staff {
        None => (None, trust),
        Some(key) => match viewer_of(db, key.clone(), trust, now, zone).await? {
            None => return Ok(None),
            Some(person) => {
                let trust = person.trust();
                (Some(person), Some(trust))
            }
        },
    };
    let (Some(client), Some(trust)) = (&identity.client, trust) else {
        // A token without a person and without a client names nobody.
        return Ok(person.filter(|_| identity.client.is_none()));
    };
    let Some(client) = client_of(db, trust, identity.issuer.name(), client).await? else { return Ok(None) };
    Ok(match person {
        Some(person) => Some(person.through(client)),
        None => identity.own.then(|| Viewer::client(client, trust, zone.day_of(now))),
    })
}
