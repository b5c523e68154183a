//! `plumbline token`: a token for a member of staff.

use clap::Args;

use super::{Failure, open_migrated};
use crate::{
    auth::{SigningKey, TokenKeys, find_staff_by_email},
    config::Config,
};

/// For whom.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The email address of a member of staff.
    #[arg(long = "as", value_name = "EMAIL")]
    email: String,
    /// For how many hours the token holds, 1 to 24.
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(i64).range(1..=24))]
    hours: i64,
}

pub(super) async fn run(config: &Config, arguments: Arguments) -> Result<(), Failure> {
    if !config.auth.accepts_development_key() {
        let advice = "get one from an issuer, or set auth.development_key = true";
        return Err(format!("the service does not accept tokens that are signed with its own key; {advice}").into());
    }
    let keys = TokenKeys::new(&SigningKey::read_or_create(&config.auth.key_file)?)?;
    let db = open_migrated(config).await?;
    let Some(person) = find_staff_by_email(&db, &arguments.email).await? else {
        let advice = "`plumbline demo` prints the addresses of the demo; `plumbline appoint` makes a first account";
        return Err(format!("nobody has the address {}. {advice}", arguments.email).into());
    };
    println!("{}", keys.issue(person.id, chrono::Utc::now(), chrono::Duration::hours(arguments.hours))?);
    db.close().await;
    Ok(())
}
