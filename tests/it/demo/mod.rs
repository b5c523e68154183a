//! The demo: what `plumbline demo` writes, and that it does so once.

mod effects;
mod fill;
mod people;
mod seeds;
