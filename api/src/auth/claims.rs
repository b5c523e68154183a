//! What a token must claim so that it holds. Pure: the time is a parameter, and nobody is asked.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Algorithm, Reason, identity::StaffKey, jws::Token};

/// Clocks of two machines may differ by this much, in seconds.
const LEEWAY: i64 = 5;
/// No token may hold for longer, in seconds.
const LONGEST_LIFE: i64 = 24 * 3600;
/// The last second of the year 9999. A later one is not taken for a time.
const LAST_SECOND: i64 = 253_402_300_799;
/// Names in a token have at most this many characters.
const LONGEST_NAME: usize = 255;

/// What we know of an issuer before any token of it comes.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Its name.
    pub issuer: String,
    /// The audience that stands for this service.
    pub audience: String,
    /// The algorithms that it may sign with.
    pub algorithms: Vec<Algorithm>,
    /// Where it says which member of staff.
    pub staff: StaffClaim,
    /// Where it says which application the token was given to.
    pub client: ClientClaims,
}

/// Where an issuer says which application a token was given to. What the application may do is limited only for
/// tokens in which it is found.
#[derive(Clone, Debug)]
pub struct ClientClaims {
    /// The claims of these names, beside [`CLIENT_CLAIMS`]. All that a token has must say the same.
    pub further: Vec<String>,
    /// Whether a token must have at least one of all these claims.
    pub required: bool,
}

/// The claims by which issuers name the application: RFC 9068 and RFC 8693, OpenID Connect, Entra ID's version 1, Okta.
pub const CLIENT_CLAIMS: [&str; 4] = ["client_id", "azp", "appid", "cid"];

impl ClientClaims {
    /// The usual claims, none of which must be there.
    #[must_use]
    pub const fn usual() -> Self {
        Self { further: Vec::new(), required: false }
    }

    fn find<'c>(&self, claims: &'c Map<String, Value>) -> Result<Option<&'c str>, Reason> {
        let mut found: Option<&str> = None;
        let usual = CLIENT_CLAIMS.into_iter().map(|claim| (claim, claim));
        let further = self.further.iter().map(|claim| (claim.as_str(), "client_claims"));
        for (claim, told) in usual.chain(further) {
            let Some(client) = name(claims, claim).map_err(|_| Reason::Claim(told))? else { continue };
            if found.is_some_and(|other| other != client) {
                return Err(Reason::Claim(told));
            }
            found = Some(client);
        }
        if self.required && found.is_none() { Err(Reason::Claim("client_claims")) } else { Ok(found) }
    }
}

/// Where an issuer says which member of staff a token is for.
#[derive(Clone, Debug)]
pub enum StaffClaim {
    /// `sub` is their id: this machine's own tokens.
    Subject,
    /// The claim of this name is their email address.
    Email(String),
}

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// `sub`.
    pub subject: String,
    /// The member of staff, where it says one.
    pub staff: Option<StaffKey>,
    /// The application that the token was given to.
    pub client: Option<String>,
    /// Whether that application speaks for itself.
    pub own: bool,
    /// The id of the trust, in this machine's own tokens.
    pub trust: Option<Uuid>,
    /// Until when it holds.
    pub expires_at: DateTime<Utc>,
}

impl Rules {
    /// What a token claims, if it may claim that `now`. Whether its issuer signed it is checked later, by
    /// [`KeySet::verify`]. The claims come first: a token that can never hold then costs no check of a signature, and
    /// no issuer is asked for keys because of it.
    ///
    /// # Errors
    /// It cannot hold, whoever signed it.
    ///
    /// [`KeySet::verify`]: super::KeySet::verify
    pub fn check(&self, token: &Token<'_>, now: DateTime<Utc>) -> Result<Claims, Reason> {
        if !self.algorithms.contains(&token.algorithm) {
            return Err(Reason::Algorithm);
        }
        check(&token.claims, self, now.timestamp())
    }
}

