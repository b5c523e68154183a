//! `plumbline` at the console: it teaches, and where it cannot go on it says in one line what to do.

mod importing;
mod killed;
mod logs;
mod starting;
