//! `plumbline schema`: the schema in SDL.

use super::{Failure, say::hand_out};
use crate::{app::schema, config::Config, graphql};

pub(super) fn print() -> Result<(), Failure> {
    hand_out(sdl().trim_end())
}

/// The schema in SDL, as it is committed in `schema.graphql`.
#[must_use]
pub fn sdl() -> String {
    graphql::sdl(&schema(&Config::default()))
}
