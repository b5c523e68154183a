//! The inputs that make and change one entity, declared together.

/// Declares the inputs of `create…` and `update…` of one entity. What both have is said once; what a change leaves out stays
/// as it is.
///
/// ```text
/// inputs! {
///     class:
///     /// A class to open.
///     create CreateClassInput {
///         /// The school.
///         school_id: Ref<School>,
///     }
///     /// What to change of a class; what is left out stays as it is.
///     update UpdateClassInput {
///         /// The class.
///         class_id: Class,
///         /// The `version` of the class as you read it.
///         expected_version
///     }
///     both {
///         /// The name it goes by, 1 to 100 characters, unique in its school and year.
///         name: String,
///     }
///     then create {
///         /// Its oldest year group; the youngest, if it is left out.
///         highest_year_group: Option<YearGroup>,
///     }
///     then update {
///         /// Its oldest year group.
///         highest_year_group: YearGroup,
///     }
/// }
/// ```
///
/// `CreateClassInput` has the fields of `create`, of `both` and of `then create`, and an `idempotency_key`. `UpdateClassInput` has
/// the id, the expected version, and those of `both` and of `then update`, each of which may be left out; `over(&class)` is
/// the row as it is to be. `then` may be left out.
macro_rules! inputs {
    (
        $entity:ident:
        $(#[$cdoc:meta])* create $create:ident { $($(#[$fdoc:meta])* $first:ident: $fty:ty),* $(,)? }
        $(#[$udoc:meta])* update $update:ident {
            $(#[$iddoc:meta])* $id:ident: $object:ident, $(#[$vdoc:meta])* expected_version $(,)?
        }
        both { $($(#[$bdoc:meta])* $both:ident: $bty:ty),* $(,)? }
        $(then create { $($(#[$tcdoc:meta])* $last:ident: $lty:ty),* $(,)? })?
        $(then update { $($(#[$tudoc:meta])* $other:ident: $oty:ty),* $(,)? })?
    ) => {
        $(#[$cdoc])*
        #[derive(async_graphql::InputObject)]
        pub struct $create {
            $($(#[$fdoc])* $first: $fty,)*
            $($(#[$bdoc])* $both: $bty,)*
            $($($(#[$tcdoc])* $last: $lty,)*)?
            /// A key of yours under which a repeat does nothing twice.
            idempotency_key: Option<String>,
        }

        $(#[$udoc])*
        #[derive(async_graphql::InputObject)]
        pub struct $update {
            $(#[$iddoc])*
            $id: $crate::graphql::Ref<$object>,
            $(#[$vdoc])*
            expected_version: i32,
            $($(#[$bdoc])* $both: Option<$bty>,)*
            $($($(#[$tudoc])* $other: Option<$oty>,)*)?
        }

        impl $update {
            /// The row as it is to be: with what is given in place of what there is.
            fn over(&self, current: &$entity::Model) -> $entity::Model {
                $entity::Model {
                    $($both: self.$both.clone().map_or_else(|| current.$both.clone(), Into::into),)*
                    $($($other: self.$other.clone().map_or_else(|| current.$other.clone(), Into::into),)*)?
                    ..current.clone()
                }
            }
        }
    };
}
pub(crate) use inputs;
