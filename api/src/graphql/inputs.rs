//! The inputs that make and change one entity, declared together.

/// Declares the inputs of `create…` and `update…` of one entity, and what the descriptions call it. What both have is said
/// once; what a change leaves out stays as it is.
///
/// ```text
/// inputs! {
///     class, "class":
///     /// A class to open.
///     create CreateClassInput {
///         /// The school.
///         school_id: Ref<School>,
///     }
///     update UpdateClassInput of class_id: Class
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
/// the row as it is to be. `then` may be left out, and so may `or null { aim: String }`, what a change may also take away by null. What is made in another way has `update UpdateGradeInput of grade_id: Grade { .. }` alone.
macro_rules! inputs {
    (
        $entity:ident, $called:literal:
        $(#[$cdoc:meta])* create $create:ident { $($(#[$fdoc:meta])* $first:ident: $fty:ty),* $(,)? }
        update $update:ident of $id:ident: $object:ident
        both { $($(#[$bdoc:meta])* $both:ident: $bty:ty),* $(,)? }
        $(then create { $($(#[$tcdoc:meta])* $last:ident: $lty:ty),* $(,)? })?
        $(then update { $($(#[$tudoc:meta])* $other:ident: $oty:ty),* $(,)? })?
        $(or null { $($(#[$ndoc:meta])* $null:ident: $nty:ty),* $(,)? })?
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

        $crate::graphql::inputs! {
            $entity, $called:
            update $update of $id: $object {
                $($(#[$bdoc])* $both: $bty,)*
                $($($(#[$tudoc])* $other: $oty,)*)?
            }
            $(or null { $($(#[$ndoc])* $null: $nty,)* })?
        }
    };
    (
        $entity:ident, $called:literal:
        update $update:ident of $id:ident: $object:ident { $($(#[$doc:meta])* $field:ident: $ty:ty),* $(,)? }
        $(or null { $($(#[$ndoc:meta])* $null:ident: $nty:ty),* $(,)? })?
    ) => {
        #[doc = concat!("What to change of a ", $called, "; what is left out stays as it is.")]
        #[derive(async_graphql::InputObject)]
        pub struct $update {
            #[doc = concat!("The ", $called, ".")]
            $id: $crate::graphql::Ref<$object>,
            #[doc = concat!("The `version` of the ", $called, " as you read it.")]
            expected_version: i32,
            $($(#[$doc])* $field: Option<$ty>,)*
            $($($(#[$ndoc])* $null: async_graphql::MaybeUndefined<$nty>,)*)?
        }

        impl $update {
            /// The row as it is to be: with what is given in place of what there is.
            fn over(&self, current: &$entity::Model) -> $entity::Model {
                $entity::Model {
                    $($field: self.$field.clone().map_or_else(|| current.$field.clone(), Into::into),)*
                    $($($null: match &self.$null {
                        async_graphql::MaybeUndefined::Undefined => current.$null.clone(),
                        given => given.clone().take().map(Into::into),
                    },)*)?
                    ..current.clone()
                }
            }
        }
    };
}
pub(crate) use inputs;
