//! Lists: one keyset connection for all types, at the root and below a parent.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use async_graphql::connection::PageInfo;
use async_graphql::dataloader::{DataLoader, HashMapCache, Loader};
use async_graphql::{Context, InputType, Object, TypeName};
use futures_util::future::BoxFuture;
use sea_orm::{Condition, EntityTrait, Value};
use uuid::Uuid;

use super::field_rules::FieldRules;
use super::filter::readable_parts;
use super::loaders::Loaders;
use super::named_pupils::NamedPupils;
use super::{CursorKey, Each, Filter, Filtering, RequestContext, Wraps, selection::asks_for_rows};
use crate::{
    audit::counted,
    db::{Below, Identified, Keyset, OrderKey, PageRows, Read, Row, Scoped},
    error::{Error, Result},
};

/// The order of a list: an enum in the schema, sort keys inside. The id is always the last key.
pub trait Ordering: InputType + Debug + Copy + Send + Sync + 'static {
    /// The table.
    type Entity: EntityTrait;
    /// The sort keys. Their columns must not be null.
    fn keys(self) -> Vec<OrderKey<<Self::Entity as EntityTrait>::Column>>;
}

/// Which page of a list: the first ones (after a cursor), or the last ones (before a cursor).
#[derive(Clone, Debug, Default)]
pub struct PageArgs {
    /// How many from the beginning, 1 to 100.
    pub first: Option<i32>,
    /// Begin after this cursor.
    pub after: Option<String>,
    /// How many from the end, 1 to 100.
    pub last: Option<i32>,
    /// End before this cursor.
    pub before: Option<String>,
}

/// Items of a page, where it is not said how many.
pub const DEFAULT_PAGE: i32 = 25;
const LARGEST_PAGE: i32 = 100;
/// What it costs to count the rows of a list. They may be many, though the answer is one number.
const COUNTING: i32 = 100;

impl PageArgs {
    /// How many, and whether from the end.
    fn size(&self) -> Result<(u64, bool)> {
        let (name, size, backwards) = match (self.first, self.last) {
            (Some(_), Some(_)) => {
                return Err(Error::bad_input("Give `first` or `last`, not both."));
            }
            (None, Some(last)) => ("last", last, true),
            (first, None) => ("first", first.unwrap_or(DEFAULT_PAGE), false),
        };
        if !(1..=LARGEST_PAGE).contains(&size) {
            return Err(Error::bad_input(format!(
                "`{name}` must be 1 to {LARGEST_PAGE}, but is {size}. Read on with `after` and `pageInfo.endCursor`."
            )));
        }
        Ok((u64::from(size.unsigned_abs()), backwards))
    }
}

/// A page of a list.
pub struct Connection<T: Wraps> {
    list: Arc<List<T::Entity>>,
    edges: Vec<Edge<T>>,
    has_previous_page: bool,
    has_next_page: bool,
    total: Arc<dyn Count>,
}

/// Counts the rows of a list.
trait Count: Send + Sync {
    fn count<'a>(&'a self, ctx: &'a Context<'_>) -> BoxFuture<'a, Result<u64>>;
}

/// An item of a list, with its place in it.
pub struct Edge<T: Wraps> {
    list: Arc<List<T::Entity>>,
    node: T,
}

impl<T: Wraps> TypeName for Connection<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", T::NAME).into()
    }
}

impl<T: Wraps> TypeName for Edge<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", T::NAME).into()
    }
}

/// A page of a list: its items, with cursors to read on from.
#[Object(name_type)]
impl<T: Wraps> Connection<T> {
    /// The items with their cursors.
    async fn edges(&self) -> Each<&Edge<T>> {
        self.edges.iter().collect()
    }

    /// The items.
    async fn nodes(&self) -> Each<&T> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    /// Where the page lies in the list.
    async fn page_info(&self) -> async_graphql::Result<PageInfo> {
        let cursor = |edge: &Edge<T>| self.list.cursor_of(edge.node.row());
        Ok(PageInfo {
            has_previous_page: self.has_previous_page,
            has_next_page: self.has_next_page,
            start_cursor: self.edges.first().map(cursor).transpose()?,
            end_cursor: self.edges.last().map(cursor).transpose()?,
        })
    }

