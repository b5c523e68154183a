//! `plumbline` at the console: it teaches, and where it cannot go on it says in one line what to do.

mod demo;
mod importing;
mod killed;
mod logs;
mod quiet;
mod starting;
