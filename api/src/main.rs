//! `plumbline`: the binary.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// After how many tasks a thread looks for what has arrived on sockets. By default it is 61, and a task may keep its thread
/// for a millisecond: a small question would wait for 61 of them.
const TASKS_BEFORE_SOCKETS: u32 = 7;

fn main() -> ExitCode {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    match runtime.enable_all().event_interval(TASKS_BEFORE_SOCKETS).build() {
        Ok(runtime) => runtime.block_on(plumbline::cli::run()),
        Err(error) => {
            eprintln!("plumbline: no threads to run on: {error}");
            ExitCode::FAILURE
        }
    }
}