    /// How many there are in all pages together, for you. Counted only if it is asked for.
    #[graphql(directive = crate::graphql::cost::cost::apply(COUNTING))]
    async fn total_count(&self, ctx: &Context<'_>) -> async_graphql::Result<u64> {
        Ok(self.total.count(ctx).await?)
    }
}

/// An item of a list, with its place in it.
#[Object(name_type)]
impl<T: Wraps> Edge<T> {
    /// Where the item stands, for `after` and `before`.
    async fn cursor(&self) -> async_graphql::Result<String> {
        Ok(self.list.cursor_of(self.node.row())?)
    }

    /// The item.
    async fn node(&self) -> &T {
        &self.node
    }
}

/// What a list consists of: which rows, in which order, which page.
#[derive(Clone, Debug)]
pub struct List<E: EntityTrait> {
    condition: Condition,
    keyset: Keyset<E>,
    cursor: CursorKey,
    /// The pupils whom the filter names. There may be rows of none of them.
    named: NamedPupils,
    /// Differs between lists that differ in anything that matters.
    fingerprint: String,
    /// Differs between lists that differ in which rows they have.
    filtered: String,
}

impl<E: Identified> List<E> {
    /// Puts a list together from the arguments of its field.
    ///
    /// # Errors
    /// [`Error::BadUserInput`] where an argument cannot be used.
    pub fn new<F, O>(ctx: &Context<'_>, filter: Option<&F>, order: Option<O>, page: &PageArgs) -> Result<Self>
    where
        F: Filter<Entity = E>,
        O: Ordering<Entity = E> + Default,
    {
        let (size, backwards) = page.size()?;
        let by = Filtering { viewer: ctx.viewer()?, is_postgres: ctx.db()?.is_postgres() };
        let fields = FieldRules::<E>::of(by.viewer);
        let (name, keys) = match order {
            Some(order) => (format!("{order:?}"), order.keys()),
            None if fields.are_open(&O::default().keys()) => (format!("{:?}", O::default()), O::default().keys()),
            // The default order would reveal what the viewer may not see. Then the list is ordered by id.
            None => (String::new(), Vec::new()),
        };
        let parts = filter.map_or_else(|| Ok(Vec::new()), |filter| readable_parts(filter, by, &fields))?;
        let mut condition = parts.iter().fold(Condition::all(), |all, part| all.add(part.condition.clone()));
        for key in &keys {
            let told = || order.map(|order| order.to_value().to_string()).unwrap_or_default();
            condition = condition.add(fields.may_use(key.column, || format!("order by `{}`", told()))?);
        }
        let cursor = CursorKey::new(*ctx.keys()?.cursor_secret(), format!("{:?}:{name}", E::default()));
        let keyset = Keyset::new(keys, size, backwards);
        let read = |name: &str, text: &Option<String>| -> Result<Option<Vec<Value>>> {
            text.as_deref().map(|text| cursor.read(name, text, keyset.width())).transpose()
        };
        let (after, before) = (read("after", &page.after)?, read("before", &page.before)?);
        let filtered = format!("{filter:?}");
        let fingerprint = format!("{filtered} {order:?} {page:?}");
        let named = filter.map(|filter| NamedPupils::of(&filter.to_value(), parts)).unwrap_or_default();
        Ok(Self { condition, keyset: keyset.between(after, before), cursor, named, fingerprint, filtered })
    }

    /// The cursor of a row. It is sealed when it is asked for: most rows are shown without theirs.
    fn cursor_of(&self, row: &E::Model) -> Result<String> {
        self.cursor.write(&self.keyset.position(row))
    }

    fn connect<T: Wraps<Entity = E>>(
        self: Arc<Self>,
        page: PageRows<E::Model>,
        total: Arc<dyn Count>,
    ) -> Connection<T> {
        let edge = |row| Edge { list: Arc::clone(&self), node: T::wrap(row) };
        Connection {
            edges: page.rows.into_iter().map(edge).collect(),
            has_previous_page: page.has_previous,
            has_next_page: page.has_next,
            total,
            list: self,
        }
    }
}

/// A page of all rows of a type that exist for the viewer. One statement.
///
/// # Errors
/// The database failed.
pub async fn connection<T: Wraps>(ctx: &Context<'_>, list: List<T::Entity>) -> Result<Connection<T>> {
    let rows = Scoped::<T::Entity>::of(ctx.viewer()?).filter(list.condition.clone());
    let page = if asks_for_rows(ctx) { ctx.db()?.page(rows, &list.keyset).await? } else { PageRows::empty() };
    list.named.note::<T::Entity>(ctx.db()?, ctx.viewer()?).await?;
    let list = Arc::new(list);
    let total = Arc::new(CountedAll(Arc::clone(&list)));
    Ok(list.connect(page, total))
}

/// The key of the number of all rows of a list. Lists that differ in nothing but page and order are counted once.
#[derive(Clone)]
struct CountedAll<E: EntityTrait>(Arc<List<E>>);

impl<E: EntityTrait> PartialEq for CountedAll<E> {
    fn eq(&self, other: &Self) -> bool {
        self.0.filtered == other.0.filtered
    }
}

impl<E: EntityTrait> Eq for CountedAll<E> {}

impl<E: EntityTrait> Hash for CountedAll<E> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.filtered.hash(state);
    }
}

