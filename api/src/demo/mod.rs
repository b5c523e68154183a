//! A trust to look at: invented schools, people and judgements, realistic in size and shape, with
//! known effects planted in them (see [`effects`]).
//!
//! The whole of it follows from [`DemoOptions`]: generation is pure and the same on every machine,
//! ids and all; only `store.rs` writes. It is written in one transaction, so that a fill that is
//! killed leaves nothing behind.

mod adaptations;
mod attainment;
mod calendar;
mod chance;
mod curriculum;
pub mod effects;
mod exercises;
mod expected;
mod fixed;
mod focuses;
mod judgements;
mod names;
mod outlines;
mod planning;
mod pupils;
mod rationale;
mod rolls;
mod rows;
mod schools;
mod staff;
mod steps;
mod store;
mod teaching;
#[cfg(test)]
mod tests;
mod trust;
mod world;

use plumbline_entity::audit_entry::AuditKind;

use crate::{
    audit::{self, Entry},
    db::Db,
    error::Error,
};

pub use effects::PlantedEffects;
pub use expected::{ExpectedAgreement, expected_agreement};
pub use store::tables;
pub use trust::{DemoAccount, DemoCounts, DemoTrust, TRUST_NAME};
use world::World;

/// How large a demo is, and which of all demos of that size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemoOptions {
    /// How many schools, 3 to 200.
    pub schools: u32,
    /// How many academic years up to 2025/26, 1 to 10.
    pub years: u32,
    /// The same seed makes the same demo, on any machine and database.
    pub seed: u64,
    /// Whether effects are planted. Without them whoever seems to stand apart does so by chance.
    pub effects: bool,
}

impl Default for DemoOptions {
    fn default() -> Self {
        Self { schools: 8, years: 3, seed: 1, effects: true }
    }
}

impl DemoOptions {
    /// How many schools there may be: fewer leave no room for the planted effects, and more would have no names.
    pub const SCHOOLS: std::ops::RangeInclusive<u32> = 3..=200;
    /// How many academic years there may be.
    pub const YEARS: std::ops::RangeInclusive<u32> = 1..=10;

    fn check(self) -> Result<Self, DemoError> {
        if Self::SCHOOLS.contains(&self.schools) && Self::YEARS.contains(&self.years) {
            Ok(self)
        } else {
            Err(DemoError::Options)
        }
    }
}

/// The demo could not be made; says what to do.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// There is no demo of this size.
    #[error("a demo has 3 to 200 schools and 1 to 10 years")]
    Options,
    /// The database holds a demo made otherwise.
    #[error(
        "this database holds a demo made with {0}. Ask for the same, choose another DATABASE_URL, \
         or delete the database to start anew"
    )]
    OtherDemo(String),
    /// The database holds a trust of that name that `plumbline demo` did not make.
    #[error("this database holds another trust named {TRUST_NAME}; choose another DATABASE_URL for the demo")]
    NotOurs,
    /// The database failed; nothing was written.
    #[error("the demo was not written, the database is as it was: {0}")]
    Database(#[from] Error),
}

/// Fills a migrated database with the demo of these options, unless it is there already. Tells `progress` on the way
/// what it does.
///
/// # Errors
/// [`DemoError`]; the database is then as it was.
pub async fn fill(db: &Db, options: &DemoOptions, progress: impl Fn(&str)) -> Result<DemoTrust, DemoError> {
    let options = options.check()?;
    let tx = db.begin().await?;
    tx.lock("plumbline demo").await?;
    if store::is_filled(&tx, options).await? {
        progress("the demo is here already");
        return Ok(DemoTrust::of(&World::new(options), None));
    }
    progress("making schools, classes, staff and pupils");
    let world = World::new(options);
    let counts = store::write(&tx, &world, &progress).await?;
    let entry = Entry::at_console(AuditKind::Console, Some(world.trust), "demo", chrono::Utc::now());
    audit::commit(tx, entry).await?;
    Ok(DemoTrust::of(&world, Some(counts)))
}
