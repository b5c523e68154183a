//! `plumbline token`: a token for a member of staff or a client application.

use clap::Args;
use uuid::Uuid;

use super::{Failure, find_trust, open_migrated, say::hand_out};
use crate::{
    auth::{Issuer, SigningKey, TokenKeys, accounts_of, registrations_of},
    config::Config,
    db::Db,
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
    /// The trust, as it was imported. Needed where several know the address or the client application.
    #[arg(long, value_name = "NAME")]
    trust: Option<String>,
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
    let trust = match &arguments.trust {
        Some(name) => Some(find_trust(&db, name).await?.id),
        None => None,
    };
    let token = match (&arguments.email, &arguments.client) {
        (Some(email), client) => {
            let found = accounts_of(&db, email).await?.into_iter().map(|person| (person.trust_id, person.id)).collect();
            let advice = "`plumbline demo` prints the addresses of the demo; `plumbline appoint` makes a first account";
            let (trust, person) = only(found, trust, || format!("nobody has the address {email}. {advice}"))?;
            match client {
                Some(client) => {
                    registration(&db, client, Some(trust)).await?;
                    keys.issue_through(person, client, now, life)?
                }
                None => keys.issue(person, now, life)?,
            }
        }
        (None, client) => {
            let client = client.as_deref().unwrap_or_default();
            let trust = registration(&db, client, trust).await?;
            keys.issue_to_client(client, Some(trust), now, life)?
        }
    };
    hand_out(&token)?;
    db.close().await;
    Ok(())
}

/// The trust in which a client application of the issuer `development` is registered.
async fn registration(db: &Db, client: &str, trust: Option<Uuid>) -> Result<Uuid, Failure> {
    let found = registrations_of(db, Issuer::Development.name(), client).await?;
    let found = found.into_iter().map(|client| (client.trust_id, client.id)).collect();
    let advice = "a trust lead registers it with `registerClient` for the issuer `development`";
    Ok(only(found, trust, || format!("no client application is known by {client}. {advice}"))?.0)
}

/// The one of rows of several trusts, each with the id of its trust, that is meant.
fn only(found: Vec<(Uuid, Uuid)>, trust: Option<Uuid>, none: impl FnOnce() -> String) -> Result<(Uuid, Uuid), Failure> {
    let meant: Vec<_> = found.into_iter().filter(|(of, _)| trust.is_none_or(|trust| trust == *of)).collect();
    match meant.as_slice() {
        [] => Err(none().into()),
        [only] => Ok(*only),
        _ => Err("more than one trust knows this name. Say which one you mean with --trust".into()),
    }
}