impl<E: Identified<Model: Send + Sync + Clone>> Count for CountedAll<E> {
    fn count<'a>(&'a self, ctx: &'a Context<'_>) -> BoxFuture<'a, Result<u64>> {
        Box::pin(async {
            let loader = ctx.data_opt::<DataLoader<Loaders, HashMapCache>>().ok_or(Error::Unauthenticated)?;
            Ok(loader.load_one(self.clone()).await?.unwrap_or(0))
        })
    }
}

impl<E: Identified<Model: Send + Sync + Clone>> Loader<CountedAll<E>> for Loaders {
    type Value = u64;
    type Error = Error;

    async fn load(&self, keys: &[CountedAll<E>]) -> Result<HashMap<CountedAll<E>, u64>> {
        let mut found = HashMap::new();
        for key in keys {
            let rows = Scoped::<E>::of(&self.viewer).filter(key.0.condition.clone());
            let count = self.db.count(rows.clone()).await?;
            counted(&self.db, rows, count).await?;
            found.insert(key.clone(), count);
        }
        Ok(found)
    }
}

/// The key of a page of the children of one parent.
#[derive(Clone)]
pub struct Children<E: EntityTrait> {
    parent: Uuid,
    below: Arc<Below<E>>,
    list: Arc<List<E>>,
}

/// The key of the number of the children of one parent.
#[derive(Clone)]
struct Counted<E: EntityTrait>(Children<E>);

impl<E: Identified> PartialEq for Children<E> {
    fn eq(&self, other: &Self) -> bool {
        self.parent == other.parent
            && self.list.fingerprint == other.list.fingerprint
            && self.below.name() == other.below.name()
    }
}

impl<E: Identified> Eq for Children<E> {}

impl<E: EntityTrait> Hash for Children<E> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parent.hash(state);
        self.list.fingerprint.hash(state);
    }
}

impl<E: Identified> PartialEq for Counted<E> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<E: Identified> Eq for Counted<E> {}

impl<E: EntityTrait> Hash for Counted<E> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

/// A page of the children of a parent. One statement reads the pages of all parents in the answer.
///
/// # Errors
/// The database failed.
pub async fn children<T: Wraps>(
    ctx: &Context<'_>,
    below: Below<T::Entity>,
    parent: Uuid,
    list: List<T::Entity>,
) -> Result<Connection<T>> {
    let key = Children::<T::Entity> { parent, below: Arc::new(below), list: Arc::new(list) };
    let mut page = PageRows::empty();
    if asks_for_rows(ctx) {
        let loader = ctx.data_opt::<DataLoader<Loaders, HashMapCache>>().ok_or(Error::Unauthenticated)?;
        page = key.list.keyset.page_rows(loader.load_one(key.clone()).await?.unwrap_or_default());
    }
    Ok(Arc::clone(&key.list).connect(page, Arc::new(Counted(key))))
}

impl<E: Identified<Model: Send + Sync + Clone>> Count for Counted<E> {
    fn count<'a>(&'a self, ctx: &'a Context<'_>) -> BoxFuture<'a, Result<u64>> {
        Box::pin(async {
            let loader = ctx.data_opt::<DataLoader<Loaders, HashMapCache>>().ok_or(Error::Unauthenticated)?;
            Ok(loader.load_one(self.clone()).await?.unwrap_or(0))
        })
    }
}

/// The rows that some parents want, all of whose lists are alike; whoever their parents are. And the list, and how it hangs
/// below them.
type Wanted<E> = (Scoped<E>, Arc<List<E>>, Arc<Below<E>>);

