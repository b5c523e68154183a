//! `plumbline token`: a token for a member of staff or a client application.

use clap::Args;

use super::{Failure, open_migrated};
use crate::{
    auth::{Issuer, SigningKey, TokenKeys, client_of, find_staff_by_email},
    config::Config,
};

/// For whom the token is, and how long it holds.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The email address of a member of staff.
    #[arg(long = "as", value_name = "EMAIL", required_unless_present = "client")]
    email: Option<String>,
    /// The client id of a client application that is registered for the issuer `development`. It asks for the member
    /// of staff of `--as`, or for itself without one.
    #[arg(long, value_name = "CLIENT_ID")]
    client: Option<String>,
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
    let (now, life) = (chrono::Utc::now(), chrono::Duration::hours(arguments.hours));
    if let Some(client) = &arguments.client
        && client_of(&db, Issuer::Development.name(), client).await?.is_none()
    {
        let advice = "a trust lead registers it with `registerClient` for the issuer `development`";
        return Err(format!("no client application is known by {client}. {advice}").into());
    }
    let token = match (&arguments.email, &arguments.client) {
        (Some(email), client) => {
            let Some(person) = find_staff_by_email(&db, email).await? else {
                let advice =
                    "`plumbline demo` prints the addresses of the demo; `plumbline appoint` makes a first account";
                return Err(format!("nobody has the address {email}. {advice}").into());
            };
            match client {
                Some(client) => keys.issue_through(person.id, client, now, life)?,
                None => keys.issue(person.id, now, life)?,
            }
        }
        (None, client) => keys.issue_to_client(client.as_deref().unwrap_or_default(), now, life)?,
    };
    println!("{token}");
    db.close().await;
    Ok(())
}