fn check(claims: &Map<String, Value>, rules: &Rules, now: i64) -> Result<Claims, Reason> {
    if claims.get("iss").and_then(Value::as_str) != Some(rules.issuer.as_str()) {
        return Err(Reason::Issuer);
    }
    check_audience(claims.get("aud"), &rules.audience)?;
    let subject = named(claims, "sub")?.ok_or(Reason::Claim("sub"))?;
    let expires = time(claims, "exp")?.ok_or(Reason::Claim("exp"))?;
    let (issued, from) = (time(claims, "iat")?, time(claims, "nbf")?);
    if expires + LEEWAY <= now {
        return Err(Reason::Expired);
    }
    if issued.into_iter().chain(from).any(|begins| begins > now + LEEWAY) {
        return Err(Reason::NotYetValid);
    }
    // A token that does not say when it was issued counts as issued now: it must end within a day.
    if expires - issued.unwrap_or(now) > LONGEST_LIFE {
        return Err(Reason::LivesTooLong);
    }
    let client = rules.client.find(claims)?;
    let own = client == Some(subject) || named(claims, "idtyp")? == Some("app");
    // A client that speaks for itself acts for no person, whatever address its token bears.
    let staff = if own { None } else { staff(claims, &rules.staff, subject)? };
    Ok(Claims {
        subject: subject.to_owned(),
        staff,
        client: client.map(str::to_owned),
        own,
        trust: trust(claims, &rules.staff)?,
        expires_at: DateTime::from_timestamp(expires, 0).ok_or(Reason::Claim("exp"))?,
    })
}

/// Checks that the audience is ours, or a list of names with ours in it (RFC 7519, 4.1.3).
fn check_audience(audience: Option<&Value>, ours: &str) -> Result<(), Reason> {
    match audience {
        Some(Value::String(one)) if one == ours => Ok(()),
        Some(Value::String(_)) => Err(Reason::Audience),
        Some(Value::Array(all)) if all.iter().all(Value::is_string) => {
            all.iter().any(|one| one == ours).then_some(()).ok_or(Reason::Audience)
        }
        _ => Err(Reason::Claim("aud")),
    }
}

/// A time in seconds since 1970. RFC 7519, 2, lets an issuer write fractions, which are cut off.
fn time(claims: &Map<String, Value>, claim: &'static str) -> Result<Option<i64>, Reason> {
    let Some(value) = claims.get(claim) else {
        return Ok(None);
    };
    // A number beyond what fits becomes the largest that does, which is no time.
    let seconds = value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds.floor() as i64));
    let seconds = seconds.filter(|seconds| (0..=LAST_SECOND).contains(seconds));
    seconds.map(Some).ok_or(Reason::Claim(claim))
}

/// The value of a claim is no name.
struct NoName;

/// A name: text that is neither empty nor endless, without control characters.
fn name<'c>(claims: &'c Map<String, Value>, claim: &str) -> Result<Option<&'c str>, NoName> {
    let Some(value) = claims.get(claim) else {
        return Ok(None);
    };
    let name = value.as_str().filter(|name| !name.is_empty() && name.chars().count() <= LONGEST_NAME);
    name.filter(|name| !name.chars().any(char::is_control)).map(Some).ok_or(NoName)
}

fn named<'c>(claims: &'c Map<String, Value>, claim: &'static str) -> Result<Option<&'c str>, Reason> {
    name(claims, claim).map_err(|NoName| Reason::Claim(claim))
}

/// The trust in a token of this machine's own. What another issuer calls so is none of our ids.
fn trust(claims: &Map<String, Value>, source: &StaffClaim) -> Result<Option<Uuid>, Reason> {
    match source {
        StaffClaim::Email(_) => Ok(None),
        StaffClaim::Subject => {
            let named = named(claims, "trust")?.map(str::parse).transpose();
            named.map_err(|_| Reason::Claim("trust"))
        }
    }
}

