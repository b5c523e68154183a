//! Settings of tokens: the issuers that may say who somebody is, and the key of this machine.

use std::path::{Path, PathBuf};

use axum::http::Uri;
use serde::{Deserialize, Serialize};

use super::{Algorithm, DATA_FOLDER};

/// The name of this machine as an issuer.
pub const DEVELOPMENT_ISSUER: &str = "https://plumbline.example/development";

/// Tokens.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    /// The Ed25519 private key (PKCS #8 PEM) with which this machine signs its own tokens, and cursors.
    pub key_file: PathBuf,
    /// Whether tokens signed with that key are accepted. If it is not set, they are only as long as no issuer is
    /// configured.
    pub development_key: Option<bool>,
    /// The OpenID issuers whose tokens are accepted.
    pub issuers: Vec<IssuerSettings>,
    /// For how many hours the service still uses the keys of an issuer that it cannot reach.
    pub keep_keys_hours: u32,
    /// Certificates (PEM) of authorities that are trusted beside the public ones, for an issuer inside the network.
    pub ca_file: Option<PathBuf>,
}

/// An OpenID issuer whose tokens are accepted.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuerSettings {
    /// Its name: exactly the `iss` of its tokens, and the address of its discovery document.
    pub issuer: String,
    /// The `aud` that stands for this service.
    pub audience: String,
    /// The algorithms that it may sign with.
    #[serde(default = "Algorithm::all")]
    pub algorithms: Vec<Algorithm>,
    /// The claim that names the member of staff by their email address.
    #[serde(default = "email")]
    pub staff_claim: String,
    /// Claims that name the client application beside the usual ones. All that a token has must say the same.
    #[serde(default)]
    pub client_claims: Vec<String>,
    /// Whether a token must name a client application. Without one, a person's token is not limited by any registration.
    #[serde(default)]
    pub require_client: bool,
    /// The registered name of the only trust that it may speak for. If it is not set, it may speak for any.
    #[serde(default)]
    pub trust: Option<String>,
    /// Whether the service may ask it without TLS. If it is not set, only on this machine.
    #[serde(default)]
    pub allow_http: Option<bool>,
}

fn email() -> String {
    "email".to_owned()
}

impl Default for Auth {
    fn default() -> Self {
        Self {
            key_file: Path::new(DATA_FOLDER).join("development-key.pem"),
            development_key: None,
            issuers: Vec::new(),
            keep_keys_hours: 24,
            ca_file: None,
        }
    }
}

impl Auth {
    /// Whether tokens that this machine signed itself are accepted.
    #[must_use]
    pub fn accepts_development_key(&self) -> bool {
        self.development_key.unwrap_or(self.issuers.is_empty())
    }

    /// What is wrong with the settings, in words that name the setting.
    pub(super) fn fault(&self) -> Option<String> {
        if !(1..=168).contains(&self.keep_keys_hours) {
            return Some("auth.keep_keys_hours must be 1 to 168".to_owned());
        }
        if let Some(file) = self.ca_file.as_deref().filter(|file| !file.is_file()) {
            return Some(format!("auth.ca_file: there is no file {}", file.display()));
        }
        if self.issuers.is_empty() && self.development_key == Some(false) {
            return Some(
                "auth.development_key is false and auth.issuers is empty, so nobody could sign in; name an issuer"
                    .to_owned(),
            );
        }
        self.issuers.iter().enumerate().find_map(|(at, settings)| {
            let again = self.issuers[..at].iter().any(|other| other.issuer == settings.issuer);
            let fault = if again { Some("issuer is there twice; name each once".to_owned()) } else { settings.fault() };
            fault.map(|fault| format!("auth.issuers[{at}].{fault}"))
        })
    }
}

impl IssuerSettings {
    /// An issuer with the defaults.
    #[must_use]
    pub fn new(issuer: &str, audience: &str) -> Self {
        Self {
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
            algorithms: Algorithm::all(),
            staff_claim: email(),
            client_claims: Vec::new(),
            require_client: false,
            trust: None,
            allow_http: None,
        }
    }

    /// Whether the service may ask this address: by `https`, and without TLS as far as `allow_http` says.
    #[must_use]
    pub fn may_ask(&self, address: &Uri) -> bool {
        match address.scheme_str() {
            Some("https") => address.host().is_some(),
            Some("http") => self.allow_http.unwrap_or_else(|| address.host().is_some_and(is_loopback)),
            _ => false,
        }
    }

