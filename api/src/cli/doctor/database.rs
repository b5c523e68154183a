//! The database: whether it can be used as it is.

use std::time::Duration;

use chrono::TimeDelta;
use plumbline_entity::trust;
use tokio::time::timeout;

use super::Finding;
use crate::{
    config::Config,
    db::{Console, Db, Examined, Read, Reason, missing_file, shown_url},
};

const DATABASE: &str = "database";
const MIGRATIONS: &str = "migrations";
const CLOCK: &str = "clock";

/// Clocks may differ by this much: as much as is forgiven to tokens.
const FORGIVEN: TimeDelta = TimeDelta::seconds(5);
/// How long the database may take for all that it is asked.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) async fn look(config: &Config) -> Vec<Finding> {
    match timeout(PATIENCE, all(config)).await {
        Ok(findings) => findings,
        Err(_) => {
            let is = format!("{} does not answer within {} s", shown_url(&config.database_url), PATIENCE.as_secs());
            vec![Finding::mend(DATABASE, is, "See whether it runs, and what lies between here and there")]
        }
    }
}

async fn all(config: &Config) -> Vec<Finding> {
    if let Some(file) = missing_file(&config.database_url) {
        let how = "Set DATABASE_URL to the one that you mean, or make it with `plumbline migrate up`";
        return vec![Finding::mend(DATABASE, format!("there is no file {file}"), how)];
    }
    let db = match super::super::open_as_it_stands(config).await {
        Ok(db) => db,
        Err(failure) => return vec![Finding::mend(DATABASE, failure.to_string(), "")],
    };
    let mut findings = match db.examine().await {
        Ok(examined) => facts(config, &examined),
        Err(error) => vec![Finding::mend(DATABASE, format!("it cannot be asked: {error}"), "Look at its log")],
    };
    findings.push(migrations(&db).await);
    findings.extend(trusts(config, &db).await);
    db.close().await;
    findings
}

/// What the facts come to.
fn facts(config: &Config, examined: &Examined) -> Vec<Finding> {
    let mut findings = Vec::new();
    let is = format!("{}, {}", examined.version, examined.encoding);
    findings.push(match examined.encoding.as_str() {
        "UTF8" | "UTF-8" => Finding::good(DATABASE, is),
        _ => Finding::mend(DATABASE, is, "Names have letters of many kinds: make the database with ENCODING 'UTF8'"),
    });
    findings.push(match &examined.not_writeable {
        None => Finding::good(DATABASE, "it can be written to"),
        Some(why) => {
            let how = "If it is a standby, name the primary; if the disk is full, make room; else see who owns it";
            Finding::mend(DATABASE, format!("it cannot be written to: {why}"), how)
        }
    });
    if let Some(most) = examined.most_connections {
        let needed = config.database_connections + 3;
        findings.push(if needed * 2 > most {
            let is = format!("the server takes {most} connections, and one instance may need {}", needed * 2);
            Finding::mend(DATABASE, is, "Lower database_connections, or raise max_connections")
        } else {
            Finding::good(DATABASE, format!("the server takes {most} connections, one instance needs {needed}"))
        });
    }
    if let Some(ahead) = examined.clock_ahead {
        findings.push(clock("the database", ahead));
    }
    findings
}

/// What a clock that differs from this machine's comes to.
pub(super) fn clock(whose: &str, ahead: TimeDelta) -> Finding {
    let seconds = ahead.num_milliseconds().abs() / 1000;
    if ahead.abs() <= FORGIVEN {
        return Finding::good(CLOCK, format!("that of {whose} and that of this machine agree"));
    }
    let way = if ahead > TimeDelta::zero() { "ahead of" } else { "behind" };
    let is = format!("that of {whose} is {seconds} s {way} that of this machine");
    Finding::mend(
        CLOCK,
        is,
        "Let both follow the same time servers (NTP): else tokens are refused, and days begin twice",
    )
}

async fn migrations(db: &Db) -> Finding {
    match db.migration_state().await {
        Err(error) => Finding::mend(MIGRATIONS, error.to_string(), ""),
        Ok(state) if !state.unknown.is_empty() => {
            let is = format!(
                "the database was migrated by a newer version ({} is unknown to this one)",
                state.unknown.join(", ")
            );
            Finding::mend(MIGRATIONS, is, "Run that version, or restore a backup")
        }
        Ok(state) if !state.pending.is_empty() => {
            let how = "`plumbline serve` applies them when it starts; back up first";
            Finding::note(MIGRATIONS, format!("{} steps are pending", state.pending.len()), how)
        }
        Ok(state) => Finding::good(MIGRATIONS, format!("all {} steps were applied", state.applied.len())),
    }
}

/// Whether tokens can tell the trusts apart.
async fn trusts(config: &Config, db: &Db) -> Vec<Finding> {
    // Before the first migration there is no such table.
    let Ok(trusts) = db.all(Console.of::<trust::Entity>().rows()).await else { return Vec::new() };
    let mut findings = Vec::new();
    if trusts.is_empty() {
        findings.push(Finding::note("trusts", "there is none yet", "`plumbline import gias` makes one"));
    }
    for issuer in &config.auth.issuers {
        match &issuer.trust {
            Some(name) if trusts.iter().all(|trust| trust.name != *name) => {
                let known: Vec<&str> = trusts.iter().map(|trust| trust.name.as_str()).collect();
                let is = format!("{} speaks for `{name}`, and there is no such trust", issuer.issuer);
                findings.push(Finding::mend("trusts", is, format!("Trusts here: {}", known.join("; "))));
            }
            None if trusts.len() > 1 => {
                let is = format!("there are {}, and {} speaks for any of them", trusts.len(), issuer.issuer);
                let how = "Set `trust` for it, unless callers send the header `plumbline-trust`";
                findings.push(Finding::note("trusts", is, how));
            }
            _ => {}
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;

    fn sound() -> Examined {
        Examined {
            version: "PostgreSQL 17.2".to_owned(),
            encoding: "UTF8".to_owned(),
            not_writeable: None,
            clock_ahead: Some(TimeDelta::zero()),
            most_connections: Some(100),
            folder: None,
        }
    }

    fn to_mend(examined: &Examined) -> Vec<String> {
        let findings = facts(&Config::default(), examined).into_iter();
        findings.filter(|finding| finding.verdict == Verdict::Mend).map(|finding| finding.line()).collect()
    }

    #[test]
    fn what_is_wrong_with_a_database_is_named_and_nothing_else_is() {
        assert_eq!(to_mend(&sound()), Vec::<String>::new());
        let cases: [(Examined, &str); 4] = [
            (Examined { encoding: "SQL_ASCII".to_owned(), ..sound() }, "ENCODING 'UTF8'"),
            (Examined { not_writeable: Some("read-only".to_owned()), ..sound() }, "name the primary"),
            (Examined { most_connections: Some(20), ..sound() }, "max_connections"),
            (Examined { clock_ahead: Some(TimeDelta::seconds(-7)), ..sound() }, "7 s behind"),
        ];
        for (examined, words) in cases {
            let lines = to_mend(&examined);
            assert!(lines.len() == 1 && lines[0].contains(words), "{words}: {lines:?}");
        }
        assert_eq!(clock("x", TimeDelta::seconds(5)).verdict, Verdict::Good);
    }
}
