//! Forged and damaged tokens, each with a name and the reason for which it must be refused.

mod algorithms;
mod claims;
mod headers;
mod shapes;
mod signatures;

use plumbline::auth::Reason;
use serde_json::{Map, Value};

use super::keys::TestKey;

/// A token that must be refused.
pub struct Forgery {
    pub name: String,
    pub token: String,
    pub reason: Reason,
}

/// A sound token, from which the others are made.
pub struct Honest<'a> {
    /// The key that signs.
    pub key: &'static TestKey,
    /// Its header, and its claims.
    pub header: Value,
    pub claims: Value,
    /// The names of the issuer's keys by algorithm, and those of another issuer, whose keys are the stranger's.
    pub kid: &'a dyn Fn(&str) -> String,
    pub kid_elsewhere: &'a dyn Fn(&str) -> String,
}

impl Honest<'_> {
    /// The sound token itself.
    pub fn token(&self) -> String {
        self.key.token(&self.header.to_string(), &self.claims.to_string())
    }

    /// With another value of a member of the header; null takes it out.
    pub fn with_header(&self, name: &str, value: Value) -> String {
        self.key.token(&with(&self.header, name, value).to_string(), &self.claims.to_string())
    }

    /// With another value of a claim.
    pub fn with_claim(&self, name: &str, value: Value) -> String {
        self.key.token(&self.header.to_string(), &with(&self.claims, name, value).to_string())
    }

    /// Without a claim.
    pub fn without(&self, name: &str) -> String {
        let mut claims = self.claims.clone();
        claims.as_object_mut().unwrap().remove(name);
        self.key.token(&self.header.to_string(), &claims.to_string())
    }

    /// With another text for the header, and for the claims.
    fn raw(&self, header: &str, claims: &str) -> String {
        self.key.token(header, claims)
    }
}

/// An object with another value of a member; null takes it out.
fn with(object: &Value, name: &str, value: Value) -> Value {
    let mut object: Map<String, Value> = object.as_object().unwrap().clone();
    if value.is_null() {
        object.remove(name);
    } else {
        object.insert(name.to_owned(), value);
    }
    object.into()
}

/// All of them.
pub fn forgeries(honest: &Honest<'_>) -> Vec<Forgery> {
    let mut all = Vec::new();
    let mut add = |name: String, token: String, reason: Reason| all.push(Forgery { name, token, reason });
    algorithms::forge(honest, &mut add);
    headers::forge(honest, &mut add);
    claims::forge(honest, &mut add);
    signatures::forge(honest, &mut add);
    shapes::forge(honest, &mut add);
    all
}

type Add<'a> = &'a mut dyn FnMut(String, String, Reason);
