//! A schema in its own language.

use async_graphql::{ObjectType, SDLExportOptions, Schema, SubscriptionType};

/// A schema in SDL. Directives that the specification gives every schema are left out, as reference tools leave them out.
#[must_use]
pub fn sdl<Query, Mutation, Subscription>(schema: &Schema<Query, Mutation, Subscription>) -> String
where
    Query: ObjectType + 'static,
    Mutation: ObjectType + 'static,
    Subscription: SubscriptionType + 'static,
{
    let options = SDLExportOptions::new().sorted_fields().sorted_enum_items().include_specified_by();
    let mut sdl = schema.sdl_with_options(options);
    for given in ["deprecated", "include", "skip", "specifiedBy"] {
        let Some(at) = sdl.find(&format!("\ndirective @{given}(")) else { continue };
        let from = sdl[..at].strip_suffix("\n\"\"\"").and_then(|before| before.rfind("\"\"\"")).unwrap_or(at + 1);
        let until = sdl[at + 1..].find('\n').map_or(sdl.len(), |end| at + 1 + end + 1);
        sdl.replace_range(from..until, "");
    }
    format!("{}\n", sdl.trim_end())
}
