//! Who read what about pupils, who changed what, and who was refused. The log is only ever added to and is chained by
//! hashes. It names pupils by id alone.
//!
//! | happens | entry | when it is written |
//! | --- | --- | --- |
//! | rows about pupils are given to somebody or counted for them, or a question names pupils | one `READ` for the request | before the answer leaves ([`Log`]) |
//! | a mutation changes something | a `WRITE` | in the transaction of the change ([`commit`]) |
//! | a mutation or a field is refused | a `REFUSAL` | before the answer leaves |
//! | a token does not hold | a `TOKEN_REFUSED`, beyond so many a minute one for all | soon |
//! | a command changes something | an `IMPORT` or a `CONSOLE` | in the transaction of the change |
//!
//! [`db`](crate::db) notes the rows, because all rows pass through it. So a slice has nothing to do for the audit and
//! cannot forget it. See `docs/audit.md` and `docs/adr/0010-audit.md`.

pub mod chain;
mod counted;
mod entry;
mod log;
pub mod segment;
mod store;
mod subjects;
mod trail;
mod verify;

pub use counted::counted;
pub(crate) use counted::{MOST_NAMED, named};
pub use entry::Entry;
pub use log::{LARGEST_TALLY, Log};
pub use segment::{archive, older, verify_file};
pub use store::commit;
pub use subjects::{Group, Subjects};
pub use trail::{Begun, Done, Trail};
pub use verify::{Anchor, Finding, Verified, export, verify};
