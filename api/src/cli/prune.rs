//! `plumbline prune`: does away with what is kept no longer, as `retention` of the configuration says.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{Days, Months, Utc};
use clap::Args;
use plumbline_entity::audit_entry::AuditKind;

use super::{Failure, must_be_there, open_migrated, say::hand_out};
use crate::{
    audit::{self, Entry, archive, older},
    config::Config,
    db::Db,
    graphql::{forget_keys_before, keys_before},
    pupil_records::left::{erase, left_before},
};

/// Whether to do it.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Say how many rows of each table it would be, and change nothing.
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run(config: &Config, arguments: Arguments) -> Result<(), Failure> {
    must_be_there(config)?;
    let db = open_migrated(config).await?;
    let retention = &config.retention;
    let now = Utc::now();
    let today = config.time_zone.day_of(now);
    let would = arguments.dry_run;
    let mut rows: BTreeMap<&str, u64> = BTreeMap::new();
    let keys_until = now.checked_sub_days(Days::new(retention.idempotency_key_days.into())).unwrap_or(now);
    rows.insert("idempotency_key", prune_keys(&db, keys_until, now, would).await?);
    if let Some(years) = retention.left_pupil_years {
        let day = today.checked_sub_months(Months::new(years * 12)).unwrap_or(today);
        prune_pupils(&db, day, now, would, &mut rows).await?;
    }
    let audit_until = now.checked_sub_months(Months::new(retention.audit_years * 12)).unwrap_or(now);
    let archived = prune_audit(&db, audit_until, retention.audit_archive.as_deref(), now, would).await?;
    rows.insert("audit_entry", archived.entries);
    db.close().await;
    for (table, rows) in &rows {
        hand_out(&format!("{table}: {rows} rows {}", if would { "would go" } else { "gone" }))?;
    }
    if let Some(said) = archived.said {
        hand_out(&said)?;
    }
    Ok(())
}

async fn prune_keys(
    db: &Db,
    until: chrono::DateTime<Utc>,
    now: chrono::DateTime<Utc>,
    would: bool,
) -> Result<u64, Failure> {
    let tx = db.begin().await?;
    if would {
        return Ok(keys_before(&tx, until).await?);
    }
    let gone = forget_keys_before(&tx, until).await?;
    if gone > 0 {
        audit::commit(tx, Entry::at_console(AuditKind::Console, None, "prune idempotency_key", now)).await?;
    }
    Ok(gone)
}

/// Each pupil in a transaction of their own, so that nobody waits for long, and each with an entry of the audit. To say what
/// would go, it is done and taken back.
async fn prune_pupils(
    db: &Db,
    before: chrono::NaiveDate,
    now: chrono::DateTime<Utc>,
    would: bool,
    rows: &mut BTreeMap<&'static str, u64>,
) -> Result<(), Failure> {
    let left = left_before(&db.begin().await?, before).await?;
    rows.insert("pupil", 0);
    for pupil in left {
        let tx = db.begin().await?;
        for (table, gone) in erase(&tx, pupil, now).await? {
            *rows.entry(table).or_default() += gone as u64;
        }
        if !would {
            let entry = Entry::at_console(AuditKind::Console, Some(pupil.trust_id), "prune pupil", now);
            audit::commit(tx, entry).await?;
        }
    }
    Ok(())
}

struct Archived {
    entries: u64,
    said: Option<String>,
}

async fn prune_audit(
    db: &Db,
    until: chrono::DateTime<Utc>,
    folder: Option<&Path>,
    now: chrono::DateTime<Utc>,
    would: bool,
) -> Result<Archived, Failure> {
    let Some((last, entries)) = older(&db.begin().await?, until).await? else {
        return Ok(Archived { entries: 0, said: None });
    };
    let entries = u64::try_from(entries).unwrap_or_default();
    let Some(folder) = folder else {
        let said = format!(
            "{entries} entries of the audit are older than it says; set retention.audit_archive to the folder of an archive"
        );
        return Ok(Archived { entries: 0, said: Some(said) });
    };
    if would {
        return Ok(Archived { entries, said: None });
    }
    let file = archive(db, last, folder, now).await?;
    Ok(Archived { entries, said: Some(format!("archived in {}; keep it where the database is not", file.display())) })
}