fn wanted<E: Identified>(loaders: &Loaders, parents: &[&Children<E>]) -> Option<Wanted<E>> {
    let one = parents.first()?;
    let rows = Scoped::<E>::of(&loaders.viewer).filter(one.list.condition.clone());
    Some((rows, Arc::clone(&one.list), Arc::clone(&one.below)))
}

/// Groups keys with equal lists. There are as many groups as the query has such fields.
fn alike<'k, K, E: Identified + 'k>(
    keys: &'k [K],
    child: impl Fn(&'k K) -> &'k Children<E>,
) -> Vec<Vec<&'k Children<E>>> {
    let mut groups: HashMap<(&str, &str), Vec<&Children<E>>> = HashMap::new();
    for key in keys {
        let key = child(key);
        groups.entry((key.below.name(), &key.list.fingerprint)).or_default().push(key);
    }
    groups.into_values().collect()
}

impl<E: Identified<Model: Send + Sync + Clone>> Loader<Children<E>> for Loaders {
    type Value = Vec<Row<E>>;
    type Error = Error;

    async fn load(&self, keys: &[Children<E>]) -> Result<HashMap<Children<E>, Vec<Row<E>>>> {
        let mut found = HashMap::new();
        for group in alike(keys, |key| key) {
            let Some((rows, list, below)) = wanted(self, &group) else {
                continue;
            };
            list.named.note::<E>(&self.db, &self.viewer).await?;
            let parents: Vec<Uuid> = group.iter().map(|child| child.parent).collect();
            let mut by_parent = self.db.pages_by_parent(rows, &below, &parents, &list.keyset).await?;
            for key in group {
                found.insert(key.clone(), by_parent.remove(&key.parent).unwrap_or_default());
            }
        }
        Ok(found)
    }
}

impl<E: Identified<Model: Send + Sync + Clone>> Loader<Counted<E>> for Loaders {
    type Value = u64;
    type Error = Error;

    async fn load(&self, keys: &[Counted<E>]) -> Result<HashMap<Counted<E>, u64>> {
        let mut found = HashMap::new();
        for group in alike(keys, |key| &key.0) {
            let Some((rows, list, below)) = wanted(self, &group) else {
                continue;
            };
            let parents: Vec<Uuid> = group.iter().map(|child| child.parent).collect();
            let sums = below.counted(rows.clone(), &parents);
            let counts: HashMap<Uuid, i64> =
                self.db.figures(sums).await?.into_iter().map(|row| (row.parent, row.rows)).collect();
            let all = counts.values().map(|rows| rows.unsigned_abs()).sum();
            counted(&self.db, below.of_any(rows, &parents), all).await?;
            list.named.note::<E>(&self.db, &self.viewer).await?;
            for key in group {
                let rows = counts.get(&key.parent).map_or(0, |rows| rows.unsigned_abs());
                found.insert(Counted(key.clone()), rows);
            }
        }
        Ok(found)
    }
}

/// Declares the order of a list: an enum whose values are lists of sort keys. The first is the default.
macro_rules! order {
    ($(#[$doc:meta])* $name:ident of $entity:ident {
        $(#[$ddoc:meta])* $default:ident => [$($dcolumn:ident $($ddesc:ident)?),+]
        $(, $(#[$vdoc:meta])* $variant:ident => [$($column:ident $($desc:ident)?),+])* $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, async_graphql::Enum)]
        pub enum $name {
            $(#[$ddoc])* #[default] $default,
            $($(#[$vdoc])* $variant,)*
        }

        impl $crate::graphql::Ordering for $name {
            type Entity = $entity::Entity;

            fn keys(self) -> Vec<$crate::db::OrderKey<$entity::Column>> {
                match self {
                    Self::$default => vec![$($crate::graphql::order!(@ $entity $dcolumn $($ddesc)?)),+],
                    $(Self::$variant => vec![$($crate::graphql::order!(@ $entity $column $($desc)?)),+],)*
                }
            }
        }
    };
    (@ $entity:ident $column:ident) => {
        $crate::db::OrderKey { column: $entity::Column::$column, direction: $crate::db::Direction::Ascending }
    };
    (@ $entity:ident $column:ident desc) => {
        $crate::db::OrderKey { column: $entity::Column::$column, direction: $crate::db::Direction::Descending }
    };
}
pub(crate) use order;