fn staff(claims: &Map<String, Value>, source: &StaffClaim, subject: &str) -> Result<Option<StaffKey>, Reason> {
    let claim = match source {
        StaffClaim::Subject => {
            return subject.parse().map(|id| Some(StaffKey::Id(id))).map_err(|_| Reason::Claim("sub"));
        }
        StaffClaim::Email(claim) => claim,
    };
    let address = match claims.get(claim) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(address)) => address,
        Some(_) => return Err(Reason::Claim("staff_claim")),
    };
    // Some issuers write it as text. Whatever is neither true nor absent counts as not verified.
    let verified = match claims.get("email_verified") {
        None | Some(Value::Bool(true)) => true,
        Some(Value::String(text)) => text == "true",
        Some(_) => false,
    };
    if claim == "email" && !verified {
        return Ok(None);
    }
    Ok(email_address(address).map(StaffKey::Email))
}

/// An address in lower case. Only ASCII letters are lowered: some other letters become an ASCII letter (the Kelvin
/// sign a `k`), and the address would become somebody else's.
fn email_address(text: &str) -> Option<String> {
    let (local, domain) = text.split_once('@')?;
    let sound = !local.is_empty() && !domain.is_empty() && !domain.contains('@') && text.len() <= 254;
    let plain = !text.chars().any(|letter| letter.is_whitespace() || letter.is_control());
    (sound && plain).then(|| text.to_ascii_lowercase())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn sound() -> Value {
        json!({ "iss": "https://i.example", "aud": "us", "sub": "ann", "iat": NOW, "exp": NOW + 60, "email": "Ann@X.example" })
    }

    /// What comes of the sound claims with some changed, or taken out where they are null.
    fn checked(changes: &Value) -> Result<Claims, Reason> {
        checked_with(ClientClaims::usual(), changes)
    }

    fn checked_with(client: ClientClaims, changes: &Value) -> Result<Claims, Reason> {
        let mut claims = sound().as_object().unwrap().clone();
        for (name, value) in changes.as_object().unwrap() {
            if value.is_null() {
                claims.remove(name);
            } else {
                claims.insert(name.clone(), value.clone());
            }
        }
        let rules = Rules {
            issuer: "https://i.example".to_owned(),
            audience: "us".to_owned(),
            algorithms: Algorithm::all(),
            staff: StaffClaim::Email("email".to_owned()),
            client,
        };
        check(&claims, &rules, NOW)
    }

    #[test]
    fn a_client_is_found_by_whichever_claim_its_issuer_names_it() {
        let client = |changes: Value| checked(&changes).map(|claims| claims.client);
        for claim in CLIENT_CLAIMS {
            assert_eq!(client(json!({ claim: "portal" })), Ok(Some("portal".to_owned())), "{claim}");
            assert_eq!(client(json!({ claim: "" })), Err(Reason::Claim(claim)));
        }
        assert_eq!(client(json!({ "azp": "portal", "appid": "portal" })), Ok(Some("portal".to_owned())));
        assert_eq!(client(json!({ "client_id": "portal", "cid": "other" })), Err(Reason::Claim("cid")));
        assert_eq!(client(json!({ "application": "portal" })), Ok(None), "not one of the usual");
        let own = ClientClaims { further: vec!["application".to_owned()], required: true };
        for claims in [
            json!({ "application": "portal" }),
            json!({ "azp": "portal" }),
            json!({ "application": "portal", "cid": "portal" }),
        ] {
            let named = checked_with(own.clone(), &claims);
            assert_eq!(named.map(|claims| claims.client), Ok(Some("portal".to_owned())), "{claims}");
        }
        let two = json!({ "application": "portal", "azp": "other" });
        assert_eq!(
            checked_with(own.clone(), &two),
            Err(Reason::Claim("client_claims")),
            "the usual ones hold beside it"
        );
        assert_eq!(checked_with(own.clone(), &json!({})), Err(Reason::Claim("client_claims")));
        assert_eq!(checked_with(own, &json!({ "application": 7 })), Err(Reason::Claim("client_claims")));
    }

    #[test]
    fn times_are_kept_to_the_second_with_five_for_clocks_that_differ() {
        for (changes, expected) in [
            (json!({}), None),
            (json!({ "exp": NOW - 4 }), None),
            (json!({ "exp": NOW - 5 }), Some(Reason::Expired)),
            (json!({ "iat": NOW + 5 }), None),
            (json!({ "iat": NOW + 6 }), Some(Reason::NotYetValid)),
            (json!({ "nbf": NOW + 5 }), None),
            (json!({ "nbf": NOW + 6 }), Some(Reason::NotYetValid)),
            (json!({ "exp": NOW + LONGEST_LIFE }), None),
            (json!({ "exp": NOW + LONGEST_LIFE + 1 }), Some(Reason::LivesTooLong)),
            (json!({ "exp": NOW + LONGEST_LIFE, "iat": NOW - 1 }), Some(Reason::LivesTooLong)),
            (json!({ "exp": NOW + LONGEST_LIFE, "iat": null }), None),
            (json!({ "exp": NOW + LONGEST_LIFE + 1, "iat": null }), Some(Reason::LivesTooLong)),
            (json!({ "exp": i64::MAX }), Some(Reason::Claim("exp"))),
            (json!({ "iat": i64::MIN }), Some(Reason::Claim("iat"))),
            (json!({ "exp": i64::MAX as f64 * 4.0 }), Some(Reason::Claim("exp"))),
            (json!({ "nbf": NOW as f64 + 5.5 }), None),
            (json!({ "nbf": NOW as f64 + 6.5 }), Some(Reason::NotYetValid)),
            (json!({ "exp": NOW as f64 + 3000.5, "iat": NOW as f64 - 0.75 }), None),
            (json!({ "exp": -0.5 }), Some(Reason::Claim("exp"))),
            (json!({ "exp": "1" }), Some(Reason::Claim("exp"))),
        ] {
            assert_eq!(checked(&changes).err(), expected, "{changes}");
        }
    }

    #[test]
    fn a_client_speaks_for_itself_or_for_a_person_and_never_for_both() {
        let person = Some(StaffKey::Email("ann@x.example".to_owned()));
        for (changes, client, own, staff) in [
            (json!({}), None, false, person.clone()),
            (json!({ "azp": "app" }), Some("app"), false, person.clone()),
            (json!({ "azp": "app", "client_id": "app" }), Some("app"), false, person.clone()),
            (json!({ "client_id": "ann" }), Some("ann"), true, None),
            (json!({ "azp": "app", "idtyp": "app" }), Some("app"), true, None),
            (json!({ "azp": "app", "idtyp": "user" }), Some("app"), false, person),
            (json!({ "email": null }), None, false, None),
        ] {
            let claims = checked(&changes).unwrap();
            assert_eq!((claims.client.as_deref(), claims.own, claims.staff), (client, own, staff), "{changes}");
        }
        assert_eq!(checked(&json!({ "azp": "app", "client_id": "other" })), Err(Reason::Claim("azp")));
    }

    #[test]
    fn an_address_counts_only_where_the_issuer_does_not_doubt_it() {
        for (verified, counts) in [
            (json!(true), true),
            (json!("true"), true),
            (json!(false), false),
            (json!("false"), false),
            (json!(0), false),
            (json!([]), false),
        ] {
            assert_eq!(checked(&json!({ "email_verified": verified })).unwrap().staff.is_some(), counts, "{verified}");
        }
        for address in ["ann", "@x.example", "ann@", "a@b@c", "ann @x.example", "ann@x.example\u{200b}\n"] {
            assert_eq!(checked(&json!({ "email": address })).unwrap().staff, None, "{address}");
        }
        let kelvin = checked(&json!({ "email": "\u{212a}im@x.example" })).unwrap().staff;
        assert_eq!(kelvin, Some(StaffKey::Email("\u{212a}im@x.example".to_owned())), "not kim@x.example");
    }
}
