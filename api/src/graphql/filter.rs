//! Filters: typed input objects with the operators of their fields, all of which must hold.

use std::borrow::Cow;
use std::marker::PhantomData;

use async_graphql::{ID, InputObject, InputType, InputValueError, InputValueResult, TypeName, registry::Registry};
use chrono::{DateTime, Datelike, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, Func};
use sea_orm::{ColumnTrait, Condition, EntityTrait, Value};

use super::{Date, Wraps, decode_id};
use crate::error::{Error, Result};

/// The filter of a list: which rows of `Entity` to keep.
pub trait Filter: InputType + std::fmt::Debug + Clone + Send + Sync + 'static {
    /// The table.
    type Entity: EntityTrait;

    /// The conditions on each field that it uses. All must hold.
    ///
    /// # Errors
    /// [`Error::BadUserInput`] if the operators of a field cannot be meant so.
    fn parts(&self) -> Result<Vec<FilterPart<Self::Entity>>>;
}

/// What a filter asks of one field.
#[derive(Debug)]
pub struct FilterPart<E: EntityTrait> {
    /// The field, as it is called in Rust.
    pub field: &'static str,
    /// Its column.
    pub column: E::Column,
    /// What must hold of it.
    pub condition: Condition,
}

/// Most values in one `in`.
const LONGEST_LIST: usize = 100;

fn one_of<V: Clone + Into<Value>>(column: &impl ColumnTrait, values: &[V]) -> Result<Expr> {
    if values.len() > LONGEST_LIST {
        return Err(Error::bad_input(format!("`in` takes at most {LONGEST_LIST} values; ask in several requests.")));
    }
    Ok(column.is_in(values.iter().cloned().map(Into::into)))
}

/// Whether a text contains another, letter by letter. `LIKE` would not do: it gives a meaning to `%` and `_`, and on
/// SQLite it ignores case.
trait Text: ColumnTrait {
    fn begins_with(&self, text: String) -> Expr {
        let length = i32::try_from(text.chars().count()).unwrap_or(i32::MAX);
        let beginning = Func::cust("SUBSTR").arg(Expr::col(self.as_column_ref())).arg(1).arg(length);
        Expr::expr(beginning).eq(text)
    }

    fn has_within(&self, text: String) -> Expr {
        if text.is_empty() {
            return self.is_not_null();
        }
        let column = || Expr::col(self.as_column_ref());
        let without = Func::cust("REPLACE").arg(column()).arg(text).arg("");
        Expr::expr(without).ne(column())
    }
}

impl<C: ColumnTrait> Text for C {}

/// A value that columns are compared with. If one of the databases cannot keep a value, no row has it. Only that
/// database would report it, in its own words, so it is checked here.
trait Comparable {
    /// # Errors
    /// No row can have the value.
    fn check(&self) -> Result<()> {
        Ok(())
    }
}

impl Comparable for i32 {}

impl Comparable for Date {}

impl Comparable for String {
    fn check(&self) -> Result<()> {
        check_text(self)
    }
}

impl Comparable for DateTime<Utc> {
    fn check(&self) -> Result<()> {
        match self.year() {
            1..=9999 => Ok(()),
            _ => Err(Error::bad_input(format!("{self} is no time that can be meant; its year must be 1 to 9999."))),
        }
    }
}

/// Checks a text that rows are searched for.
///
/// # Errors
/// No row can have the text: it holds U+0000.
pub fn check_text(text: &str) -> Result<()> {
    match text.contains('\0') {
        false => Ok(()),
        true => Err(Error::bad_input("A text holds the character U+0000, which no row has; leave it out.")),
    }
}

