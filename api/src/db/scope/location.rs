//! Where the rows of a table say that they lie.

use sea_orm::sea_query::Query;
use sea_orm::{ActiveModelTrait, ActiveValue, Condition, EntityTrait, IdenStatic};

use super::{Bounds, Dimension, Place, Policy, Way, nothing};
use crate::error::Error;

/// Given some bounds: the rows of a table that hang on rows of another table within those bounds.
type HangingOn<E> = Box<dyn Fn(&Bounds) -> Way<E>>;

/// A link from the rows of this table to those of another, by a column. The other row says where this one lies.
struct Link<E: EntityTrait> {
    column: E::Column,
    names: &'static str,
    rows: HangingOn<E>,
    /// In what the two rows are known to be alike.
    shared: &'static [Dimension],
    says: fn(Dimension) -> bool,
    described: fn() -> Described,
}

/// Where the rows of a table lie, declared once, in its [`Policy`]. The read condition, the permit, the schools of a
/// client application and the second wall all follow from it. **What is not declared here is covered by nothing.**
pub struct Location<E: EntityTrait> {
    columns: Vec<(Dimension, E::Column)>,
    links: Vec<Link<E>>,
    public: bool,
}

/// A [`Location`] as names of tables and columns, for SQL that the ORM does not build: the second wall, and the tests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Described {
    /// The table.
    pub table: String,
    /// Each dimension that the rows themselves say, and the column that says it.
    pub columns: Vec<(Dimension, String)>,
    /// The tables that say the other dimensions, in the order in which they are asked.
    pub links: Vec<DescribedLink>,
    /// Whether the rows belong to no trust and are for everybody.
    pub public: bool,
}

/// How rows hang on those of another table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DescribedLink {
    /// The column by which they do.
    pub column: String,
    /// The column of the other table that it names.
    pub names: String,
    /// The other table.
    pub other: Described,
}

impl Described {
    /// The column that says where a row lies in a dimension.
    #[must_use]
    pub fn column(&self, dimension: Dimension) -> Option<&str> {
        self.columns.iter().find(|(known, _)| *known == dimension).map(|(_, column)| column.as_str())
    }

    /// Whether the rows say where they lie in a dimension, themselves or through those that they hang on.
    #[must_use]
    pub fn says(&self, dimension: Dimension) -> bool {
        self.column(dimension).is_some() || self.links.iter().any(|link| link.other.says(dimension))
    }

    /// The first link that says where a row lies in a dimension.
    #[must_use]
    pub fn link(&self, dimension: Dimension) -> Option<&DescribedLink> {
        self.links.iter().find(|link| link.other.says(dimension))
    }
}

impl<E: EntityTrait> Location<E> {
    const fn empty() -> Self {
        Self { columns: Vec::new(), links: Vec::new(), public: false }
    }

    /// Nowhere in a trust: for tables that the service keeps for itself and that name no trust.
    #[must_use]
    pub const fn nowhere() -> Self {
        Self::empty()
    }

    /// In no trust, and for everybody.
    #[must_use]
    pub const fn public() -> Self {
        Self { columns: Vec::new(), links: Vec::new(), public: true }
    }

    /// In the trust that this column names.
    #[must_use]
    pub fn trust(column: E::Column) -> Self {
        Self::empty().at(Dimension::Trust, column)
    }

    /// Adds the column that says where a row lies in a further dimension.
    #[must_use]
    pub fn at(mut self, dimension: Dimension, column: E::Column) -> Self {
        self.columns.push((dimension, column));
        self
    }

    /// And in the school that this column names.
    #[must_use]
    pub fn school(self, column: E::Column) -> Self {
        self.at(Dimension::School, column)
    }

    /// And in the subject that this column names.
    #[must_use]
    pub fn subject(self, column: E::Column) -> Self {
        self.at(Dimension::Subject, column)
    }

    /// And in the year group that this column names.
    #[must_use]
    pub fn year_group(self, column: E::Column) -> Self {
        self.at(Dimension::YearGroup, column)
    }

    /// And in the class that this column names.
    #[must_use]
    pub fn class(self, column: E::Column) -> Self {
        self.at(Dimension::Class, column)
    }

    /// And with the pupil whom this column names.
    #[must_use]
    pub fn pupil(self, column: E::Column) -> Self {
        self.at(Dimension::Pupil, column)
    }

    /// Adds the column that names the member of staff whose own the row is.
    #[must_use]
    pub fn owner(self, column: E::Column) -> Self {
        self.at(Dimension::Owner, column)
    }

    /// Adds a link: a row lies where the rows of `P` lie whose column `names` has the value of `column` here. A second
    /// judgement lies where its work does; a pupil lies wherever they have a place in a class.
    ///
    /// A link is asked only for what the row does not say itself, and before the links that are declared after it. One
    /// link must say everything that is asked: the subject of one row and the school of another would be the place of
    /// neither.
    #[must_use]
    pub fn through<P: Policy>(self, column: E::Column, names: P::Column) -> Self {
        let rows = move |bounds: &Bounds| {
            let mut ids = Query::select();
            ids.column((P::default(), names)).from(P::default()).cond_where(P::location().within(bounds));
            Way::hanging(column, ids)
        };
        self.link::<P>(column, names, Box::new(rows))
    }

