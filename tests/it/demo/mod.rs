//! The demo: what `plumbline demo` writes, and that it does so once.

mod fill;
mod people;
