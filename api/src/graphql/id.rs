//! Global ids: opaque to callers, they carry the type of what they name.

use std::borrow::Cow;
use std::marker::PhantomData;

use async_graphql::{
    ContextSelectionSet, ID, InputType, InputValueError, InputValueResult, OutputType, Positioned, ServerResult, Value,
    parser::types::Field, registry::Registry,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

use super::Wraps;

/// The id of a `T`: an `ID` in the schema, a UUID inside, of the right type already when a
/// resolver or mutation gets it.
pub struct Ref<T> {
    id: Uuid,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Ref<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Ref<T> {}

impl<T> std::fmt::Debug for Ref<T> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.id.fmt(formatter)
    }
}

impl<T> From<Uuid> for Ref<T> {
    fn from(id: Uuid) -> Self {
        Self { id, of: PhantomData }
    }
}

impl<T> From<Ref<T>> for Uuid {
    fn from(id: Ref<T>) -> Self {
        id.uuid()
    }
}

impl<T> Ref<T> {
    /// The id of the row.
    #[must_use]
    pub const fn uuid(self) -> Uuid {
        self.id
    }
}

impl<T: Wraps> From<Ref<T>> for ID {
    fn from(id: Ref<T>) -> Self {
        Self(id.encode())
    }
}

impl<T: Wraps> Ref<T> {
    fn encode(self) -> String {
        encode(T::NAME, self.id)
    }
}

/// Writes a global id.
#[must_use]
pub fn encode(name: &str, id: Uuid) -> String {
    let mut bytes = Vec::with_capacity(name.len() + 17);
    bytes.extend_from_slice(name.as_bytes());
    bytes.push(b':');
    bytes.extend_from_slice(id.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads a global id: the name of a type, and the id of a row of it.
pub fn decode(text: &str) -> Option<(String, Uuid)> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (name, id) = bytes.split_at_checked(bytes.len().checked_sub(17)?)?;
    let id = Uuid::from_slice(id.strip_prefix(b":")?).ok()?;
    Some((String::from_utf8(name.to_vec()).ok()?, id))
}

impl<T: Wraps> InputType for Ref<T> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        <ID as InputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <ID as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let text = match value.unwrap_or_default() {
            Value::String(text) => text,
            value => return Err(InputValueError::expected_type(value)),
        };
        match decode(&text) {
            Some((name, id)) if name == T::NAME => Ok(id.into()),
            Some((name, _)) => Err(InputValueError::custom(format!(
                "This is the id of a {name}; the id of a {} is needed here.",
                T::NAME
            ))),
            None => Err(InputValueError::custom(format!(
                "This is not an id of this service. Use the `id` of a {} as it was answered, unchanged.",
                T::NAME
            ))),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.encode())
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

impl<T: Wraps> OutputType for Ref<T> {
    fn type_name() -> Cow<'static, str> {
        <ID as OutputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <ID as OutputType>::create_type_info(registry)
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(Value::String(self.encode()))
    }
}

/// The name of the type that wraps the rows of a table.
#[must_use]
pub fn type_of(table: &str) -> String {
    let words = table.split('_').map(|word| {
        let (initial, rest) = word.split_at(word.len().min(1));
        initial.to_uppercase() + rest
    });
    words.collect()
}

/// The table whose rows a type wraps.
#[must_use]
pub fn table_of(name: &str) -> String {
    let mut table = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_uppercase() && !table.is_empty() {
            table.push('_');
        }
        table.extend(letter.to_lowercase());
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_carries_its_type() {
        let id = Uuid::now_v7();
        assert_eq!(decode(&encode("School", id)), Some(("School".to_owned(), id)));
        for broken in ["", "AAAA", "not base64!", "U2Nob29sOg"] {
            assert_eq!(decode(broken), None, "{broken}");
        }
    }

    #[test]
    fn a_table_and_its_type_are_found_from_each_other() {
        for (table, name) in [("pupil", "Pupil"), ("academic_year", "AcademicYear"), ("audit_entry", "AuditEntry")] {
            assert_eq!((type_of(table).as_str(), table_of(name).as_str()), (name, table));
        }
    }
}
