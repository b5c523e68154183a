//! What a refused mutation was refused for.

use std::collections::BTreeMap;

use async_graphql::{ID, Value};
use uuid::Uuid;

use super::{UserError, UserErrorCode, decode_id, table_of};
use crate::audit::Subjects;

/// The row that a refused input named although it is out of the viewer's reach, or the value that the viewer tried
/// out. `None` if the input was refused for another reason. Only ids are taken from the input: anything else might be
/// a name.
#[must_use]
pub fn out_of_reach(given: &Value, errors: &[UserError]) -> Option<Subjects> {
    let mut refused = errors.iter().filter(|error| is_refusal(error)).peekable();
    refused.peek()?;
    let mut tables: BTreeMap<String, Vec<Uuid>> = BTreeMap::new();
    for error in refused {
        let named = if error.tells { named_in(given) } else { named_at(given, error).into_iter().collect() };
        for (table, id) in named {
            tables.entry(table).or_default().push(id);
        }
    }
    Some(Subjects::rows(tables))
}

fn is_refusal(error: &UserError) -> bool {
    matches!(error.code, UserErrorCode::Forbidden | UserErrorCode::NotFound) || error.tells
}

/// The rows that the fields of an input name.
fn named_in(given: &Value) -> Vec<(String, Uuid)> {
    match given {
        Value::Object(fields) => fields.values().filter_map(named_by).collect(),
        _ => Vec::new(),
    }
}

/// The row that the input names at the field of an error.
fn named_at(given: &Value, error: &UserError) -> Option<(String, Uuid)> {
    let mut value = Some(given);
    for step in &error.field {
        value = match value {
            Some(Value::Object(fields)) => fields.get(step.as_str()),
            Some(Value::List(items)) => step.parse::<usize>().ok().and_then(|at| items.get(at)),
            _ => None,
        };
    }
    named_by(value?)
}

/// The row that a value names.
fn named_by(value: &Value) -> Option<(String, Uuid)> {
    let Value::String(id) = value else { return None };
    let (name, id) = decode_id(&ID(id.clone()))?;
    let is_of_a_type = name.len() <= 40 && name.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_of_a_type.then(|| (table_of(&name), id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graphql::encode_id;

    #[test]
    fn of_what_is_out_of_reach_the_id_is_kept_and_no_other_value() {
        let pupil = Uuid::now_v7();
        let input = serde_json::json!({
            "name": "Rosa", "judgements": [{ "pupilId": "none" }, { "pupilId": encode_id("Pupil", pupil) }],
        });
        let given = Value::from_json(input).unwrap_or_default();
        let reached = |code, field: &str| out_of_reach(&given, &[UserError::new(code, field, "")]);
        let found = reached(UserErrorCode::NotFound, "judgements.1.pupilId");
        let row = |ids: &[Uuid]| Some(Subjects::rows(BTreeMap::from([("pupil".to_owned(), ids.to_vec())])));
        assert_eq!(found, row(&[pupil]));
        let other = Uuid::now_v7();
        let batch = serde_json::json!({ "judgements": [{ "pupilId": encode_id("Pupil", other) }, { "pupilId": encode_id("Pupil", pupil) },
            { "pupilId": encode_id("Pupil", other) }] });
        let all = [2, 0, 1].map(|at| UserError::new(UserErrorCode::NotFound, &format!("judgements.{at}.pupilId"), ""));
        let (first, last) = if pupil < other { (pupil, other) } else { (other, pupil) };
        assert_eq!(
            out_of_reach(&Value::from_json(batch).unwrap_or_default(), &all),
            row(&[first, last]),
            "all of a batch"
        );
        for field in ["", "name", "judgements.0.pupilId", "judgements.7.pupilId", "nothing.of.the.kind"] {
            assert_eq!(reached(UserErrorCode::Forbidden, field), Some(Subjects::default()), "{field}");
        }
        let taken = UserError::duplicate("upn", "").telling();
        assert_eq!(out_of_reach(&given, &[taken]), Some(Subjects::default()), "it tells of somebody");
        assert_eq!(reached(UserErrorCode::Duplicate, "name"), None);
        let outcome = serde_json::json!({ "workId": encode_id("SampledWork", pupil), "decision": "CONFIRMED" });
        let misfit = UserError::invalid("decision", "").telling();
        let work = Subjects::rows(BTreeMap::from([("sampled_work".to_owned(), vec![pupil])]));
        assert_eq!(out_of_reach(&Value::from_json(outcome).unwrap_or_default(), &[misfit]), Some(work));
        assert_eq!(reached(UserErrorCode::Invalid, "name"), None, "a slip of the pen is no refusal");
    }
}
