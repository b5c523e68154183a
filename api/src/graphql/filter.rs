//! Filters: typed input objects with the operators of their fields, all of which must hold.

use async_graphql::InputType;
use sea_orm::sea_query::{Expr, ExprTrait, SelectStatement};
use sea_orm::{ColumnTrait, Condition, EntityTrait};

use super::Date;
use super::field_rules::{FieldRules, in_camel_case};
use crate::{
    auth::Viewer,
    db::{Identified, Scoped},
    error::Result,
};

/// Who filters, and where.
#[derive(Clone, Copy)]
pub struct Filtering<'a> {
    /// Whoever asks: of other tables, only the rows count that exist for them.
    pub viewer: &'a Viewer,
    /// Whether the database is PostgreSQL.
    pub is_postgres: bool,
}

/// The filter of a list: which rows of `Entity` to keep.
pub trait Filter: InputType + std::fmt::Debug + Clone + Send + Sync + 'static {
    /// The table.
    type Entity: EntityTrait;

    /// The conditions on each field that it uses. All must hold.
    ///
    /// # Errors
    /// [`Error::BadUserInput`](crate::error::Error::BadUserInput) if the operators of a field cannot be meant so.
    fn parts(&self, by: Filtering<'_>) -> Result<Vec<FilterPart<Self::Entity>>>;
}

/// The rows of another table that a filter of their own keeps, of those that exist for the viewer: the values of their column `names`.
///
/// # Errors
/// As [`Filter::parts`]; or the viewer may not filter by a field of these rows.
pub fn related<F: Filter<Entity: Identified>>(
    filter: &F,
    by: Filtering<'_>,
    names: <F::Entity as EntityTrait>::Column,
) -> Result<SelectStatement> {
    let rows = Scoped::<F::Entity>::of(by.viewer);
    let parts = readable_parts(filter, by, &FieldRules::of(by.viewer))?;
    Ok(parts.into_iter().fold(rows, |rows, part| rows.filter(part.condition)).values_of(names))
}

/// That a value lies within the span, from `low` to `high`, of a row of another table that a filter of its own keeps, of those that
/// exist for the viewer.
///
/// # Errors
/// As [`related`].
pub fn within<F: Filter<Entity: Identified>>(
    filter: &F,
    by: Filtering<'_>,
    value: Expr,
    (low, high): (<F::Entity as EntityTrait>::Column, <F::Entity as EntityTrait>::Column),
) -> Result<Condition> {
    let end = |column| Expr::col((F::Entity::default(), column));
    let parts = readable_parts(filter, by, &FieldRules::of(by.viewer))?;
    let rows = Scoped::<F::Entity>::of(by.viewer).filter(end(low).lte(value.clone())).filter(end(high).gte(value));
    let rows = parts.into_iter().fold(rows, |rows, part| rows.filter(part.condition));
    Ok(Condition::all().add(Expr::exists(rows.ids())))
}

/// The conditions of a filter, each in the rows in which the viewer may read its field.
///
/// # Errors
/// As [`Filter::parts`]; or the viewer may read the field in no row.
pub(super) fn readable_parts<F: Filter<Entity: Identified>>(
    filter: &F,
    by: Filtering<'_>,
    fields: &FieldRules<F::Entity>,
) -> Result<Vec<FilterPart<F::Entity>>> {
    let mut parts = filter.parts(by)?;
    for part in &mut parts {
        let where_read = fields.may_use(part.column, || format!("filter by `{}`", in_camel_case(part.field)))?;
        part.condition = Condition::all().add(part.condition.clone()).add(where_read);
    }
    Ok(parts)
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

/// The rows that run on a day: they have begun by then, and have not ended.
pub fn runs_on<C: ColumnTrait>(begins: C, ends: C, day: Date) -> Condition {
    Condition::all().add(begins.lte(day)).add(ends.is_null().or(ends.gte(day)))
}

/// Declares the filter of a list: an input object whose fields are conditions.
///
/// ```text
/// filter! {
///     /// Which pupils.
///     PupilFilter of pupil {
///         /// By family name.
///         family_name: StringFilter => FamilyName,                 // on a column
///         /// Those on roll on this day.
///         on: Date => StartsOn until EndsOn,                       // the row runs on it
///         /// By their places.
///         enrolments: Box<EnrolmentFilter> => Id in enrolment::PupilId, // the column is among these of rows that another filter keeps
///         /// Without a judgement.
///         without_judgements: Box<JudgementFilter> => Id without judgement::PupilId, // it is not
///         /// In phases for which this holds.
///         phase_where: Box<PhaseFilter> => YearGroup within phase::LowestYearGroup to HighestYearGroup, // it lies in the span of such a row
///     }
/// }
/// ```
macro_rules! filter {
    ($(#[$doc:meta])* $name:ident of $entity:ident {
        $($(#[$fdoc:meta])* $field:ident: $operators:ty => $column:ident
            $(until $end:ident)? $(in $other:ident::$names:ident)? $(without $none:ident::$named:ident)?
            $(within $span:ident::$low:ident to $high:ident)?),+ $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, async_graphql::InputObject)]
        pub struct $name {
            $($(#[$fdoc])* pub $field: Option<$operators>,)+
        }

        impl $crate::graphql::Filter for $name {
            type Entity = $entity::Entity;

            fn parts(
                &self,
                by: $crate::graphql::Filtering<'_>,
            ) -> $crate::error::Result<Vec<$crate::graphql::FilterPart<$entity::Entity>>> {
                let mut parts = Vec::new();
                $(if let Some(given) = &self.$field {
                    parts.push($crate::graphql::FilterPart {
                        field: stringify!($field),
                        column: $entity::Column::$column,
                        condition: $crate::graphql::filter!(
                            @ given, by, $entity::Column::$column,
                            $(until $entity::Column::$end)? $(in $other::$names)? $(without $none::$named)?
                            $(within $entity, $span::$low, $high)?
                        ),
                    });
                })+
                Ok(parts)
            }
        }
    };
    (@ $given:ident, $by:ident, $column:expr, ) => {
        $given.on($column, $by)?
    };
    (@ $given:ident, $by:ident, $column:expr, until $end:expr) => {
        $crate::graphql::runs_on($column, $end, *$given)
    };
    (@ $given:ident, $by:ident, $column:expr, in $other:ident::$names:ident) => {
        sea_orm::Condition::all().add(sea_orm::ColumnTrait::in_subquery(
            &$column,
            $crate::graphql::related(&**$given, $by, $other::Column::$names)?,
        ))
    };
    (@ $given:ident, $by:ident, $column:expr, within $entity:ident, $span:ident::$low:ident, $high:ident) => {
        $crate::graphql::within(
            &**$given,
            $by,
            sea_orm::sea_query::Expr::col(($entity::Entity, $column)),
            ($span::Column::$low, $span::Column::$high),
        )?
    };
    (@ $given:ident, $by:ident, $column:expr, without $other:ident::$names:ident) => {
        sea_orm::Condition::all().add(sea_orm::ColumnTrait::not_in_subquery(
            &$column,
            $crate::graphql::related(&**$given, $by, $other::Column::$names)?,
        ))
    };
}
pub(crate) use filter;
