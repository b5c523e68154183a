//! Signatures that are nearly right.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use plumbline::auth::Reason;

use super::super::keys::{TestKey, base64url};
use super::{Add, Honest, with};

/// Signatures that are nearly right.
pub(super) fn forge(honest: &Honest<'_>, add: Add<'_>) {
    let token = honest.token();
    let (message, signature) = token.rsplit_once('.').unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let mut damaged = |name: &str, bytes: &[u8]| {
        add(format!("signature {name}"), format!("{message}.{}", base64url(bytes)), Reason::Signature);
    };
    for (name, at) in [("first", 0), ("middle", bytes.len() / 2), ("last", bytes.len() - 1)] {
        for bit in [0, 7] {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            damaged(&format!("with bit {bit} of its {name} byte flipped"), &flipped);
        }
    }
    damaged("cut by a byte", &bytes[..bytes.len() - 1]);
    damaged("cut by half", &bytes[..bytes.len() / 2]);
    damaged("longer by a byte", &[&bytes[..], &[0]].concat());
    damaged("with a byte before it", &[&[0][..], &bytes].concat());
    damaged("twice", &[&bytes[..], &bytes].concat());
    damaged("empty", &[]);
    damaged("of zeros", &vec![0; bytes.len()]);
    damaged("of ones", &vec![0xff; bytes.len()]);
    damaged("of r = 0, s = 1", &[&vec![0; bytes.len() - 1][..], &[1]].concat());
    damaged("turned round", &bytes.iter().rev().copied().collect::<Vec<u8>>());
    if let TestKey::P256(_) = honest.key {
        let signature = p256::ecdsa::Signature::from_slice(&bytes).unwrap();
        damaged("in DER", signature.to_der().as_bytes());
    }
    let other = honest.with_claim("sub", "somebody else".into());
    let of_other = other.rsplit_once('.').unwrap().1;
    add("signature of another token".to_owned(), format!("{message}.{of_other}"), Reason::Signature);
    let claims = with(&honest.claims, "email", "lead@test.example".into()).to_string();
    let header = message.split_once('.').unwrap().0;
    add("claims of another token".to_owned(), format!("{header}.{}.{signature}", base64url(claims)), Reason::Signature);
}
