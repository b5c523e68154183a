//! What becomes of all that is held of a pupil: it is erased, two records of one pupil are merged and made two again, and it
//! is given to the person who asks for it. What of each table becomes of it stands in one list, [`TABLES`].

pub mod export;
pub mod held;
pub mod left;
pub mod merging;
pub mod mutations;
pub mod policy;
mod tables;
pub mod undoing;

pub use mutations::PupilRecordsMutation;
pub use policy::tables;
pub use tables::{Holding, TABLES};
