//! Another algorithm, another key, no key.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use plumbline::auth::Reason;

use super::super::keys::{ALGORITHMS, Whose, base64url, key};
use super::{Add, Honest, with};

/// Another algorithm, another key, no key.
pub(super) fn forge(honest: &Honest<'_>, add: Add<'_>) {
    let claims = honest.claims.to_string();
    for none in ["none", "None", "NONE", "nOnE", ""] {
        let header = with(&honest.header, "alg", none.into()).to_string();
        let message = format!("{}.{}", base64url(&header), base64url(&claims));
        add(format!("alg {none:?}, unsigned"), format!("{message}."), Reason::Signature);
        add(format!("alg {none:?}, signed"), honest.raw(&header, &claims), Reason::Algorithm);
    }
    // The public key as the secret of an HMAC.
    let (pem, jwk) = (honest.key.public_pem(), honest.key.jwk(&(honest.kid)(honest.key.algorithm())));
    let der = pem.lines().filter(|line| !line.starts_with('-')).collect::<String>();
    let der = base64::engine::general_purpose::STANDARD.decode(der).unwrap();
    let number = URL_SAFE_NO_PAD.decode(jwk["n"].as_str().or_else(|| jwk["x"].as_str()).unwrap()).unwrap();
    for (name, secret) in [
        ("PEM", pem.clone().into_bytes()),
        ("PEM without its last line end", pem.trim_end().as_bytes().to_vec()),
        ("DER", der),
        ("JWK", jwk.to_string().into_bytes()),
        ("number", number),
        ("nothing", Vec::new()),
    ] {
        let header = with(&honest.header, "alg", "HS256".into()).to_string();
        let message = format!("{}.{}", base64url(&header), base64url(&claims));
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&secret).unwrap();
        mac.update(message.as_bytes());
        let signature = base64url(mac.finalize().into_bytes());
        add(format!("HS256 with the public key as {name}"), format!("{message}.{signature}"), Reason::Algorithm);
    }
    for other in ["HS384", "HS512", "RS384", "RS512", "PS256", "ES384", "ES512", "ES256K", "Ed448"] {
        add(format!("alg {other}"), honest.with_header("alg", other.into()), Reason::Algorithm);
    }
    for other in ALGORITHMS.into_iter().filter(|other| *other != honest.key.algorithm()) {
        add(format!("alg {other} for this key"), honest.with_header("alg", other.into()), Reason::Algorithm);
        let header = with(&honest.header, "kid", (honest.kid)(other).into()).to_string();
        add(format!("the kid of the issuer's {other} key"), honest.raw(&header, &claims), Reason::Algorithm);
        let header = with(&with(&honest.header, "kid", (honest.kid)(other).into()), "alg", other.into()).to_string();
        add(format!("alg and kid of the issuer's {other} key"), honest.raw(&header, &claims), Reason::Signature);
    }
    let stranger = key(honest.key.algorithm(), Whose::Stranger);
    let header = honest.header.to_string();
    add("the signature of a stranger".to_owned(), stranger.token(&header, &claims), Reason::Signature);
    let elsewhere = (honest.kid_elsewhere)(honest.key.algorithm());
    let header = with(&honest.header, "kid", elsewhere.into()).to_string();
    add("a key of another issuer".to_owned(), stranger.token(&header, &claims), Reason::UnknownKey);
    add("the kid of another issuer's key".to_owned(), honest.raw(&header, &claims), Reason::UnknownKey);
}