    fn fault(&self) -> Option<String> {
        let address = self.issuer.parse::<Uri>().ok();
        let address = address.filter(|address| address.scheme().is_some() && address.host().is_some());
        let plain = address.as_ref().is_some_and(|address| address.query().is_none());
        let checks = [
            (
                !plain || self.issuer.contains('#'),
                "issuer must be an address as in https://login.example.org, without `?` and `#`",
            ),
            (self.issuer == DEVELOPMENT_ISSUER, "issuer is the name of this machine's own; use auth.development_key"),
            (
                !address.is_some_and(|address| self.may_ask(&address)),
                "issuer must begin with https://; allow_http = true lets a token's keys come without TLS",
            ),
            (self.audience.trim().is_empty(), "audience is empty; it is the `aud` of tokens for this service"),
            (self.algorithms.is_empty(), "algorithms is empty; leave it out for RS256, ES256 and EdDSA"),
            (self.staff_claim.trim().is_empty(), "staff_claim is empty; leave it out for `email`"),
            (
                self.client_claims.iter().any(|claim| claim.trim().is_empty()),
                "client_claims has an empty name in it; client_id, azp, appid and cid need not be named",
            ),
            (
                self.trust.as_deref().is_some_and(|trust| trust.trim().is_empty()),
                "trust is empty; leave it out for any",
            ),
        ];
        checks.into_iter().find(|(wrong, _)| *wrong).map(|(_, message)| message.to_owned())
    }
}

/// Whether a host of an address is this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost") || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(change: impl FnOnce(&mut IssuerSettings)) -> Option<String> {
        let mut issuer = IssuerSettings::new("https://login.example.org/trust", "plumbline");
        change(&mut issuer);
        Auth { issuers: vec![issuer], ..Auth::default() }.fault()
    }

    #[test]
    fn an_issuer_is_asked_over_tls_except_on_this_machine_or_where_it_is_allowed() {
        assert_eq!(fault(|_| ()), None);
        for here in ["http://127.0.0.1:8080", "http://[::1]:8080/realms/trust", "http://localhost"] {
            assert_eq!(fault(|issuer| issuer.issuer = here.to_owned()), None, "{here}");
            let refused = fault(|issuer| {
                issuer.issuer = here.to_owned();
                issuer.allow_http = Some(false);
            });
            assert!(refused.is_some_and(|fault| fault.contains("https://")), "{here}");
        }
        for elsewhere in ["http://login.example.org", "http://127.0.0.1.example.org", "http://10.0.0.1"] {
            let refused = fault(|issuer| issuer.issuer = elsewhere.to_owned());
            assert!(refused.is_some_and(|fault| fault.contains("allow_http")), "{elsewhere}");
            let allowed = fault(|issuer| {
                issuer.issuer = elsewhere.to_owned();
                issuer.allow_http = Some(true);
            });
            assert_eq!(allowed, None, "{elsewhere}");
        }
    }

    #[test]
    fn a_setting_that_cannot_be_used_is_named() {
        type Change = fn(&mut IssuerSettings);
        let cases: [(Change, &str); 9] = [
            (|i| i.issuer = "login.example.org".to_owned(), "auth.issuers[0].issuer must be an address"),
            (|i| i.issuer = "https://login.example.org?x=1".to_owned(), "without `?`"),
            (|i| i.issuer = "ftp://login.example.org".to_owned(), "must begin with https://"),
            (|i| i.issuer = DEVELOPMENT_ISSUER.to_owned(), "auth.development_key"),
            (|i| i.audience = " ".to_owned(), "auth.issuers[0].audience is empty"),
            (|i| i.algorithms.clear(), "auth.issuers[0].algorithms is empty"),
            (|i| i.staff_claim.clear(), "auth.issuers[0].staff_claim is empty"),
            (|i| i.client_claims.push(" ".to_owned()), "auth.issuers[0].client_claims has an empty name"),
            (|i| i.trust = Some(String::new()), "auth.issuers[0].trust is empty"),
        ];
        for (change, words) in cases {
            let fault = fault(change).unwrap_or_default();
            assert!(fault.contains(words), "{words}: {fault}");
        }
        let one = IssuerSettings::new("https://login.example.org", "plumbline");
        let twice = Auth { issuers: vec![one.clone(), one], ..Auth::default() };
        assert_eq!(twice.fault().unwrap_or_default(), "auth.issuers[1].issuer is there twice; name each once");
        let nobody = Auth { development_key: Some(false), ..Auth::default() };
        assert!(nobody.fault().unwrap_or_default().contains("nobody could sign in"));
        for (hours, holds) in [(0, false), (1, true), (168, true), (169, false)] {
            let auth = Auth { keep_keys_hours: hours, ..Auth::default() };
            assert_eq!(auth.fault().is_none(), holds, "{hours}");
        }
    }

    #[test]
    fn the_development_key_is_accepted_only_where_nothing_better_is_or_where_it_is_asked_for() {
        let issuers = vec![IssuerSettings::new("https://login.example.org", "plumbline")];
        assert!(Auth::default().accepts_development_key());
        assert!(!Auth { issuers: issuers.clone(), ..Auth::default() }.accepts_development_key());
        assert!(Auth { issuers, development_key: Some(true), ..Auth::default() }.accepts_development_key());
    }
}