    /// Says of the link that was declared last in what the two rows are alike, because whoever writes them keeps them so: a step is of the
    /// school of its plan. The rows of the other table are then looked for in that part alone.
    #[must_use]
    pub fn sharing(mut self, shared: &'static [Dimension]) -> Self {
        if let Some(link) = self.links.last_mut() {
            link.shared = shared;
        }
        self
    }

    /// As [`Location::through`], for links on which only some rows of `P` count. `rows` makes, from a condition on
    /// `P`, the rows here that hang on the rows for which it holds.
    #[must_use]
    pub fn through_some<P: Policy>(
        self,
        column: E::Column,
        names: P::Column,
        rows: fn(Condition) -> Condition,
    ) -> Self {
        self.link::<P>(column, names, Box::new(move |bounds| rows(P::location().within(bounds)).into()))
    }

    fn link<P: Policy>(mut self, column: E::Column, names: P::Column, rows: HangingOn<E>) -> Self {
        let says = |dimension| P::location().says(dimension);
        let described = || P::location().described();
        self.links.push(Link { column, names: names.as_str(), rows, shared: &[], says, described });
        self
    }

    fn column(&self, dimension: Dimension) -> Option<E::Column> {
        self.columns.iter().find(|(known, _)| *known == dimension).map(|(_, column)| *column)
    }

    /// Whether the rows say where they lie in a dimension, themselves or through those that they hang on.
    fn says(&self, dimension: Dimension) -> bool {
        self.column(dimension).is_some() || self.links.iter().any(|link| (link.says)(dimension))
    }

    /// The rows within some bounds. No rows at all if the bounds limit a dimension that the rows do not say.
    #[must_use]
    pub fn within(&self, bounds: &Bounds) -> Condition {
        self.way(bounds).condition()
    }

    /// The rows within some bounds, as a way in which they may be seen.
    pub(super) fn way(&self, bounds: &Bounds) -> Way<E> {
        let dimensions = bounds.dimensions();
        if self.public && dimensions.is_empty() {
            return Condition::all().into();
        }
        let mut rows = Condition::all();
        // Ids of schools, classes and people belong to one trust each. Year groups are the same in every trust.
        if bounds.spans_the_trust() {
            let Some(trust) = self.column(Dimension::Trust) else { return nothing().into() };
            rows = rows.add(bounds.on(Dimension::Trust, trust));
        }
        let mut elsewhere = Vec::new();
        for dimension in dimensions {
            match self.column(dimension) {
                Some(column) => rows = rows.add(bounds.on(dimension, column)),
                None => elsewhere.push(dimension),
            }
        }
        if elsewhere.is_empty() {
            return rows.into();
        }
        match self.links.iter().find(|link| elsewhere.iter().all(|dimension| (link.says)(*dimension))) {
            Some(link) => {
                let asked: Vec<Dimension> = elsewhere.iter().chain(link.shared).copied().collect();
                (link.rows)(&bounds.only(&asked)).and(rows)
            }
            None => nothing().into(),
        }
    }

    /// Checks that a row lies in a place. The row must say each thing that the place names, or hang on the row through
    /// which the place was found. With `whole` the row must say all of it; otherwise these are changes, and columns
    /// that do not change are passed over.
    ///
    /// # Errors
    /// The row lies elsewhere or does not say where it lies. This is a fault in the program; its text says what did
    /// not match.
    pub(super) fn check<A>(&self, row: &A, place: &Place, whole: bool) -> Result<(), Error>
    where
        A: ActiveModelTrait<Entity = E>,
    {
        let outside = |what: &str| {
            let table = E::default().table_name().to_owned();
            Error::internal(format!("a permit was used outside its place: {what} of {table}"))
        };
        let is = |column: E::Column, wanted: &sea_orm::Value| match row.get(column) {
            ActiveValue::Set(value) | ActiveValue::Unchanged(value) => value == *wanted,
            ActiveValue::NotSet => !whole,
        };
        for (dimension, wanted) in place.named() {
            if let Some(column) = self.column(dimension) {
                if !is(column, &wanted) {
                    return Err(outside(column.as_str()));
                }
                continue;
            }
            // A row of no trust cannot lie outside the place, and no viewer writes it.
            if self.columns.is_empty() && dimension == Dimension::Trust {
                continue;
            }
            let link = self.links.iter().find(|link| (link.says)(dimension));
            match (link, place.hangs_on()) {
                (Some(link), Some(id)) if is(link.column, &id.into()) => {}
                (Some(link), _) => return Err(outside(link.column.as_str())),
                (None, _) => return Err(outside(&format!("a {dimension:?} that is not said"))),
            }
        }
        Ok(())
    }

    /// The same in names.
    #[must_use]
    pub fn described(&self) -> Described {
        let column = |(dimension, column): &(Dimension, E::Column)| (*dimension, column.as_str().to_owned());
        let link = |link: &Link<E>| DescribedLink {
            column: link.column.as_str().to_owned(),
            names: link.names.to_owned(),
            other: (link.described)(),
        };
        Described {
            table: E::default().table_name().to_owned(),
            columns: self.columns.iter().map(column).collect(),
            links: self.links.iter().map(link).collect(),
            public: self.public,
        }
    }
}
