//! Rules of access: no database, no clock.

use axum::http::Uri;
use chrono::Duration;
use plumbline_entity::{access_grant, client_application, client_application::ClientScope};

use crate::{
    auth::Issuer,
    config::is_loopback,
    rulebook::{Faults, Ruled, values},
};

/// The most schools that a client application is kept to.
pub const MOST_SCHOOLS: usize = 100;
/// The longest that a grant may last.
pub const LONGEST_GRANT: Duration = Duration::days(366);

impl Ruled for client_application::Model {
    fn rule(&mut self, (): (), faults: &mut Faults) {
        faults.at("name", values::name(&mut self.name));
        faults.at("issuer", issuer(&self.issuer));
        faults.at("clientId", values::client_id(&self.client_id));
        let scopes: Option<Vec<ClientScope>> = serde_json::from_value(self.scopes.clone()).ok();
        let (given, mut scopes) = (scopes.as_ref().map_or(0, Vec::len), scopes.unwrap_or_default());
        scopes.sort_unstable();
        scopes.dedup();
        if scopes.is_empty() || scopes.len() != given {
            faults.at("scopes", Err("Give at least one scope, and each once.".to_owned()));
        }
        let schools = self.school_ids.as_ref().map(|ids| ids.as_array().map_or(0, Vec::len));
        faults.at("schoolIds", kept_to(schools, &scopes));
        self.scopes = scopes.iter().map(|scope| scope.code()).collect();
    }
}

/// Checks how many schools a client application is kept to; `None` is kept to no schools.
fn kept_to(schools: Option<usize>, scopes: &[ClientScope]) -> Result<(), String> {
    match schools {
        Some(0) => Err("Give at least one school, or leave the schools out for all.".to_owned()),
        Some(schools) => few_enough(schools),
        None if scopes.contains(&ClientScope::Synchronise) => {
            Err("A client application that synchronises is kept to its schools: name them.".to_owned())
        }
        None => Ok(()),
    }
}

/// Checks that schools are not too many, before they are looked up.
///
/// # Errors
/// There are more than [`MOST_SCHOOLS`].
pub fn few_enough(schools: usize) -> Result<(), String> {
    if schools > MOST_SCHOOLS { Err(format!("Give at most {MOST_SCHOOLS} schools.")) } else { Ok(()) }
}

/// Checks the issuer of a client application: `development`, or an `https` address as it stands in
/// the `iss` of its tokens.
fn issuer(issuer: &str) -> Result<(), String> {
    let loopback = issuer
        .parse::<Uri>()
        .is_ok_and(|address| address.scheme_str() == Some("http") && address.host().is_some_and(is_loopback));
    let sound = issuer.len() <= 500 && issuer.chars().all(|c| c.is_ascii_graphic());
    if sound && (issuer == Issuer::Development.name() || issuer.starts_with("https://") || loopback) {
        Ok(())
    } else {
        Err("An issuer is the `iss` of its tokens: an address that begins with https://, or `development`.".to_owned())
    }
}

impl Ruled for access_grant::Model {
    fn rule(&mut self, (): (), faults: &mut Faults) {
        if self.exact_figures && self.school_id.is_some() {
            let message = "Exact figures are of all schools: leave the school out, or leave exact figures out.";
            faults.at("exactFigures", Err(message.to_owned()));
        }
        faults.at("expiresAt", lasts(self.expires_at - self.granted_at));
        faults.at("purpose", values::purpose(&mut self.purpose));
    }
}

/// Checks how long a grant lasts.
fn lasts(time: Duration) -> Result<(), String> {
    if time <= Duration::zero() {
        return Err("A grant must end in the future.".to_owned());
    }
    if time > LONGEST_GRANT {
        return Err(format!("A grant lasts at most {} days; give a new one then.", LONGEST_GRANT.num_days()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;

    /// What is wrong with a client application of these scopes and this number of schools; if nothing is, its scopes
    /// as they are kept.
    fn client(scopes: &[ClientScope], schools: Option<usize>) -> Result<Value, String> {
        let row = client_application::Model {
            id: Uuid::nil(),
            trust_id: Uuid::nil(),
            name: "Portal".to_owned(),
            issuer: "development".to_owned(),
            client_id: "portal".to_owned(),
            scopes: scopes.iter().map(|scope| scope.code()).collect(),
            school_ids: schools.map(|schools| vec![json!("id"); schools].into()),
            trusted_documents_only: false,
            registered_at: DateTime::UNIX_EPOCH,
            registered_by_id: None,
            revoked_at: None,
            version: 1,
        };
        let fields = |faults: Faults| faults.into_iter().map(|fault| fault.field).collect::<Vec<_>>().join(" ");
        row.checked(()).map(|row| row.scopes).map_err(fields)
    }

    #[test]
    fn a_client_that_synchronises_names_its_schools() {
        use ClientScope::{Compare, Synchronise, Write};
        assert_eq!(client(&[Write, Compare], None), Ok(json!(["COMPARE", "WRITE"])));
        assert_eq!(client(&[Synchronise], Some(1)), Ok(json!(["SYNCHRONISE"])));
        assert_eq!(client(&[Synchronise], None), Err("schoolIds".to_owned()));
        assert_eq!(client(&[Compare], Some(0)), Err("schoolIds".to_owned()));
        assert_eq!(client(&[Compare], Some(101)), Err("schoolIds".to_owned()));
        assert_eq!(client(&[Compare, Compare], None), Err("scopes".to_owned()));
        assert_eq!(client(&[], None), Err("scopes".to_owned()));
    }

    #[test]
    fn a_grant_has_a_purpose_and_an_end_within_a_year() {
        let now: DateTime<Utc> = DateTime::UNIX_EPOCH;
        let grant = |lasts: Duration, purpose: &str, school: Option<Uuid>| access_grant::Model {
            id: Uuid::nil(),
            trust_id: Uuid::nil(),
            staff_member_id: Uuid::nil(),
            school_id: school,
            with_names: true,
            exact_figures: true,
            purpose: purpose.to_owned(),
            granted_at: now,
            granted_by_id: None,
            expires_at: now + lasts,
            revoked_at: None,
            version: 1,
        };
        let (second, purpose) = (Duration::seconds(1), "Audit of KS2");
        for (row, sound) in [
            (grant(second, purpose, None), true),
            (grant(LONGEST_GRANT, purpose, None), true),
            (grant(Duration::zero(), purpose, None), false),
            (grant(LONGEST_GRANT + second, purpose, None), false),
            (grant(second, "too short", None), false),
            (grant(second, purpose, Some(Uuid::nil())), false),
        ] {
            assert_eq!(row.clone().checked(()).is_ok(), sound, "{row:?}");
        }
    }

    #[test]
    fn an_issuer_is_an_address_as_in_its_tokens() {
        for good in ["development", "https://login.example.org/tenant/v2.0", "http://127.0.0.1:8080"] {
            assert_eq!(issuer(good), Ok(()));
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
            assert!(issuer(bad).is_err(), "{bad}");
        }
    }
}
