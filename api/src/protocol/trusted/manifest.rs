//! Files of documents, as the tools of front ends write them.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::{Hash, from_hexadecimal, hash_of, in_hexadecimal};

/// A document of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The text.
    pub text: String,
    /// Its hash.
    pub hash: Hash,
}

/// A file cannot be used; says which, why and what to do.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {reason}")]
pub struct ManifestError {
    /// The file.
    file: String,
    /// What is wrong with it.
    reason: String,
}

/// Reads a file: one document (`.graphql`, `.gql`), or a manifest in JSON. That is an object of hashes
/// and texts, as relay-compiler and graphql-codegen write it, or the persisted query manifest of Apollo.
///
/// # Errors
/// [`ManifestError`], on one line.
pub fn read(file: &Path) -> Result<Vec<Entry>, ManifestError> {
    let failed = |reason: String| ManifestError { file: file.display().to_string(), reason };
    let text = std::fs::read_to_string(file).map_err(|error| failed(format!("cannot be read: {error}")))?;
    let json = file.extension().is_some_and(|end| end.eq_ignore_ascii_case("json"));
    if !json {
        return Ok(vec![Entry { hash: hash_of(&text), text }]);
    }
    in_json(&text).map_err(failed)
}

fn in_json(text: &str) -> Result<Vec<Entry>, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| format!("is not JSON: {error}"))?;
    let shape = || "is no manifest: an object of hashes and documents, or Apollo's persisted query manifest".to_owned();
    let fields = value.as_object().ok_or_else(shape)?;
    let mut pairs = BTreeMap::new();
    if let Some(operations) = fields.get("operations").and_then(Value::as_array) {
        for operation in operations {
            let field = |name: &str| operation.get(name).and_then(Value::as_str).ok_or_else(shape);
            pairs.insert(field("id")?, field("body")?);
        }
    } else {
        for (hash, document) in fields {
            pairs.insert(hash.as_str(), document.as_str().ok_or_else(shape)?);
        }
    }
    pairs.into_iter().map(|(id, text)| entry(id, text)).collect()
}

fn entry(id: &str, text: &str) -> Result<Entry, String> {
    let hash = hash_of(text);
    let digest = id.strip_prefix("sha256:").unwrap_or(id);
    if from_hexadecimal(digest) != Some(hash) {
        let id: String = id.chars().take(80).collect();
        return Err(format!(
            "`{id}` is not the SHA-256 of its document, which is {}. Let the tool use SHA-256: `algorithm` in \
             `persistConfig` of relay-compiler, `hashAlgorithm` in `persistedDocuments` of graphql-codegen",
            in_hexadecimal(&hash)
        ));
    }
    Ok(Entry { text: text.to_owned(), hash })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_shapes_of_manifest_are_read_and_hashes_are_checked() {
        let text = "{ trust { name } }";
        let hash = in_hexadecimal(&hash_of(text));
        let entries = vec![Entry { text: text.to_owned(), hash: hash_of(text) }];
        assert_eq!(in_json(&format!(r#"{{"{hash}": "{text}"}}"#)), Ok(entries.clone()));
        assert_eq!(in_json(&format!(r#"{{"sha256:{hash}": "{text}"}}"#)), Ok(entries.clone()));
        let apollo = format!(
            r#"{{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{{"id": "{hash}", "name": "A", "type": "query", "body": "{text}"}}]}}"#
        );
        assert_eq!(in_json(&apollo), Ok(entries));
        for wrong in [r#"{"abc": "{ a }"}"#, r"[]", "{", r#"{"a": 1}"#, &format!(r#"{{"{hash}": "{text} "}}"#)] {
            assert!(in_json(wrong).is_err(), "{wrong}");
        }
    }
}
