//! What nearly every table has is said once, here.

/// Declares an entity whose rows belong to a trust. `id` and `trust_id` come first; a `versioned` one ends with `version`. The
/// name is the table's. A doc comment of its own is needed only where the file's does not say what a row is.
///
/// ```text
/// entity! {
///     "phase", versioned {
///         /// The name of the phase.
///         pub name: String,
///     }
/// }
/// ```
macro_rules! entity {
    ($(#[$doc:meta])* $table:literal { $($columns:tt)* }) => {
        use sea_orm::entity::prelude::*;

        #[doc = concat!("A row of `", $table, "`.")]
        $(#[$doc])*
        #[sea_orm::model]
        #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
        #[sea_orm(table_name = $table)]
        pub struct Model {
            /// UUIDv7, so that the order of ids is the order of creation.
            #[sea_orm(primary_key, auto_increment = false)]
            pub id: Uuid,
            /// The trust that the row belongs to.
            pub trust_id: Uuid,
            $($columns)*
        }

        impl ActiveModelBehavior for ActiveModel {}
    };
    ($(#[$doc:meta])* $table:literal, versioned { $($columns:tt)* }) => {
        $crate::entity::entity! {
            $(#[$doc])*
            $table {
                $($columns)*
                /// Counts the changes of the row; an update names the version that it saw.
                pub version: i32,
            }
        }
    };
}
pub(crate) use entity;
