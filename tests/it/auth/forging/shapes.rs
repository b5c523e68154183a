//! Texts that are no token at all, or one that is not written in the canonical way.

use plumbline::auth::Reason;
use serde_json::json;

use super::{Add, Honest};

/// Texts that are no token at all, or one that is not written in the canonical way.
pub(super) fn forge(honest: &Honest<'_>, add: Add<'_>) {
    let token = honest.token();
    let [header, claims, signature]: [&str; 3] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
    let (head, body) = (honest.header.to_string(), honest.claims.to_string());
    for (name, token, reason) in [
        ("one part", header.to_owned(), Reason::Shape),
        ("two parts", format!("{header}.{claims}"), Reason::Shape),
        ("four parts", format!("{token}.{signature}"), Reason::Shape),
        ("five parts, as one that is encrypted", format!("{token}.{signature}.{signature}"), Reason::Shape),
        ("a dot before", format!(".{token}"), Reason::Shape),
        ("a dot behind", format!("{token}."), Reason::Shape),
        ("two dots", token.replacen('.', "..", 1), Reason::Shape),
        ("dots alone", "..".to_owned(), Reason::Signature),
        ("no header", format!(".{claims}.{signature}"), Reason::Json),
        ("no claims", format!("{header}..{signature}"), Reason::Json),
        ("padding", format!("{token}="), Reason::Encoding),
        ("padding of its header", format!("{header}==.{claims}.{signature}"), Reason::Encoding),
        ("a blank inside", format!("{header}. {claims}.{signature}"), Reason::Encoding),
        (
            "a blank in the signature",
            token.replacen(signature, &format!("{} {}", &signature[..4], &signature[4..]), 1),
            Reason::Encoding,
        ),
        ("the other base64", format!("{header}.{claims}.+/{}", &signature[2..]), Reason::Encoding),
        ("percent signs", format!("{header}%2E{claims}.{signature}"), Reason::Shape),
        ("a token in quotes", format!("\"{token}\""), Reason::Encoding),
        ("two tokens", format!("{token},{token}"), Reason::Shape),
        ("longer than any", format!("{token}{}", "A".repeat(32_768)), Reason::TooLong),
        ("a token as the claims", honest.raw(&head, &token), Reason::Json),
        ("a list of claims", honest.raw(&head, &format!("[{body}]")), Reason::Json),
        ("claims that are text", honest.raw(&head, &json!(body).to_string()), Reason::Json),
        ("claims and more", honest.raw(&head, &format!("{body}{{}}")), Reason::Json),
        ("claims that break off", honest.raw(&head, &body[..body.len() - 1]), Reason::Json),
        ("claims after a byte order mark", honest.raw(&head, &format!("\u{feff}{body}")), Reason::Json),
        ("a header after a byte order mark", honest.raw(&format!("\u{feff}{head}"), &body), Reason::Json),
        (
            "claims of great depth",
            honest.raw(&head, &format!("{}1{}", r#"{"a":"#.repeat(300), "}".repeat(300))),
            Reason::Json,
        ),
        ("null for claims", honest.raw(&head, "null"), Reason::Json),
        ("null for a header", honest.raw("null", &body), Reason::Json),
    ] {
        add(name.to_owned(), token, reason);
    }
    let last = signature.chars().last().unwrap();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    // The last character has bits that no byte uses. Another character there gives the same signature, written in
    // another way.
    let next = alphabet.chars().nth(alphabet.find(last).unwrap() + 1).unwrap();
    let otherwise = format!("{header}.{claims}.{}{next}", &signature[..signature.len() - 1]);
    add("its signature written otherwise".to_owned(), otherwise, Reason::Encoding);
}
