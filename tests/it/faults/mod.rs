//! What goes wrong below the service: nothing that it acknowledged is lost, and it comes back by itself.

mod disk;
mod killed;
mod read_only;
mod silence;
