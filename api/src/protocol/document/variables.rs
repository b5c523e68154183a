//! Gives the values of variables the form of their types, as the specification has it, before anything runs.
//!
//! async-graphql itself looks at a variable only where a field uses it. So it would not notice a missing variable that
//! nothing reads, `@include` would take one with a default for false, and one that was left out would count as null
//! instead of leaving the argument's own default.

use std::fmt::Write as _;

use apollo_compiler::Schema;
use apollo_compiler::ast::{self, Type};
use apollo_compiler::schema::{ExtendedType, InputObjectType};
use async_graphql::{Name, Pos, Value as Const, Variables};
use serde_json::{Map, Value};

use super::convert::to_const;
use crate::config::Limits;

/// A variable that an operation declares.
#[derive(Debug)]
pub(super) struct Variable {
    name: String,
    kind: Type,
    default: Option<Const>,
    place: Pos,
}

impl Variable {
    pub(super) fn new(declared: &ast::VariableDefinition, place: Pos) -> Self {
        Self {
            name: declared.name.to_string(),
            kind: (*declared.ty).clone(),
            default: declared.default_value.as_ref().and_then(|value| to_const(value)),
            place,
        }
    }
}

/// A value that its type does not take.
#[derive(Debug)]
pub(crate) struct Unfit {
    /// Which, and why not, in words.
    pub(crate) message: String,
    /// Where the variable is declared, if it is one.
    pub(crate) place: Option<Pos>,
}

/// The values of all variables that were given or have a default.
pub(super) fn coerce(
    declared: &[Variable],
    mut given: Map<String, Value>,
    schema: &Schema,
    limits: &Limits,
) -> Result<Variables, Unfit> {
    let most = limits.variables_bytes;
    let mut written = Written(0);
    // Counting does not fail, nor does writing JSON that was JSON.
    let _ = serde_json::to_writer(&mut written, &given);
    if written.0 > most {
        let message = format!("The variables of a request may have {most} bytes; these have {}.", written.0);
        return Err(Unfit { message, place: None });
    }
    let mut values = Variables::default();
    for variable in declared {
        let value = match (given.remove(&variable.name), &variable.default) {
            (Some(value), _) => {
                let mut coercing = Coercing { schema, limits, path: String::new() };
                coercing.value(&variable.kind, value, 0).map_err(|reason| Unfit {
                    message: format!("The variable `${}`{} {reason}", variable.name, coercing.path),
                    place: Some(variable.place),
                })?
            }
            (None, Some(default)) => default.clone(),
            (None, None) if variable.kind.is_non_null() => {
                let message = format!("The variable `${}` of the type `{}` is missing.", variable.name, variable.kind);
                return Err(Unfit { message, place: Some(variable.place) });
            }
            (None, None) => continue,
        };
        values.insert(Name::new(&variable.name), value);
    }
    Ok(values)
}

/// Counts what is written.
struct Written(usize);

impl std::io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

struct Coercing<'a> {
    schema: &'a Schema,
    limits: &'a Limits,
    /// Where in the variable, as in `.judgements.3.gradeCode`; kept where something is wrong.
    path: String,
}

