//! Objects and root fields, declared: what a column is called, what a row points to, which lists hang on it. Any other
//! field is a method, written out in its place.

use async_graphql::Context;
use chrono::NaiveDate;
use uuid::Uuid;

use super::{Date, Wraps, load};
use crate::error::{Error, Result};

/// A value of a column as a field of an object tells it.
pub trait Told<'a, T> {
    /// The value for callers.
    fn told(&'a self) -> T;
}

impl<T: Copy> Told<'_, T> for T {
    fn told(&self) -> T {
        *self
    }
}

impl<'a> Told<'a, &'a str> for String {
    fn told(&'a self) -> &'a str {
        self
    }
}

impl<'a> Told<'a, Option<&'a str>> for Option<String> {
    fn told(&'a self) -> Option<&'a str> {
        self.as_deref()
    }
}

/// For a value that is always given, but nullable in the schema because another type of the interface has it nullable.
impl<'a> Told<'a, Option<&'a str>> for String {
    fn told(&'a self) -> Option<&'a str> {
        Some(self)
    }
}

impl Told<'_, Date> for NaiveDate {
    fn told(&self) -> Date {
        Date(*self)
    }
}

impl Told<'_, Option<Date>> for Option<NaiveDate> {
    fn told(&self) -> Option<Date> {
        self.map(Date)
    }
}

/// For a day that is always given, but nullable in the schema because other types have no end.
impl Told<'_, Option<Date>> for NaiveDate {
    fn told(&self) -> Option<Date> {
        Some(Date(*self))
    }
}

/// The object that a column points to. `None` if it points to nothing, or if the object does not exist for the viewer.
///
/// # Errors
/// The database failed.
pub async fn neighbour<T: Wraps>(ctx: &Context<'_>, id: impl Into<Option<Uuid>>) -> Result<Option<T>> {
    match id.into() {
        Some(id) => load(ctx, id).await,
        None => Ok(None),
    }
}

/// The object that a column points to, where whoever sees the row sees that too: it belongs to the frame of the trust.
///
/// # Errors
/// It is not there, or the database failed.
pub async fn always<T: Wraps>(ctx: &Context<'_>, id: Uuid) -> Result<T> {
    let row = load(ctx, id).await?;
    row.ok_or_else(|| Error::internal(format!("a row points to a {} that its reader does not see", T::NAME)))
}

