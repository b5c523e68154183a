//! The bearer token of a request (RFC 6750), and what is answered where there is none that holds.

use axum::{
    extract::Query,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::Response,
};
use plumbline_entity::{staff_member, trust};
use uuid::Uuid;

use super::{Identity, StaffKey, Viewer, viewer_of};
use crate::{
    app::App,
    db::{Db, Read, Scoped},
    error::{Error, Result},
};

/// Who asks, by the bearer token of their request.
///
/// # Errors
/// There is no token, or more than one, or one that does not hold, or none can be checked now;
/// or the database failed.
pub async fn authenticate(app: &App, headers: &HeaderMap, uri: &Uri) -> Result<Viewer> {
    let identity = app.issuers.identify(bearer(headers, uri)?, app.clock.now()).await?;
    viewer_for(app, &identity).await
}

/// The token of a request: in its one `Authorization` header, and nowhere else.
fn bearer<'h>(headers: &'h HeaderMap, uri: &Uri) -> Result<&'h str> {
    // An address ends up in logs and histories, and so would the token (RFC 9700, 4.3.2).
    let in_address = Query::<Vec<(String, String)>>::try_from_uri(uri)
        .is_ok_and(|Query(all)| all.iter().any(|(name, _)| name.eq_ignore_ascii_case("access_token")));
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let value = match (in_address, given.next(), given.next()) {
        (false, None, _) => return Err(Error::Unauthenticated),
        (false, Some(value), None) => value,
        _ => return Err(Error::MisplacedToken),
    };
    let (scheme, token) = value.as_bytes().split_at(value.as_bytes().iter().position(|b| *b == b' ').unwrap_or(0));
    if !scheme.eq_ignore_ascii_case(b"bearer") {
        return Err(Error::Unauthenticated);
    }
    // What is no text is no token, and told from others by nothing.
    std::str::from_utf8(token).map(|token| token.trim_matches(' ')).map_err(|_| Error::InvalidToken)
}

/// What somebody may see, by who they are.
///
/// # Errors
/// The token names nobody here; or the database failed.
pub async fn viewer_for(app: &App, identity: &Identity) -> Result<Viewer> {
    let today = app.clock.now().date_naive();
    let id = match &identity.staff {
        Some(StaffKey::Id(id)) => Some(*id),
        Some(StaffKey::Email(email)) => staff_by_email(&app.db, email, identity.trust.as_deref()).await?,
        None => None,
    };
    let viewer = match id {
        Some(id) => viewer_of(&app.db, id, today).await?,
        None => None,
    };
    viewer.ok_or_else(|| {
        let issuer = &identity.issuer;
        tracing::info!(?issuer, subject = identity.subject, "a token holds, but names no member of staff here");
        Error::InvalidToken
    })
}

/// The member of staff with this address, which is in lower case already; of no other trust than the one
/// that is named, where one is.
async fn staff_by_email(db: &Db, email: &str, only_trust: Option<&str>) -> Result<Option<Uuid>> {
    // Who somebody is must be known before what they may see: read as the operator, as in `viewer_of`.
    let operator = Viewer::operator(Uuid::nil(), chrono::NaiveDate::default());
    let wanted = staff_member::COLUMN.email.eq(email);
    let Some(person) = db.one(Scoped::<staff_member::Entity>::of(&operator).filter(wanted)).await? else {
        return Ok(None);
    };
    if let Some(name) = only_trust {
        let trust = db.one(Scoped::<trust::Entity>::of(&operator).id(person.trust_id)).await?;
        if trust.is_none_or(|trust| trust.name != name) {
            return Ok(None);
        }
    }
    Ok(Some(person.id))
}

/// Gives the answer to a request that was refused because of its token the status and the headers that
/// RFC 6750, 3, and RFC 9110, 10.2.3, want. Answers to other errors stay as they are.
pub fn challenge(error: &Error, response: &mut Response) {
    let (status, name, value) = match error {
        Error::Unauthenticated => (StatusCode::UNAUTHORIZED, header::WWW_AUTHENTICATE, BEARER.to_owned()),
        Error::InvalidToken => {
            (StatusCode::UNAUTHORIZED, header::WWW_AUTHENTICATE, format!("{BEARER}, error=\"invalid_token\""))
        }
        Error::MisplacedToken => {
            (StatusCode::BAD_REQUEST, header::WWW_AUTHENTICATE, format!("{BEARER}, error=\"invalid_request\""))
        }
        Error::IssuerUnreachable { retry_after } => {
            (StatusCode::SERVICE_UNAVAILABLE, header::RETRY_AFTER, retry_after.to_string())
        }
        _ => return,
    };
    *response.status_mut() = status;
    if let Ok(value) = HeaderValue::try_from(value) {
        response.headers_mut().insert(name, value);
    }
}

const BEARER: &str = "Bearer realm=\"plumbline\"";
