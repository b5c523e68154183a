//! Rows as the schema names what is in them: plain values by field, and links to other rows.

use std::collections::{BTreeMap, HashMap};

use plumbline_entity::year_group::YearGroup;
use plumbline_tests::sdl::in_snake_case;
use sea_orm::Value as Column;
use serde_json::{Value, json};
use uuid::Uuid;

use super::shape::Kind;

/// A plain value. Values of one field can be compared, as its orders and filters do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    Nothing,
    Number(i64),
    /// Text, an enum, a day or a moment.
    Text(String),
    Flag(bool),
    YearGroup(YearGroup),
    Texts(Vec<String>),
}

impl Cell {
    /// As it stands in an answer.
    pub fn json(&self) -> Value {
        match self {
            Self::Nothing => Value::Null,
            Self::Number(number) => json!(number),
            Self::Text(text) => json!(text),
            Self::Flag(flag) => json!(flag),
            Self::YearGroup(year_group) => json!(year_group),
            Self::Texts(texts) => json!(texts),
        }
    }

    /// What a column holds, as a type of the schema shows it.
    fn of(column: &Column, shown_as: &str) -> Option<Self> {
        let number = match column {
            Column::SmallInt(number) => number.map(i64::from),
            Column::Int(number) => number.map(i64::from),
            Column::BigInt(number) => *number,
            _ => None,
        };
        Some(match (column, number) {
            (_, Some(number)) if shown_as == "String" => Self::Text(number.to_string()),
            (Column::SmallInt(Some(number)), _) if shown_as == "YearGroup" => {
                Self::YearGroup(YearGroup::from_number(*number)?)
            }
            (_, Some(number)) => Self::Number(number),
            (Column::Bool(Some(flag)), _) => Self::Flag(*flag),
            (Column::String(Some(text)), _) => Self::Text(text.clone()),
            (Column::ChronoDate(Some(day)), _) => Self::Text(day.to_string()),
            (Column::ChronoDateTimeUtc(Some(moment)), _) => Self::Text(moment.to_rfc3339()),
            (Column::Json(Some(texts)), _) => Self::Texts(serde_json::from_value((**texts).clone()).ok()?),
            (empty, _) if *empty == empty.as_null() => Self::Nothing,
            _ => return None,
        })
    }
}

/// The columns of a row, by name.
pub type Columns = BTreeMap<&'static str, Column>;

/// A row as the schema shows it.
#[derive(Clone, Debug)]
pub struct Row {
    pub id: Uuid,
    pub cells: BTreeMap<&'static str, Cell>,
    pub links: BTreeMap<&'static str, Option<Uuid>>,
}

/// All rows, by type and id.
pub type Rows = HashMap<Kind, BTreeMap<Uuid, Row>>;

/// Fields that are no column of their own name.
fn by_hand(kind: Kind, field: &str, columns: &Columns) -> Option<Cell> {
    let number = |name: &str| match Cell::of(&columns[name], "Int") {
        Some(Cell::Number(number)) => number,
        other => panic!("{name} is no number, but {other:?}"),
    };
    match (kind, field) {
        (Kind::School, "laestab") => {
            Some(Cell::Text(format!("{:03}/{:04}", number("la_code"), number("establishment_number"))))
        }
        (Kind::AssessmentWindow, "recordsUntil") => {
            let Column::ChronoDate(Some(last)) = columns["closes_on"] else { panic!("a window without a last day") };
            let grace = u64::try_from(number("days_of_grace")).expect("days");
            Some(Cell::Text((last + chrono::Days::new(grace)).to_string()))
        }
        _ => None,
    }
}

impl Row {
    /// The first day on which it runs, and the last.
    pub fn runs(&self) -> (&Cell, &Cell) {
        let begins = self.cells.get("startsOn").or_else(|| self.cells.get("opensOn"));
        let ends = self.cells.get("endsOn").or_else(|| self.cells.get("closesOn"));
        begins.zip(ends).expect("a row that runs")
    }

    /// Whether it runs on a day.
    pub fn runs_on(&self, day: &Cell) -> bool {
        let (begins, ends) = self.runs();
        begins <= day && (*ends == Cell::Nothing || ends >= day)
    }

    /// A row of a type, from its columns: fields by their names in snake case, links with `_id` after them.
    pub fn of(kind: Kind, columns: &Columns) -> Self {
        let shape = kind.shape();
        let cell = |(field, shown_as): (&&'static str, &&str)| {
            let own = || Cell::of(columns.get(in_snake_case(field).as_str())?, shown_as);
            let cell = by_hand(kind, field, columns).or_else(own);
            (*field, cell.unwrap_or_else(|| panic!("{kind:?}.{field}: say in values.rs, `by_hand`, what it shows")))
        };
        let link = |field: &&'static str| {
            let column = match (kind, *field) {
                (Kind::Trust, "trust") => "id".to_owned(),
                _ => format!("{}_id", in_snake_case(field)),
            };
            let Some(Column::Uuid(to)) = columns.get(column.as_str()) else {
                panic!(
                    "{kind:?}.{field}: say in values.rs, `Row::of`, to which column it leads, for it is not `{column}`"
                )
            };
            (*field, *to)
        };
        let Column::Uuid(Some(id)) = columns["id"] else { panic!("{kind:?}: a row without an id") };
        Self { id, cells: shape.cells.iter().map(cell).collect(), links: shape.links.iter().map(link).collect() }
    }
}
