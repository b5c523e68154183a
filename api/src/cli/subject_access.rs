//! `plumbline subject-access`: all that is held of a pupil, for the person who asks for it.

use clap::Args;

use super::{Failure, must_be_there, open_migrated, say::hand_out};
use crate::{
    config::Config,
    pupil_records::export::{export, pupil_named},
};

/// Whose data.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The id of the pupil, as the API gives it.
    #[arg(long, value_name = "ID")]
    pupil: String,
}

pub(super) async fn run(config: &Config, arguments: Arguments) -> Result<(), Failure> {
    let unknown =
        || format!("there is and was no pupil `{}`. Give the `id` that the API tells of the pupil", arguments.pupil);
    let id = pupil_named(&arguments.pupil).ok_or_else(unknown)?;
    must_be_there(config)?;
    let db = open_migrated(config).await?;
    let given = export(&db, id, chrono::Utc::now()).await?.ok_or_else(unknown)?;
    hand_out(&format!("{given:#}"))?;
    db.close().await;
    Ok(())
}