/// Declares an operator object over a column whose values are `$value`.
macro_rules! operators {
    ($(#[$doc:meta])* $name:ident of $value:ty { $($(#[$fdoc:meta])* $field:ident => $method:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, InputObject)]
        pub struct $name {
            /// Equal to this.
            pub eq: Option<$value>,
            /// Equal to one of these, at most 100.
            #[graphql(name = "in")]
            pub within: Option<Vec<$value>>,
            $($(#[$fdoc])* pub $field: Option<$value>,)*
        }

        impl $name {
            /// The condition on `column`; all given operators must hold.
            ///
            /// # Errors
            /// A list is too long, or no row can have one of the values.
            pub fn on(&self, column: impl ColumnTrait) -> Result<Condition> {
                let mut all = Condition::all();
                if let Some(value) = &self.eq {
                    value.check()?;
                    all = all.add(column.eq(value.clone()));
                }
                if let Some(values) = &self.within {
                    values.iter().try_for_each(Comparable::check)?;
                    all = all.add(one_of(&column, values)?);
                }
                $(if let Some(value) = &self.$field {
                    value.check()?;
                    all = all.add(column.$method(value.clone()));
                })*
                Ok(all)
            }
        }
    };
}

operators! {
    /// Conditions on a whole number.
    IntFilter of i32 {
        /// At least this.
        gte => gte,
        /// At most this.
        lte => lte,
    }
}

operators! {
    /// Conditions on a date.
    DateFilter of Date {
        /// On or after this day.
        gte => gte,
        /// On or before this day.
        lte => lte,
    }
}

operators! {
    /// Conditions on a time.
    DateTimeFilter of DateTime<Utc> {
        /// At or after this time.
        gte => gte,
        /// Before this time.
        lt => lt,
    }
}

operators! {
    /// Conditions on a text. Upper and lower case differ.
    StringFilter of String {
        /// Begins with this.
        starts_with => begins_with,
        /// Contains this.
        contains => has_within,
    }
}

/// Conditions on a yes or no.
#[derive(Clone, Debug, Default, InputObject)]
pub struct BoolFilter {
    /// Equal to this.
    pub eq: Option<bool>,
}

impl BoolFilter {
    /// The condition on `column`.
    ///
    /// # Errors
    /// It never fails; it answers as the other operators do.
    pub fn on(&self, column: impl ColumnTrait) -> Result<Condition> {
        Ok(self.eq.map_or_else(Condition::all, |value| Condition::all().add(column.eq(value))))
    }
}

/// Conditions on a field of the values of `V`: an enum, or the id of something.
#[derive(Clone, Debug, InputObject)]
#[graphql(name_type)]
pub struct EnumFilter<V: InputType> {
    /// Equal to this.
    pub eq: Option<V>,
    /// Equal to one of these.
    #[graphql(name = "in")]
    pub within: Option<Vec<V>>,
}

impl<V: InputType> TypeName for EnumFilter<V> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Filter", V::type_name()).into()
    }
}

impl<V: InputType + Clone + Into<Value>> EnumFilter<V> {
    /// The condition on `column`; all given operators must hold.
    ///
    /// # Errors
    /// A list is too long.
    pub fn on(&self, column: impl ColumnTrait) -> Result<Condition> {
        let mut all = Condition::all();
        if let Some(value) = &self.eq {
            all = all.add(column.eq(value.clone()));
        }
        if let Some(values) = &self.within {
            all = all.add(one_of(&column, values)?);
        }
        Ok(all)
    }
}

/// Conditions on the id of a `T`.
pub struct IdFilter<T> {
    operators: IdOperators,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for IdFilter<T> {
    fn clone(&self) -> Self {
        Self { operators: self.operators.clone(), of: PhantomData }
    }
}

impl<T> std::fmt::Debug for IdFilter<T> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.operators.fmt(formatter)
    }
}

/// Conditions on the id of something.
#[derive(Clone, Debug, InputObject)]
#[graphql(name = "IdFilter")]
struct IdOperators {
    /// Equal to this.
    eq: Option<ID>,
    /// Equal to one of these, at most 100.
    #[graphql(name = "in")]
    within: Option<Vec<ID>>,
}

impl<T: Wraps> InputType for IdFilter<T> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        IdOperators::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        IdOperators::create_type_info(registry)
    }

    fn parse(value: Option<async_graphql::Value>) -> InputValueResult<Self> {
        let operators = IdOperators::parse(value).map_err(InputValueError::propagate)?;
        Ok(Self { operators, of: PhantomData })
    }

    fn to_value(&self) -> async_graphql::Value {
        self.operators.to_value()
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

impl<T: Wraps> IdFilter<T> {
    /// The condition on `column`, which holds ids of `T`.
    ///
    /// # Errors
    /// An id is of another type, or a list is too long.
    pub fn on(&self, column: impl ColumnTrait) -> Result<Condition> {
        let read = |id: &ID| match decode_id(id) {
            Some((name, id)) if name == T::NAME => Ok(id),
            _ => Err(Error::bad_input(format!("`{}` is not the id of a {}.", id.as_str(), T::NAME))),
        };
        let mut all = Condition::all();
        if let Some(id) = &self.operators.eq {
            all = all.add(column.eq(read(id)?));
        }
        if let Some(ids) = &self.operators.within {
            let ids = ids.iter().map(read).collect::<Result<Vec<_>>>()?;
            all = all.add(one_of(&column, &ids)?);
        }
        Ok(all)
    }
}

/// Declares the filter of a list: an input object whose fields are conditions on columns.
macro_rules! filter {
    ($(#[$doc:meta])* $name:ident of $entity:ident {
        $($(#[$fdoc:meta])* $field:ident: $operators:ty => $column:ident),+ $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, async_graphql::InputObject)]
        pub struct $name {
            $($(#[$fdoc])* pub $field: Option<$operators>,)+
        }

        impl $crate::graphql::Filter for $name {
            type Entity = $entity::Entity;

            fn parts(&self) -> $crate::error::Result<Vec<$crate::graphql::FilterPart<$entity::Entity>>> {
                let mut parts = Vec::new();
                $(if let Some(operators) = &self.$field {
                    parts.push($crate::graphql::FilterPart {
                        field: stringify!($field),
                        column: $entity::Column::$column,
                        condition: operators.on($entity::Column::$column)?,
                    });
                })+
                Ok(parts)
            }
        }
    };
}
pub(crate) use filter;
