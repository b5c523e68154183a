//! Rules of access: no database, no clock.

use axum::http::Uri;
use chrono::{DateTime, Duration, Utc};
use plumbline_entity::client_application::ClientScope;

use crate::{auth::Issuer, config::is_loopback};

/// Checks the issuer of a client application: `development`, or an `https` address as it stands in
/// the `iss` of its tokens.
///
/// # Errors
/// What is wrong, in words for the person who typed it.
pub fn check_issuer(issuer: &str) -> Result<String, String> {
    let loopback = issuer
        .parse::<Uri>()
        .is_ok_and(|address| address.scheme_str() == Some("http") && address.host().is_some_and(is_loopback));
    let sound = issuer.len() <= 500 && issuer.chars().all(|c| c.is_ascii_graphic());
    if sound && (issuer == Issuer::Development.name() || issuer.starts_with("https://") || loopback) {
        Ok(issuer.to_owned())
    } else {
        Err("An issuer is the `iss` of its tokens: an address that begins with https://, or `development`.".to_owned())
    }
}

/// Checks the id by which an issuer knows a client application.
///
/// # Errors
/// What is wrong, in words for the person who typed it.
pub fn check_client_id(client_id: &str) -> Result<String, String> {
    if (1..=200).contains(&client_id.len()) && client_id.chars().all(|c| c.is_ascii_graphic()) {
        Ok(client_id.to_owned())
    } else {
        Err("A client id has 1 to 200 printable ASCII characters without spaces, as in the tokens of its issuer."
            .to_owned())
    }
}

/// Checks what a client application is to be used for, and sorts it.
///
/// # Errors
/// The field that is wrong, and why.
pub fn check_scopes(
    mut scopes: Vec<ClientScope>,
    schools: Option<usize>,
) -> Result<Vec<ClientScope>, (&'static str, String)> {
    let given = scopes.len();
    scopes.sort_unstable();
    scopes.dedup();
    if scopes.is_empty() || scopes.len() != given {
        return Err(("scopes", "Give at least one scope, and each once.".to_owned()));
    }
    if schools == Some(0) {
        return Err(("schoolIds", "Give at least one school, or leave the schools out for all.".to_owned()));
    }
    if scopes.contains(&ClientScope::Synchronise) && schools.is_none() {
        let message = "A client application that synchronises is kept to its schools: name them.";
        return Err(("schoolIds", message.to_owned()));
    }
    Ok(scopes)
}

/// The longest that a grant may last.
pub const LONGEST_GRANT: Duration = Duration::days(366);

/// Checks the purpose of a grant.
///
/// # Errors
/// What is wrong, in words for the person who typed it.
pub fn check_purpose(purpose: &str) -> Result<String, String> {
    let purpose = purpose.trim();
    if (10..=500).contains(&purpose.chars().count()) && !purpose.chars().any(char::is_control) {
        Ok(purpose.to_owned())
    } else {
        Err("Say in 10 to 500 characters, on one line, what the pupils' data are needed for.".to_owned())
    }
}

/// Checks when a grant ends.
///
/// # Errors
/// What is wrong, in words for the person who typed it.
pub fn check_expiry(expires_at: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), String> {
    if expires_at <= now {
        return Err("A grant must end in the future.".to_owned());
    }
    if expires_at > now + LONGEST_GRANT {
        return Err(format!("A grant lasts at most {} days; give a new one then.", LONGEST_GRANT.num_days()));
    }
    Ok(())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_synchronises_names_its_schools() {
        use ClientScope::{Compare, Synchronise, Write};
        assert_eq!(check_scopes(vec![Write, Compare], None), Ok(vec![Compare, Write]));
        assert_eq!(check_scopes(vec![Synchronise], Some(1)), Ok(vec![Synchronise]));
        assert_eq!(check_scopes(vec![Synchronise], None).unwrap_err().0, "schoolIds");
        assert_eq!(check_scopes(vec![Compare], Some(0)).unwrap_err().0, "schoolIds");
        assert_eq!(check_scopes(vec![Compare, Compare], None).unwrap_err().0, "scopes");
        assert_eq!(check_scopes(vec![], None).unwrap_err().0, "scopes");
    }

    #[test]
    fn a_grant_has_a_purpose_and_an_end_within_a_year() {
        let now: DateTime<Utc> = "2026-07-01T10:00:00Z".parse().unwrap();
        assert!(check_expiry(now, now).is_err());
        assert!(check_expiry(now + Duration::seconds(1), now).is_ok());
        assert!(check_expiry(now + LONGEST_GRANT, now).is_ok());
        assert!(check_expiry(now + LONGEST_GRANT + Duration::seconds(1), now).is_err());
        assert_eq!(check_purpose("  Audit of KS2  ").unwrap(), "Audit of KS2");
        for bad in ["too short", "a line\nand another one", &"x".repeat(501)] {
            assert!(check_purpose(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_issuer_is_an_address_as_in_its_tokens() {
        for good in ["development", "https://login.example.org/tenant/v2.0", "http://127.0.0.1:8080"] {
            assert_eq!(check_issuer(good).as_deref(), Ok(good));
        }
        for bad in [
            "",
            "login.example.org",
            "http://login.example.org",
            "http://127.0.0.1.login.example.org",
            "http://localhost@login.example.org",
            "https://a b",
            &format!("https://{}", "x".repeat(500)),
        ] {
            assert!(check_issuer(bad).is_err(), "{bad}");
        }
        assert!(check_client_id("").is_err() && check_client_id("a b").is_err() && check_client_id("mis-1").is_ok());
    }
}
