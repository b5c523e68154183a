//! Reads what a question needs from the cells: only the columns of its level, summed by the database.

use std::collections::BTreeMap;

use plumbline_entity::{agreement_cell, agreement_edition_cell, judgement_cell, year_group::YearGroup};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ColumnTrait, DbErr, FromQueryResult, QueryResult, QuerySelect};
use uuid::Uuid;

use super::lattice::{Dimension, Dimensions, RowKey};
use crate::db::{Aggregate, Policy, Scoped};

/// The columns that every table of cells has.
#[derive(Clone, Copy, Debug)]
pub struct CellColumns<C> {
    /// The school.
    pub school: C,
    /// The class, which is of that school.
    pub class: C,
    /// The year group, from which the phase follows.
    pub year_group: C,
    /// By which attribute of pupils the cell is split.
    pub attribute: C,
    /// The value of that attribute.
    pub group_value: C,
    /// How many pupils it counts.
    pub pupils: C,
}

/// A table of cells: counts of pupils by place and group, and by what else the measure counts.
pub trait CellTable: Policy {
    /// Its columns.
    fn columns() -> CellColumns<Self::Column>;
}

macro_rules! cell_table {
    ($($table:ident),+) => {$(
        impl CellTable for $table::Entity {
            fn columns() -> CellColumns<$table::Column> {
                use $table::Column as C;
                CellColumns {
                    school: C::SchoolId,
                    class: C::ClassId,
                    year_group: C::YearGroup,
                    attribute: C::Attribute,
                    group_value: C::GroupValue,
                    pupils: C::Pupils,
                }
            }
        }
    )+};
}
cell_table!(agreement_cell, agreement_edition_cell, judgement_cell);

/// A sum of cells. A dimension that the question does not ask for is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell<T> {
    /// The school.
    pub school_id: Option<Uuid>,
    /// The class.
    pub class_id: Option<Uuid>,
    /// The year group.
    pub year_group: Option<YearGroup>,
    /// The value of the attribute by which the question splits pupils; ALL where it does not.
    pub group_value: String,
    /// How many pupils are counted; never below 0.
    pub pupils: u32,
    /// What the measure counts them by.
    pub of: T,
}

impl<T: FromQueryResult> FromQueryResult for Cell<T> {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        let pupils: i64 = row.try_get(prefix, "pupils")?;
        Ok(Self {
            school_id: row.try_get(prefix, "school_id")?,
            class_id: row.try_get(prefix, "class_id")?,
            year_group: row.try_get(prefix, "year_group")?,
            group_value: row.try_get(prefix, "group_value")?,
            pupils: u32::try_from(pupils).unwrap_or(0),
            of: T::from_query_result(row, prefix)?,
        })
    }
}

/// Sums cells up to what `dimensions` need, and by the columns of `by`, which are the fields of `T`.
///
/// `places` are further dimensions of places that the measure needs, such as those of a sample's strata. The sums
/// cover only the cells in `cells`, so they stay within its scope.
pub fn summed<E: CellTable, T: FromQueryResult>(
    cells: Scoped<E>,
    dimensions: Dimensions,
    places: &[Dimension],
    by: &[E::Column],
) -> Aggregate<Cell<T>> {
    let columns = E::columns();
    let is_by = |dimension| dimensions.is_by(dimension) || places.contains(&dimension);
    let of_year = is_by(Dimension::YearGroup) || is_by(Dimension::Phase);
    let places = [
        (columns.school, is_by(Dimension::School)),
        (columns.class, is_by(Dimension::Class)),
        (columns.year_group, of_year),
        (columns.group_value, true),
    ];
    let keys = places.into_iter().filter_map(|(column, is_needed)| is_needed.then_some(column));
    let keys: Vec<E::Column> = keys.chain(by.iter().copied()).collect();
    cells.filter(columns.attribute.eq(dimensions.attribute())).aggregate(|select| {
        let sum = select.columns(keys.iter().copied()).column_as(columns.pupils.sum().cast_as("bigint"), "pupils");
        keys.into_iter().fold(sum, QuerySelect::group_by)
    })
}

/// Puts what is counted of each cell into the row to which the cell counts. `None` counts for nothing; a row without
/// any count is left out. `phases` gives the phase of each year group.
pub fn tallied<T, I, C: Default + Extend<I>>(
    cells: &[Cell<T>],
    dimensions: Dimensions,
    phases: &BTreeMap<YearGroup, Uuid>,
    counted: impl Fn(&Cell<T>) -> Option<I>,
) -> BTreeMap<RowKey, C> {
    let mut rows: BTreeMap<RowKey, C> = BTreeMap::new();
    for cell in cells {
        if let Some(counted) = counted(cell) {
            rows.entry(dimensions.key(cell, phases)).or_default().extend([counted]);
        }
    }
    rows
}