impl Coercing<'_> {
    fn value(&mut self, kind: &Type, value: Value, level: usize) -> Result<Const, String> {
        if value.is_null() {
            return if kind.is_non_null() {
                Err(format!("must not be null: its type is `{kind}`."))
            } else {
                Ok(Const::Null)
            };
        }
        let name = match kind {
            Type::List(item) | Type::NonNullList(item) => return self.list(item, value, level),
            Type::Named(name) | Type::NonNullNamed(name) => name,
        };
        let unfit = || Err(format!("must be a value of the type `{name}`."));
        match (self.schema.types.get(name), value) {
            (Some(ExtendedType::Enum(kind)), Value::String(text)) => {
                if kind.values.contains_key(text.as_str()) {
                    Ok(Const::Enum(Name::new(text)))
                } else {
                    unfit()
                }
            }
            (Some(ExtendedType::InputObject(kind)), Value::Object(fields)) => self.object(&kind.clone(), fields, level),
            (Some(ExtendedType::Scalar(_)), value) => self.scalar(name, value, level).map_or_else(unfit, Ok),
            _ => unfit(),
        }
    }

    fn list(&mut self, item: &Type, value: Value, level: usize) -> Result<Const, String> {
        let Value::Array(items) = value else {
            // One item stands for a list of one.
            return Ok(Const::List(vec![self.value(item, value, level)?]));
        };
        self.goes_down(level)?;
        let most = self.limits.list_items;
        if items.len() > most {
            return Err(format!("may have {most} items; this one has {}.", items.len()));
        }
        let mut coerced = Vec::with_capacity(items.len());
        for (at, value) in items.into_iter().enumerate() {
            coerced.push(self.inside(&at, |coercing| coercing.value(item, value, level + 1))?);
        }
        Ok(Const::List(coerced))
    }

    fn object(
        &mut self,
        kind: &InputObjectType,
        mut fields: Map<String, Value>,
        level: usize,
    ) -> Result<Const, String> {
        self.goes_down(level)?;
        let mut coerced = Vec::with_capacity(fields.len());
        for (name, field) in &kind.fields {
            match fields.remove(name.as_str()) {
                Some(value) => {
                    let value = self.inside(name, |coercing| coercing.value(&field.ty, value, level + 1))?;
                    coerced.push((Name::new(name), value));
                }
                None if field.is_required() => {
                    let kind = &field.ty;
                    return self.inside(name, |_| Err(format!("is missing: its type is `{kind}`.")));
                }
                None => {}
            }
        }
        if let Some(unknown) = fields.keys().next() {
            let unknown: String = unknown.chars().take(60).collect();
            return Err(format!("has a field `{unknown}` that the type `{}` does not have.", kind.name));
        }
        if kind.directives.has("oneOf")
            && (coerced.len() != 1 || coerced.iter().any(|(_, value)| *value == Const::Null))
        {
            return Err(format!("must have exactly one field that is not null: its type is `{}`.", kind.name));
        }
        Ok(Const::Object(coerced.into_iter().collect()))
    }

    fn scalar(&mut self, name: &str, value: Value, level: usize) -> Option<Const> {
        match (name, value) {
            ("Int", Value::Number(number)) => {
                // 1.0 is a whole number too, and some languages know no other.
                let whole =
                    number.as_i64().or_else(|| number.as_f64().filter(|n| n.fract() == 0.0).map(|n| n as i64))?;
                i32::try_from(whole).ok().map(Const::from)
            }
            ("Float", Value::Number(number)) => Some(Const::Number(number)),
            ("String" | "ID", Value::String(text)) => Some(Const::String(text)),
            ("ID", Value::Number(number)) => number.as_i64().map(|number| Const::String(number.to_string())),
            ("Boolean", Value::Bool(value)) => Some(Const::Boolean(value)),
            ("Int" | "Float" | "String" | "ID" | "Boolean", _) => None,
            (_, value) => {
                fits(&value, self.limits, level).then_some(())?;
                Const::from_json(value).ok()
            }
        }
    }

    fn goes_down(&self, level: usize) -> Result<(), String> {
        let most = self.limits.input_nesting;
        if level >= most {
            return Err(format!("may have {most} lists and objects inside each other; this one has more."));
        }
        Ok(())
    }

    fn inside<T>(
        &mut self,
        step: &impl std::fmt::Display,
        work: impl FnOnce(&mut Self) -> Result<T, String>,
    ) -> Result<T, String> {
        let before = self.path.len();
        // Writing to a text does not fail.
        let _ = write!(self.path, ".{step}");
        let done = work(self)?;
        self.path.truncate(before);
        Ok(done)
    }
}

/// Whether a value of a scalar of our own is within the limits too.
fn fits(value: &Value, limits: &Limits, level: usize) -> bool {
    match value {
        Value::Array(_) | Value::Object(_) if level >= limits.input_nesting => false,
        Value::Array(items) => {
            items.len() <= limits.list_items && items.iter().all(|item| fits(item, limits, level + 1))
        }
        Value::Object(fields) => fields.values().all(|value| fits(value, limits, level + 1)),
        _ => true,
    }
}
