//! Cursors: the values of the sort keys of a row, signed, so that nobody can make one up.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, NaiveDate, Utc};
use hmac::{Hmac, Mac};
use sea_orm::Value;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use uuid::Uuid;

use crate::error::{Error, Result};

/// Signs and reads cursors of one list: its type and its order are part of the signature, so a
/// cursor of another list or another order is refused.
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

const TAG: usize = 16;

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
        let mut bytes = serde_json::to_vec(&parts).map_err(Error::internal)?;
        let tag = self.mac(&bytes)?.finalize().into_bytes();
        bytes.extend_from_slice(&tag[..TAG]);
        Ok(URL_SAFE_NO_PAD.encode(bytes))
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
        let at = bytes.len().checked_sub(TAG).ok_or_else(refused)?;
        let (body, tag) = bytes.split_at(at);
        self.mac(body)?.verify_truncated_left(tag).map_err(|_| refused())?;
        let parts: Vec<Part> = serde_json::from_slice(body).map_err(|_| refused())?;
        if parts.len() != width {
            return Err(refused());
        }
        Ok(parts.into_iter().map(value).collect())
    }

    fn mac(&self, body: &[u8]) -> Result<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).map_err(Error::internal)?;
        mac.update(self.list.as_bytes());
        mac.update(&[0]);
        mac.update(body);
        Ok(mac)
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
