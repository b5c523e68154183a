//! Disclosure control: which cells of a lattice of pupil counts may be shown, so that no child is given away.
//!
//! The rules and their proof: `docs/disclosure.md`. Source: the suppression of the Department for Education's tables
//! (primary 1 to k-1, secondary in every additive line), and what those files leak nevertheless.
//!
//! Which cells are withheld depends on the counts alone, never on a question, so no sequence of questions
//! reveals more than the whole lattice asked at once. The promise, for every table, threshold k and attacker
//! who knows all shown counts, all lines, that counts are whole and not negative, and what each [`Reason`] says:
//!
//! 1. no withheld cell is determined;
//! 2. no cell of 1 to k-1 is known more narrowly than from 1 to k-1.
//!
//! It is kept by construction. For each small cell [`protect()`] builds two other tables that fit everything
//! published, one in which the cell is 1 and one in which it is k-1 (a *witness*), and withholds whatever those
//! tables change. Withholding more only widens what fits, so a witness once found stays good, and a cell withheld
//! as a complement is itself changed by a witness, hence not determined. Where no witness is found, everything
//! connected is withheld with nothing said of sizes; then every multiple of the true table fits, and the promise
//! holds at once.
//!
//! Not promised: that an attacker who also runs this procedure in his head, on every table that fits, learns
//! nothing from *which* cells it chose; that tables of different windows, or one with and one without a late
//! correction, are safe side by side; that what is withheld is the least that would do.

mod balance;
mod geography;
mod labels;
mod lattice;
mod profile;
mod protect;
mod search;
mod system;
mod table;

pub use geography::{BaseRow, Geography, Group, LatticeFault};
pub use lattice::{Lattice, ProtectedLattice};
pub use profile::{Profile, Share};
pub use protect::protect;
pub use table::{CellId, Reason, Release, Table};
