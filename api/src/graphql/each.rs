//! Lists of objects, which are what makes an answer large.

use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::resolver_utils::resolve_list;
use async_graphql::{ContextSelectionSet, OutputType, Positioned, ServerResult, Value};

use super::Meter;

/// A list of objects of an answer. Each of them is counted by the [`Meter`] of the request, and may have to wait until
/// others have had their turn. Every list of objects whose length no document bounds is one.
#[derive(Clone, Debug)]
pub struct Each<T>(pub Vec<T>);

impl<T> FromIterator<T> for Each<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self(items.into_iter().collect())
    }
}

impl<T: OutputType> OutputType for Each<T> {
    fn type_name() -> Cow<'static, str> {
        <Vec<T> as OutputType>::type_name()
    }

    fn qualified_type_name() -> String {
        <Vec<T> as OutputType>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <Vec<T> as OutputType>::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        resolve_list(ctx, field, self.0.iter().map(Metered), Some(self.0.len())).await
    }
}

struct Metered<'a, T>(&'a T);

impl<T: OutputType> OutputType for Metered<'_, T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn qualified_type_name() -> String {
        T::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        let Some(meter) = ctx.data_opt::<Arc<Meter>>() else { return self.0.resolve(ctx, field).await };
        meter.turn().await;
        let object = self.0.resolve(ctx, field).await?;
        meter.made(&object).map_err(|error| async_graphql::Error::from(error).into_server_error(field.pos))?;
        Ok(object)
    }
}
