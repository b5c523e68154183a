//! The tables of the database, as slices declare them. Mechanisms that look at every table use this list.

use super::{Described, Opened, Policy, permit, wall};
use crate::viewer::Viewer;

/// A table, as its [`Policy`] describes it.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Where its rows lie.
    pub location: Described,
    /// Where a viewer may write its rows.
    opened: fn(&Viewer) -> Vec<Opened>,
    /// The rows that the second wall lets through; `None` for a table that no viewer reads.
    pub(super) within_wall: Option<String>,
}

impl Table {
    /// The table of an entity.
    #[must_use]
    pub fn of<E: Policy>() -> Self {
        let location = E::location().described();
        let within_wall = wall::condition::<E>(&location);
        Self { name: location.table.clone(), within_wall, opened: permit::opened::<E>, location }
    }

    /// The parts of the trust in which a viewer may write its rows, each by one of what entitles them; none where they may not.
    #[must_use]
    pub fn opened_to(&self, viewer: &Viewer) -> Vec<Opened> {
        (self.opened)(viewer)
    }
}

/// Declares the tables of a slice, by the modules of their entities.
macro_rules! tables {
    ($($entity:ident),+ $(,)?) => {
        /// The tables of this slice.
        #[must_use]
        pub fn tables() -> Vec<$crate::db::Table> {
            vec![$($crate::db::Table::of::<$entity::Entity>()),+]
        }
    };
}
pub(crate) use tables;

/// Declares a table that the service keeps for itself. No viewer reads or writes it. Its rows lie in the trust that a
/// column names, or in none.
macro_rules! kept_by_service {
    ($entity:ident) => {
        $crate::db::kept_by_service! { @ $entity $crate::db::Location::nowhere() }
    };
    ($entity:ident in $trust:ident) => {
        $crate::db::kept_by_service! { @ $entity $crate::db::Location::trust($entity::Column::$trust) }
    };
    (@ $entity:ident $location:expr) => {
        $crate::db::policy! {
            $entity: $crate::db::Area::Service => {
                lies $location;
                read $crate::db::Readers::nobody();
                write [];
                counted $crate::db::Counted::Not;
            }
        }
    };
}
pub(crate) use kept_by_service;

/// Declares the [`Policy`] of a table. `C` are its columns.
///
/// ```text
/// policy! {
///     /// Names of classes are the keys of comparisons, so all staff of the trust see them.
///     class: Area::Frame => {
///         lies Location::trust(C::TrustId).school(C::SchoolId).class(C::Id);
///         read Readers::of(&[&EVERYBODY]);
///         write [SENIOR_LEADER, MIS];
///         counted Counted::Not;
///     }
/// }
/// ```
///
/// After these four, `fn hidden(viewer) { … }` may say which columns are hidden.
macro_rules! policy {
    ($(#[$doc:meta])* $entity:ident: $area:expr => {
        lies $location:expr;
        read $readers:expr;
        write [$($hold:path),* $(,)?];
        counted $counted:expr;
        $(identified by [$([$($identifying:ident),+]),+ $(,)?];)?
        $($(#[$hdoc:meta])* fn hidden($viewer:ident) $body:block)?
    }) => {
        $(#[$doc])*
        impl $crate::db::Policy for $entity::Entity {
            fn area() -> $crate::db::Area<$entity::Column> {
                use $entity::Column as C;
                const _: Option<C> = None;
                $area
            }

            fn location() -> $crate::db::Location<Self> {
                use $entity::Column as C;
                const _: Option<C> = None;
                $location
            }

            fn readers() -> $crate::db::Readers<Self> {
                use $entity::Column as C;
                const _: Option<C> = None;
                $readers
            }

            fn writers() -> &'static [&'static $crate::db::Hold] {
                &[$(&$hold),*]
            }

            fn counted() -> $crate::db::Counted<$entity::Column> {
                use $entity::Column as C;
                const _: Option<C> = None;
                $counted
            }

            $(
                fn identified_by() -> &'static [&'static [$entity::Column]] {
                    &[$(&[$($entity::Column::$identifying),+]),+]
                }
            )?

            $(
                $(#[$hdoc])*
                fn hidden($viewer: &$crate::viewer::Viewer) -> Vec<($entity::Column, $crate::db::ReadableIn)> {
                    use $entity::Column as C;
                    $body
                }
            )?
        }
    };
}
pub(crate) use policy;
