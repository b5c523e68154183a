//! Working with the systems that schools already have.
//!
//! Files come in two steps: a file is read and checked as a whole ([`Table`], [`Report`]), and only
//! if nothing is wrong with it is it written, in one transaction. So an import has happened or it
//! has not, and the same file again changes nothing.
//!
//! | file | what it gives |
//! | --- | --- |
//! | [`gias`]: an extract of Get Information about Schools | the trust and its schools |
//! | [`curriculum`]: our template, the National Curriculum, units | the curriculum of a trust |
//! | [`ks2`]: the key stage 2 performance tables | published outcomes of all schools in the file |

pub mod curriculum;
mod decoded;
pub mod gias;
pub mod ks2;
pub(crate) mod nearest;
mod report;
mod table;
mod values;

pub use report::{ImportError, Report, Spot, Tally};
pub use table::{Row, Table};
