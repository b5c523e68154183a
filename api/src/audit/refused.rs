//! What a refused mutation was refused for.

use async_graphql::{ID, Value};

use super::{Subjects, types::table_of};
use crate::graphql::{UserError, UserErrorCode, decode_id};

/// What a refused input named that is out of the viewer's reach; `None` where it was refused for
/// another reason. Only ids are taken from it: anything else might be a name.
#[must_use]
pub fn out_of_reach(given: &Value, errors: &[UserError]) -> Option<Subjects> {
    use UserErrorCode::{Forbidden, NotFound};
    let error = errors.iter().find(|error| matches!(error.code, Forbidden | NotFound))?;
    let mut value = Some(given);
    for step in &error.field {
        value = match value {
            Some(Value::Object(fields)) => fields.get(step.as_str()),
            Some(Value::List(items)) => step.parse::<usize>().ok().and_then(|at| items.get(at)),
            _ => None,
        };
    }
    let Some(Value::String(id)) = value else { return Some(Subjects::default()) };
    Some(named_by(&ID(id.clone())).unwrap_or_default())
}

/// The row that a global id names.
fn named_by(id: &ID) -> Option<Subjects> {
    let (name, id) = decode_id(id)?;
    let is_of_a_type = name.len() <= 40 && name.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_of_a_type.then(|| Subjects::row(&table_of(&name), id))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

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
        assert_eq!(found, Some(Subjects::row("pupil", pupil)));
        for field in ["", "name", "judgements.0.pupilId", "judgements.7.pupilId", "nothing.of.the.kind"] {
            assert_eq!(reached(UserErrorCode::Forbidden, field), Some(Subjects::default()), "{field}");
        }
        assert_eq!(reached(UserErrorCode::Invalid, "name"), None, "a slip of the pen is no refusal");
    }
}
