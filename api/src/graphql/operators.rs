//! The operators of filters, by the kind of a column: all that are given must hold.

use std::borrow::Cow;
use std::marker::PhantomData;

use async_graphql::{ID, InputObject, InputType, InputValueError, InputValueResult, TypeName, registry::Registry};
use chrono::{DateTime, Datelike, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, Func};
use sea_orm::{ColumnTrait, Condition, Value};

use super::folding;
use super::{Date, Filtering, Wraps, decode_id};
use crate::error::{Error, Result};
use crate::rulebook::values::as_kept;

/// Most values in one `in`.
const LONGEST_LIST: usize = 100;

/// What all operator objects have: `eq`, `in`, `ne`, `notIn` and `isNull`.
fn equality<V: Clone + Into<Value>>(
    column: &impl ColumnTrait,
    eq: &Option<V>,
    within: &Option<Vec<V>>,
    ne: &Option<V>,
    not_in: &Option<Vec<V>>,
    is_null: Option<bool>,
) -> Result<Condition> {
    let values = |operator: &str, values: &Vec<V>| match values.len() > LONGEST_LIST {
        true => {
            Err(Error::bad_input(format!("`{operator}` takes at most {LONGEST_LIST} values; ask in several requests.")))
        }
        false => Ok(values.clone().into_iter().map(Into::<Value>::into)),
    };
    let within = within.as_ref().map(|within| values("in", within)).transpose()?;
    let not_in = not_in.as_ref().map(|not_in| values("notIn", not_in)).transpose()?;
    Ok(Condition::all()
        .add_option(eq.clone().map(|value| column.eq(value)))
        .add_option(within.map(|values| column.is_in(values)))
        .add_option(ne.clone().map(|value| column.ne(value)))
        .add_option(is_null.map(|is_null| null(column, is_null)))
        // None of no values is whatever there is.
        .add_option(not_in.map(|values| column.is_not_null().and(column.is_not_in(values)))))
}

fn null(column: &impl ColumnTrait, is_null: bool) -> Expr {
    if is_null { column.is_null() } else { column.is_not_null() }
}

// Whether a text begins with another or contains it is asked letter by letter. `LIKE` would not do: it gives a meaning to `%` and `_`,
// and on SQLite it ignores case.

fn begins(column: Expr, text: String) -> Expr {
    let length = i32::try_from(text.chars().count()).unwrap_or(i32::MAX);
    Expr::expr(Func::cust("SUBSTR").arg(column).arg(1).arg(length)).eq(text)
}

