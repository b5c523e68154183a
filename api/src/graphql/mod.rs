//! Protocol and conventions: what every slice stands on. No school words in here.
//!
//! | to add | use |
//! | --- | --- |
//! | a type that wraps a row | `node!` and [`Ref`] for its id |
//! | a list of them, at the root or below a parent | `list!` |
//! | its filter, its order | `filter!`, `order!` |
//! | one row that another points to | [`load`] |
//! | a mutation | [`Change`] and `mutation!` |
//! | a subscription | `subscription!`, and [`Tx::announce`](crate::db::Tx::announce) where rows are recorded |
//! | its checks | [`Acting::named`], [`AtField::at`], [`UnlessTaken::unless_taken`] |

mod batches;
mod connection;
mod connections;
mod context;
pub mod cost;
mod cursor;
mod document;
mod errors;
mod field_rules;
mod filter;
mod gate;
mod graphiql;
mod http;
mod id;
mod idempotency;
mod loaders;
mod mutation;
mod node;
mod run;
mod scalars;
mod selection;
mod session;
mod sse;
mod subscriptions;
pub mod trusted;
mod user_error;
mod ws;

pub use connection::{Children, Connection, DEFAULT_PAGE, List, Ordering, PageArgs, children, connection};
pub(crate) use connection::{list, order};
pub use connections::OpenConnections;
pub use context::RequestContext;
pub use cursor::CursorKey;
pub use document::{Document, Documents};
pub(crate) use filter::filter;
pub use filter::{
    BoolFilter, DateFilter, DateTimeFilter, EnumFilter, Filter, FilterPart, IdFilter, IntFilter, StringFilter,
    check_text,
};
pub use http::{router, serve};
pub use id::{Ref, decode as decode_id, encode as encode_id};
pub use idempotency::tables;
pub use loaders::{ById, Loaders, load, load_many, loaders};
pub use mutation::{Acting, Change, Changed, Many, Outcome, Refusal, UnlessTaken, carry_out};
pub(crate) use mutation::{mutation, payload};
pub use node::Wraps;
pub(crate) use node::node;
pub use run::run;
pub use scalars::{Date, Upn, Urn};
pub(crate) use subscriptions::subscription;
pub use subscriptions::{About, Deliveries, subscribe};
pub use user_error::{AtField, UserError, UserErrorCode};
