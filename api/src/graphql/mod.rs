//! Conventions: what every slice stands on. Nothing here knows a word of schools, and nothing knows how a request
//! comes in or an answer leaves: that is [`protocol`](crate::protocol).
//!
//! | to add | use |
//! | --- | --- |
//! | a type that wraps a row, with its id | `object!` |
//! | the root fields of a slice, lists among them | `root!` |
//! | its filter, its order | `filter!`, `order!` |
//! | one row that another points to | [`load`] |
//! | a mutation | [`Change`] and `mutation!` |
//! | removing what was made by mistake | `removal!`, [`remove`] |
//! | a subscription | `subscription!`, and [`Tx::announce`](crate::db::Tx::announce) where rows are recorded |
//! | its checks | [`Acting::named`], [`AtField::at`], [`UnlessTaken::unless_taken`] |

mod batches;
mod connection;
mod context;
pub mod cost;
mod cursor;
mod each;
mod field_rules;
mod filter;
mod folding;
mod id;
mod idempotency;
mod inputs;
mod loaders;
mod meter;
mod mutation;
mod named_pupils;
mod node;
mod object;
mod operators;
mod refusal;
mod refused;
mod removal;
mod scalars;
mod sdl;
mod selection;
mod subscriptions;
mod user_error;

pub(crate) use batches::{Batches, side_by_side};
pub(crate) use connection::order;
pub use connection::{Children, Connection, DEFAULT_PAGE, List, Ordering, PageArgs, children, connection};
pub use context::RequestContext;
pub use cursor::CursorKey;
pub use each::Each;
pub(crate) use filter::filter;
pub use filter::{Filter, FilterPart, Filtering, related, runs_on, within};
pub use folding::text as folded;
pub use id::{Ref, decode as decode_id, encode as encode_id, table_of, type_of};
pub use idempotency::{forget_keys_before, keys_before, tables};
pub(crate) use inputs::inputs;
pub use loaders::{ById, Loaders, load, load_all_by, load_by, load_many, loaders};
pub use meter::Meter;
pub use mutation::{Acting, Change, Changed, Many, Outcome, carry_out};
pub(crate) use mutation::{mutation, payload};
pub use node::Wraps;
pub use object::{Listed, Told, always, neighbour};
pub(crate) use object::{listed, object, root};
pub use operators::{
    BoolFilter, DateFilter, DateTimeFilter, EnumFilter, IdFilter, IntFilter, StringFilter, check_text,
};
pub use refusal::{Refusal, UnlessTaken};
pub(crate) use removal::removal;
pub use removal::{Hanging, Removed, refuse_hanging, refuse_removal, remove};
pub use scalars::Date;
pub use sdl::sdl;
pub use subscriptions::{About, Deliveries, subscribe};
pub(crate) use subscriptions::{Delivery, Interest, Interests, subscription};
pub use user_error::{AtField, UserError, UserErrorCode};
