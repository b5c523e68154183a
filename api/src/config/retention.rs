//! How long is kept what need not be kept for ever. `plumbline prune` does away with the rest; the service never does.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// How long is kept what need not be kept for ever.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// For how many days a caller's key stops a mutation from being done twice. Clients that try again do so within minutes;
    /// 30 days let even a file that was left lying be sent once more.
    pub idempotency_key_days: u32,
    /// For how many years entries of the audit stay in the database. Older ones go into files, and are kept there. 7 years are
    /// the six in which a claim can be made, and the current one.
    pub audit_years: u32,
    /// The folder for those files. Without it, all entries stay in the database.
    pub audit_archive: Option<PathBuf>,
    /// How many years after the end of their last place a pupil is erased. Without it nobody is erased but by
    /// `erasePupil`: how long records of pupils are kept is for the trust's own schedule to say.
    pub left_pupil_years: Option<u32>,
}

impl Default for Retention {
    fn default() -> Self {
        Self { idempotency_key_days: 30, audit_years: 7, audit_archive: None, left_pupil_years: None }
    }
}

impl Retention {
    /// What is wrong with them, in words.
    pub(super) fn fault(&self) -> Option<&'static str> {
        let checks = [
            (!(1..=3_650).contains(&self.idempotency_key_days), "retention.idempotency_key_days must be 1 to 3650"),
            (!(1..=100).contains(&self.audit_years), "retention.audit_years must be 1 to 100"),
            (
                self.left_pupil_years.is_some_and(|years| !(1..=100).contains(&years)),
                "retention.left_pupil_years must be 1 to 100, or left out",
            ),
        ];
        checks.into_iter().find(|(wrong, _)| *wrong).map(|(_, message)| message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_time_is_refused_beyond_its_edges() {
        let of = |days, audit, pupils| Retention {
            idempotency_key_days: days,
            audit_years: audit,
            left_pupil_years: pupils,
            audit_archive: None,
        };
        assert_eq!(Retention::default().fault(), None);
        for sound in [of(1, 1, Some(1)), of(3_650, 100, Some(100)), of(30, 7, None)] {
            assert_eq!(sound.fault(), None, "{sound:?}");
        }
        let wrong = [
            (of(0, 7, None), "idempotency_key_days"),
            (of(3_651, 7, None), "idempotency_key_days"),
            (of(30, 0, None), "audit_years"),
            (of(30, 101, None), "audit_years"),
            (of(30, 7, Some(0)), "left_pupil_years"),
            (of(30, 7, Some(101)), "left_pupil_years"),
        ];
        for (settings, names) in wrong {
            assert!(settings.fault().is_some_and(|fault| fault.contains(names)), "{settings:?}");
        }
    }
}
