//! What a question selects below a field, where that decides what must be read.

use async_graphql::Context;
use async_graphql::parser::types::Selection;

/// The fields of a connection that need its rows; `totalCount` does not.
const OF_ROWS: [&str; 3] = ["nodes", "edges", "pageInfo"];

/// Whether a question selects something of a connection that needs its rows. Rows that nobody is shown are not read.
pub(super) fn asks_for_rows(ctx: &Context<'_>) -> bool {
    ctx.item.node.selection_set.node.items.iter().any(|item| match &item.node {
        Selection::Field(field) => OF_ROWS.contains(&field.node.name.node.as_str()),
        Selection::FragmentSpread(_) | Selection::InlineFragment(_) => {
            OF_ROWS.iter().any(|name| ctx.look_ahead().field(name).exists())
        }
    })
}
