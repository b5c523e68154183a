//! `plumbline doctor`: what is so, what is not as it should be, and how to mend it.

mod database;
mod surroundings;

use super::{Failure, say::say};
use crate::config::{Config, ConfigError};

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// It is as it should be.
    Good,
    /// It works, and somebody should know.
    Note,
    /// It must be mended.
    Mend,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Finding {
    verdict: Verdict,
    /// What was looked at, in a word.
    of: &'static str,
    /// What is so.
    is: String,
    /// How to mend it; empty where there is nothing to mend.
    how: String,
}

impl Finding {
    fn good(of: &'static str, is: impl Into<String>) -> Self {
        Self { verdict: Verdict::Good, of, is: is.into(), how: String::new() }
    }

    fn note(of: &'static str, is: impl Into<String>, how: impl Into<String>) -> Self {
        Self { verdict: Verdict::Note, of, is: is.into(), how: how.into() }
    }

    fn mend(of: &'static str, is: impl Into<String>, how: impl Into<String>) -> Self {
        Self { verdict: Verdict::Mend, of, is: is.into(), how: how.into() }
    }

    /// One line for a person.
    fn line(&self) -> String {
        let word = match self.verdict {
            Verdict::Good => "good",
            Verdict::Note => "note",
            Verdict::Mend => "MEND",
        };
        let line = format!("{word}  {:13} {}", self.of, self.is);
        let line = if self.how.is_empty() { line } else { format!("{line}. {}", self.how) };
        line.split('\n').map(str::trim).collect::<Vec<_>>().join(" ")
    }
}

/// Looks at everything, and says what is to be mended.
pub(super) async fn run(config: Result<Config, ConfigError>) -> Result<(), Failure> {
    let mut findings = Vec::new();
    match config {
        Err(error) => findings.push(Finding::mend("configuration", error.to_string(), "Nothing else can be looked at")),
        Ok(config) => {
            findings.push(Finding::good("configuration", "it is sound"));
            findings.extend(surroundings::keys(&config));
            findings.extend(database::look(&config).await);
            findings.extend(surroundings::issuers(&config).await);
            findings.extend(surroundings::collector(&config).await);
            findings.extend(surroundings::disks(&config));
        }
    }
    for finding in &findings {
        say(&finding.line());
    }
    match findings.iter().filter(|finding| finding.verdict == Verdict::Mend).count() {
        0 => Ok(()),
        1 => Err("one thing is to be mended".into()),
        several => Err(format!("{several} things are to be mended").into()),
    }
}
