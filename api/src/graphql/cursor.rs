//! Cursors: the values of the sort keys of a row, sealed. Nobody can make one up, and nobody can read the values in
//! it. Addresses with cursors end up in logs and histories, and pupils are sorted by name.

use aes_gcm_siv::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::Value;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::{Error, Result};

/// Seals and reads the cursors of one list. The type and the order of the list are part of the seal, so a cursor of
/// another list or order is refused. The same position gives the same cursor, so that answers can be compared. RFC
/// 8452 allows the same nonce for all: it only reveals that two cursors are alike.
#[derive(Clone, Debug)]
pub struct CursorKey {
    secret: [u8; 32],
    list: String,
}

#[derive(Serialize, Deserialize)]
enum Part {
    #[serde(rename = "s")]
    Text(String),
    #[serde(rename = "i")]
    Number(i64),
    #[serde(rename = "h")]
    Small(i16),
    #[serde(rename = "n")]
    Whole(i32),
    #[serde(rename = "u")]
    Id(Uuid),
    #[serde(rename = "d")]
    Day(NaiveDate),
    #[serde(rename = "t")]
    Moment(DateTime<Utc>),
}

impl CursorKey {
    /// The key for the list that `list` names (type and order).
    #[must_use]
    pub const fn new(secret: [u8; 32], list: String) -> Self {
        Self { secret, list }
    }

    /// Writes the cursor of a row from the values of its sort keys.
    ///
    /// # Errors
    /// A sort key is null or of a type that no list is sorted by.
    pub fn write(&self, position: &[Value]) -> Result<String> {
        let parts = position.iter().map(part).collect::<Option<Vec<_>>>();
        let parts = parts.ok_or_else(|| Error::internal("a list is sorted by a column that cursors cannot hold"))?;
        let parts = serde_json::to_vec(&parts).map_err(Error::internal)?;
        let sealed = self.cipher()?.encrypt(&Nonce::default(), self.of_this_list(&parts));
        Ok(URL_SAFE_NO_PAD.encode(sealed.map_err(|_| Error::internal("a cursor could not be sealed"))?))
    }

    /// Reads a cursor that this service wrote for the same list.
    ///
    /// # Errors
    /// [`Error::BadUserInput`] naming `argument`.
    pub fn read(&self, argument: &str, cursor: &str, width: usize) -> Result<Vec<Value>> {
        let refused = || {
            Error::bad_input(format!(
                "`{argument}` is not a cursor of this list. Use a cursor that the same list answered, with the same order, unchanged."
            ))
        };
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| refused())?;
        let opened = self.cipher()?.decrypt(&Nonce::default(), self.of_this_list(&bytes)).map_err(|_| refused())?;
        let parts: Vec<Part> = serde_json::from_slice(&opened).map_err(|_| refused())?;
        if parts.len() != width {
            return Err(refused());
        }
        Ok(parts.into_iter().map(value).collect())
    }

    fn cipher(&self) -> Result<Aes256GcmSiv> {
        Aes256GcmSiv::new_from_slice(&self.secret).map_err(Error::internal)
    }

    const fn of_this_list<'a>(&'a self, text: &'a [u8]) -> Payload<'a, 'a> {
        Payload { msg: text, aad: self.list.as_bytes() }
    }
}

fn part(value: &Value) -> Option<Part> {
    Some(match value {
        Value::String(Some(text)) => Part::Text(text.to_string()),
        Value::BigInt(Some(number)) => Part::Number(*number),
        Value::Int(Some(number)) => Part::Whole(*number),
        Value::SmallInt(Some(number)) => Part::Small(*number),
        Value::Uuid(Some(id)) => Part::Id(*id),
        Value::ChronoDate(Some(day)) => Part::Day(*day),
        Value::ChronoDateTimeUtc(Some(moment)) => Part::Moment(*moment),
        _ => return None,
    })
}

fn value(part: Part) -> Value {
    match part {
        Part::Text(text) => text.into(),
        Part::Number(number) => number.into(),
        Part::Small(number) => number.into(),
        Part::Whole(number) => number.into(),
        Part::Id(id) => id.into(),
        Part::Day(day) => day.into(),
        Part::Moment(moment) => moment.into(),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_by_its_own_list_alone_and_only_unchanged() {
        let key = CursorKey::new([7; 32], "Pupil:NAME".into());
        let position = [Value::from("Ayre"), Value::from(Uuid::now_v7()), Value::from(3_i16)];
        let cursor = key.write(&position).unwrap();
        assert_eq!(key.read("after", &cursor, 3).unwrap(), position);
        assert_eq!(key.write(&position).unwrap(), cursor, "the same place, the same cursor");
        let inside = URL_SAFE_NO_PAD.decode(&cursor).unwrap();
        assert!(!inside.windows(4).any(|part| part == b"Ayre"), "no name can be read in it");
        assert!(key.read("after", &cursor, 2).is_err(), "another number of keys");
        assert!(CursorKey::new([7; 32], "Pupil:UPN".into()).read("after", &cursor, 3).is_err(), "another order");
        assert!(CursorKey::new([8; 32], "Pupil:NAME".into()).read("after", &cursor, 3).is_err(), "another service");
        for at in 0..cursor.len() {
            let mut bytes = cursor.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let tampered = String::from_utf8(bytes).unwrap();
            assert!(key.read("after", &tampered, 3).is_err(), "changed at {at}");
        }
    }
}
