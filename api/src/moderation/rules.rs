//! Rules of moderation: no database, no clock.

mod sample;

pub use sample::{Candidate, DrawnStratum, DrawnWork, StratumKey, draw_sample};
