//! How a request comes in, is let in or refused, is run, and leaves as an answer.
//!
//! | step | where |
//! | --- | --- |
//! | it comes in: over HTTP, as a stream of events, over a WebSocket | `http`, `sse`, `ws` |
//! | who asks, as long as the connection is open | `session` |
//! | its document is found, parsed, validated; its variables fit; it is charged | `gate`, `document`, `trusted`, `cost` |
//! | it waits for its turn | `turns` |
//! | it is run, once or for each event | `run`, `subscriptions` |
//! | it leaves, with codes for its errors | `errors`, `http` |
//! | it is counted, and traced | `metrics`, `spans` |
//! | whoever sends requests asks whether it can take them | `ready` |
//!
//! The schema behind it is any: [`AnySchema`]. Nothing here names a type of a slice.

pub mod cost;
mod document;
mod errors;
mod gate;
mod graphiql;
mod http;
mod kept;
mod metrics;
mod ready;
mod request;
mod run;
mod service;
mod session;
mod sockets;
mod spans;
mod sse;
mod subscriptions;
pub mod trusted;
mod turns;
mod ws;

pub use document::{Document, Documents};
pub use errors::Refusal;
pub use http::{router, serve};
pub use kept::Kept;
pub use metrics::{Metrics, metrics_router};
pub use ready::Leaving;
pub use run::{Ran, Waiter, run};
pub use service::{AnySchema, Service};
pub use sockets::OpenSockets;
pub use turns::Turns;
