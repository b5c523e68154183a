//! A trust and its schools, from an extract of Get Information about Schools (the `edubase` CSV).
//!
//! Source of the columns: <https://get-information-schools.service.gov.uk/Downloads>.

mod read;
mod store;

use std::fmt;
use std::path::Path;

use super::report::{ImportError, Report, Spot, Tally};
use super::table::Table;
use crate::db::Db;

pub use read::{COLUMNS, Establishment, TrustSchools, read};

/// What came of an import.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The name of the trust, as it is kept.
    pub trust: String,
    /// Whether the trust was new.
    pub trust_created: bool,
    /// What was done to its schools. One that got a predecessor counts as updated.
    pub schools: Tally,
    /// What was taken differently from how it stood in the file.
    pub report: Report,
}

impl fmt::Display for Imported {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = if self.trust_created { "new" } else { "known" };
        write!(formatter, "trust {} ({known}); schools: {}", self.trust, self.schools)
    }
}

/// Imports a trust and its schools: all of the file, or nothing. The same file again changes nothing.
///
/// Schools of the trust that the file no longer has under it are left as they are, with a warning.
/// A new trust gets the usual phases of primary schools.
///
/// # Errors
/// [`ImportError`]; the database is then as it was.
pub async fn import(db: &Db, file: &Path, trust: &str) -> Result<Imported, ImportError> {
    let name = file.display().to_string();
    let mut report = Report::default();
    let found = Table::open(file, &COLUMNS, &mut report).map(|mut table| read(&mut table, &name, trust, &mut report));
    let Some(found) = found.flatten().filter(|_| report.is_sound()) else {
        return Err(ImportError::Refused(report));
    };
    let stored = store::store(db, &found).await?;
    for school in stored.left {
        let message = format!("{school} is no longer in the file under {}. It was left as it is.", stored.trust);
        report.warn(Spot::file(&name), message);
    }
    Ok(Imported { trust: stored.trust, trust_created: stored.trust_created, schools: stored.schools, report })
}
