//! `plumbline` at the console: it says what comes next, and if it cannot go on it says in one line what to do.

mod configuring;
mod databases;
mod demo;
mod doctor;
mod importing;
mod killed;
mod logs;
mod metrics;
mod quiet;
mod starting;
mod stopping;
mod traces;
mod unread;
