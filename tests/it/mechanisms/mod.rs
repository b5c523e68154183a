//! The mechanisms that all slices use.

mod errors;
mod http;
mod idempotency;
mod journal;
mod outcomes;
mod paging;
mod plans;
mod races;
mod rooms;
mod scope;
mod sdl;
mod statements;
mod toolchain;
mod wall;
