//! GraphQL over WebSocket: the protocol `graphql-transport-ws`, which the client `graphql-ws` speaks.
//!
//! [`protocol`] is the protocol itself, without input or output; [`message`] reads and writes what is said,
//! [`close`] knows why a connection is closed; [`socket`] is the connection. The socket layer of async-graphql
//! is not used: `docs/adr/0014-subscriptions.md`.

mod close;
mod message;
mod protocol;
mod socket;
mod upgrade;

pub(super) use upgrade::{is_upgrade, upgrade};