fn holds(column: Expr, text: String) -> Expr {
    if text.is_empty() {
        return column.is_not_null();
    }
    Expr::expr(Func::cust("REPLACE").arg(column.clone()).arg(text).arg("")).ne(column)
}

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
            /// Another than this. Where there is none, it is no other.
            pub ne: Option<$value>,
            /// None of these, at most 100. Where there is none, it is not kept either.
            pub not_in: Option<Vec<$value>>,
            /// Whether there is none; false keeps those that have one.
            pub is_null: Option<bool>,
            $($(#[$fdoc])* pub $field: Option<$value>,)*
        }

        impl $name {
            /// The condition on `column`; all given operators must hold.
            ///
            /// # Errors
            /// A list is too long, or no row can have one of the values.
            pub fn on(&self, column: impl ColumnTrait, _by: Filtering<'_>) -> Result<Condition> {
                let given = [&self.eq, &self.ne, $(&self.$field),*].into_iter().flatten();
                let listed = [&self.within, &self.not_in].into_iter().flatten().flatten();
                given.chain(listed).try_for_each(Comparable::check)?;
                let all = equality(&column, &self.eq, &self.within, &self.ne, &self.not_in, self.is_null)?;
                Ok(all$(.add_option(self.$field.clone().map(|value| column.$method(value))))*)
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

/// Conditions on a text. Upper and lower case differ, except where an operator says that they do not.
#[derive(Clone, Debug, Default, InputObject)]
pub struct StringFilter {
    /// Equal to this.
    pub eq: Option<String>,
    /// Equal to one of these, at most 100.
    #[graphql(name = "in")]
    pub within: Option<Vec<String>>,
    /// Another than this. Where there is none, it is no other.
    pub ne: Option<String>,
    /// None of these, at most 100. Where there is none, it is not kept either.
    pub not_in: Option<Vec<String>>,
    /// Whether there is none; false keeps those that have one.
    pub is_null: Option<bool>,
    /// Begins with this.
    pub starts_with: Option<String>,
    /// Contains this.
    pub contains: Option<String>,
    /// Equal to this, whatever the case and the accents. So zoe finds Zoë.
    pub eq_insensitive: Option<String>,
    /// Begins with this, whatever the case and the accents.
    pub starts_with_insensitive: Option<String>,
    /// Contains this, whatever the case and the accents.
    pub contains_insensitive: Option<String>,
}

impl StringFilter {
    /// The condition on `column`; all given operators must hold.
    ///
    /// # Errors
    /// A list is too long, or no row can have one of the texts.
    pub fn on(&self, column: impl ColumnTrait, by: Filtering<'_>) -> Result<Condition> {
        self.as_kept(column.as_str()).on_kept(&column, by)
    }

    /// The same texts in the form in which a column keeps its own.
    fn as_kept(&self, column: &str) -> Self {
        let text = |text: &Option<String>| text.as_deref().map(|text| as_kept(column, text));
        let texts = |texts: &Option<Vec<String>>| {
            texts.as_ref().map(|texts| texts.iter().map(|text| as_kept(column, text)).collect())
        };
        Self {
            eq: text(&self.eq),
            within: texts(&self.within),
            ne: text(&self.ne),
            not_in: texts(&self.not_in),
            is_null: self.is_null,
            starts_with: text(&self.starts_with),
            contains: text(&self.contains),
            eq_insensitive: text(&self.eq_insensitive),
            starts_with_insensitive: text(&self.starts_with_insensitive),
            contains_insensitive: text(&self.contains_insensitive),
        }
    }

    fn on_kept(&self, column: &impl ColumnTrait, by: Filtering<'_>) -> Result<Condition> {
        let given = [
            &self.eq,
            &self.ne,
            &self.starts_with,
            &self.contains,
            &self.eq_insensitive,
            &self.starts_with_insensitive,
            &self.contains_insensitive,
        ];
        let listed = [&self.within, &self.not_in].into_iter().flatten().flatten();
        given.into_iter().flatten().chain(listed).try_for_each(Comparable::check)?;
        let exact = |text: &Option<String>, how: fn(Expr, String) -> Expr| {
            text.clone().map(|text| how(Expr::col(column.as_column_ref()), text))
        };
        let folded = |text: &Option<String>, how: fn(Expr, String) -> Expr| {
            let column = || folding::column(Expr::col(column.as_column_ref()), by.is_postgres);
            text.as_ref().map(|text| how(column(), folding::text(text)))
        };
        Ok(equality(column, &self.eq, &self.within, &self.ne, &self.not_in, self.is_null)?
            .add_option(exact(&self.starts_with, begins))
            .add_option(exact(&self.contains, holds))
            .add_option(folded(&self.eq_insensitive, |column, text| column.eq(text)))
            .add_option(folded(&self.starts_with_insensitive, begins))
            .add_option(folded(&self.contains_insensitive, holds)))
    }
}

/// Conditions on a yes or no.
#[derive(Clone, Debug, Default, InputObject)]
pub struct BoolFilter {
    /// Equal to this.
    pub eq: Option<bool>,
    /// Whether there is none; false keeps those that have one.
    pub is_null: Option<bool>,
}

impl BoolFilter {
    /// The condition on `column`.
    ///
    /// # Errors
    /// It never fails; it answers as the other operators do.
    pub fn on(&self, column: impl ColumnTrait, _by: Filtering<'_>) -> Result<Condition> {
        let is_null = self.is_null.map(|is_null| null(&column, is_null));
        Ok(Condition::all().add_option(self.eq.map(|value| column.eq(value))).add_option(is_null))
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
    /// Another than this. Where there is none, it is no other.
    pub ne: Option<V>,
    /// None of these. Where there is none, it is not kept either.
    pub not_in: Option<Vec<V>>,
    /// Whether there is none; false keeps those that have one.
    pub is_null: Option<bool>,
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
    pub fn on(&self, column: impl ColumnTrait, _by: Filtering<'_>) -> Result<Condition> {
        equality(&column, &self.eq, &self.within, &self.ne, &self.not_in, self.is_null)
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
    /// Another than this. Where there is none, it is no other.
    ne: Option<ID>,
    /// None of these, at most 100. Where there is none, it is not kept either.
    not_in: Option<Vec<ID>>,
    /// Whether there is none; false keeps those that have one.
    is_null: Option<bool>,
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
    pub fn on(&self, column: impl ColumnTrait, _by: Filtering<'_>) -> Result<Condition> {
        let read = |id: &ID| match decode_id(id) {
            Some((name, id)) if name == T::NAME => Ok(id),
            _ => Err(Error::bad_input(format!("`{}` is not the id of a {}.", id.as_str(), T::NAME))),
        };
        let one = |id: &Option<ID>| id.as_ref().map(read).transpose();
        let many = |ids: &Option<Vec<ID>>| -> Result<Option<Vec<_>>> {
            ids.as_ref().map(|ids| ids.iter().map(read).collect()).transpose()
        };
        let IdOperators { eq, within, ne, not_in, is_null } = &self.operators;
        equality(&column, &one(eq)?, &many(within)?, &one(ne)?, &many(not_in)?, *is_null)
    }
}
