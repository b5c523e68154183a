//! `plumbline schema`: the schema in SDL.

use crate::{app::schema, config::Config};

pub(super) fn print() {
    print!("{}", sdl());
}

/// The schema in SDL, as it is committed in `schema.graphql`.
#[must_use]
pub fn sdl() -> String {
    let sdl = schema(&Config::default())
        .sdl_with_options(async_graphql::SDLExportOptions::new().sorted_fields().sorted_enum_items());
    format!("{}\n", sdl.trim_end())
}