/// Declares an object of the schema: a type that wraps a row, its `id`, and its fields.
///
/// ```text
/// object! {
///     /// A class of one school and one academic year.
///     Class of class {
///         /// The name it goes by, such as 4B or Kingfisher.
///         name: &str,                                    // the column `name`
///         /// When it was made.
///         made_on: Date = recorded_on,                   // a column of another name
///         /// The school that it belongs to.
///         school -> School by school_id,                 // a row that it points to, null where out of sight
///         subject => Subject by subject_id,              // one that nobody who sees this row is kept from
///         /// Who is or was in the class.
///         enrolments: [Enrolment] by enrolment::ClassId, // rows that point to it, a page of them
///         /// Who is in the class on a day.
///         pupils: [Pupil] on placed(enrolment::Column::ClassId), // rows to which others lead that run on a day
///         {
///             /// Anything else.
///             async fn label(&self) -> String { … }
///         }
///     }
/// }
/// ```
macro_rules! object {
    ($(#[$doc:meta])* $name:ident of $entity:ident { $($body:tt)* }) => {
        $(#[$doc])*
        pub struct $name(pub $entity::Model);

        impl $crate::graphql::Wraps for $name {
            type Entity = $entity::Entity;
            const NAME: &'static str = stringify!($name);

            fn wrap(row: $entity::Model) -> Self {
                Self(row)
            }

            fn row(&self) -> &$entity::Model {
                &self.0
            }
        }

        $crate::graphql::object! { @ [$(#[$doc])*] $name [
            /// Opaque and lasting.
            pub async fn id(&self) -> $crate::graphql::Ref<Self> {
                self.0.id.into()
            }
        ] $($body)* }
    };

    // All fields are known.
    (@ [$($doc:tt)*] $name:ident [$($done:tt)*]) => {
        $($doc)*
        #[async_graphql::Object]
        impl $name {
            $($done)*
        }
    };
    // A method.
    (@ $docs:tt $name:ident [$($done:tt)*] { $($methods:tt)* } $($rest:tt)*) => {
        $crate::graphql::object! { @ $docs $name [$($done)* $($methods)*] $($rest)* }
    };
    // Rows that point to it.
    (@ $docs:tt $name:ident $done:tt $(#[$doc:meta])* $field:ident: [$item:ident] by $entity:ident::$column:ident, $($rest:tt)*) => {
        $crate::graphql::object! { @list $docs $name $done [$(#[$doc])*] $field [] $item
            |this, ctx, list| {
                let below = $crate::db::Below::Named($entity::Column::$column);
                $crate::graphql::children::<$item>(ctx, below, this.0.id, list)
            }
            $($rest)*
        }
    };
    // Rows to which others lead that run on a day.
    (@ $docs:tt $name:ident $done:tt $(#[$doc:meta])* $field:ident: [$item:ident] on $below:ident($parent:expr), $($rest:tt)*) => {
        $crate::graphql::object! { @list $docs $name $done [$(#[$doc])*] $field
            [#[graphql(desc = "On which day; today, if it is left out.")] on: Option<$crate::graphql::Date>,] $item
            |this, ctx, list| {
                let below = $below(ctx, on, $parent)?;
                $crate::graphql::children::<$item>(ctx, below, this.0.id, list)
            }
            $($rest)*
        }
    };
    // All rows that a viewer sees: a root field.
    (@ $docs:tt $name:ident $done:tt $(#[$doc:meta])* $field:ident: [$item:ident], $($rest:tt)*) => {
        $crate::graphql::object! { @list $docs $name $done [$(#[$doc])*] $field [] $item
            |_this, ctx, list| { $crate::graphql::connection::<$item>(ctx, list) }
            $($rest)*
        }
    };
    // A page of rows.
    (@list $docs:tt $name:ident [$($done:tt)*] [$($doc:tt)*] $field:ident [$($more:tt)*] $item:ident
        |$this:ident, $ctx:ident, $list:ident| $page:block $($rest:tt)*
    ) => {
        $crate::graphql::object! { @ $docs $name [$($done)*
            $($doc)*
            #[graphql(directive = $crate::graphql::cost::list_size::apply(
                Some($crate::graphql::DEFAULT_PAGE),
                $crate::graphql::cost::names(&["first", "last"]),
                $crate::graphql::cost::names(&["edges", "nodes"])
            ))]
            #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
            async fn $field(
                &self,
                $ctx: &async_graphql::Context<'_>,
                #[graphql(desc = "Which to keep; all conditions must hold.")]
                filter: Option<Box<<$item as $crate::graphql::Listed>::Filter>>,
                #[graphql(desc = "In which order.")] order: Option<<$item as $crate::graphql::Listed>::Order>,
                #[graphql(desc = "How many from the beginning, 1 to 100; 25 if neither `first` nor `last` is given.")]
                first: Option<i32>,
                #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
                #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
                #[graphql(desc = "End before this cursor.")] before: Option<String>,
                $($more)*
            ) -> async_graphql::Result<$crate::graphql::Connection<$item>> {
                let page = $crate::graphql::PageArgs { first, after, last, before };
                let $list = $crate::graphql::List::new($ctx, filter.as_deref(), order, &page)?;
                let $this = self;
                // Boxed, as the filter is: a field of an answer is asked for within the frames of all fields above it.
                Ok(Box::pin($page).await?)
            }
        ] $($rest)* }
    };
    // A row by its id: a root field.
    (@ $docs:tt $name:ident [$($done:tt)*] $(#[$doc:meta])* $field:ident: $item:ident by $id:literal, $($rest:tt)*) => {
        $crate::graphql::object! { @ $docs $name [$($done)*
            $(#[$doc])*
            async fn $field(
                &self,
                ctx: &async_graphql::Context<'_>,
                #[graphql(desc = $id)] id: $crate::graphql::Ref<$item>,
            ) -> async_graphql::Result<Option<$item>> {
                Ok($crate::graphql::load(ctx, id.uuid()).await?)
            }
        ] $($rest)* }
    };
    // A row that it points to.
    (@ $docs:tt $name:ident [$($done:tt)*] $(#[$doc:meta])* $field:ident -> $item:ident by $column:ident, $($rest:tt)*) => {
        $crate::graphql::object! { @ $docs $name [$($done)*
            $(#[$doc])*
            async fn $field(&self, ctx: &async_graphql::Context<'_>) -> async_graphql::Result<Option<$item>> {
                Ok($crate::graphql::neighbour(ctx, self.0.$column).await?)
            }
        ] $($rest)* }
    };
    // A row that it points to and that all who see it see.
    (@ $docs:tt $name:ident [$($done:tt)*] $(#[$doc:meta])* $field:ident => $item:ident by $column:ident, $($rest:tt)*) => {
        $crate::graphql::object! { @ $docs $name [$($done)*
            $(#[$doc])*
            async fn $field(&self, ctx: &async_graphql::Context<'_>) -> async_graphql::Result<$item> {
                Ok($crate::graphql::always(ctx, self.0.$column).await?)
            }
        ] $($rest)* }
    };
    // A column.
    (@ $docs:tt $name:ident [$($done:tt)*] $(#[$doc:meta])* $field:ident: $type:ty, $($rest:tt)*) => {
        $crate::graphql::object! { @ $docs $name [$($done)*
            $(#[$doc])*
            async fn $field(&self) -> $type {
                $crate::graphql::Told::told(&self.0.$field)
            }
        ] $($rest)* }
    };
    // A column of another name.
    (@ $docs:tt $name:ident [$($done:tt)*] $(#[$doc:meta])* $field:ident: $type:ty = $column:ident, $($rest:tt)*) => {
        $crate::graphql::object! { @ $docs $name [$($done)*
            $(#[$doc])*
            async fn $field(&self) -> $type {
                $crate::graphql::Told::told(&self.0.$column)
            }
        ] $($rest)* }
    };
}
pub(crate) use object;

/// Declares the root fields of a slice: lists of all rows that a viewer sees (`classes: [Class],`), rows by their id
/// (`class: Class by "Its id.",`) and methods, as in [`object!`].
macro_rules! root {
    ($(#[$doc:meta])* $name:ident { $($body:tt)* }) => {
        $(#[$doc])*
        #[derive(Default)]
        pub struct $name;

        $crate::graphql::object! { @ [$(#[$doc])*] $name [] $($body)* }
    };
}
pub(crate) use root;

/// How lists of an object are filtered and ordered.
pub trait Listed: Wraps {
    /// The filter.
    type Filter: super::Filter<Entity = Self::Entity>;
    /// The order.
    type Order: super::Ordering<Entity = Self::Entity> + Default;
}

/// Declares how lists of an object are filtered and ordered.
macro_rules! listed {
    ($name:ident by $filter:ident, $order:ident) => {
        impl $crate::graphql::Listed for $name {
            type Filter = $filter;
            type Order = $order;
        }
    };
}
pub(crate) use listed;
