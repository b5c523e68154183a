//! `plumbline demo`: a trust to look at.

use std::net::SocketAddr;

use chrono::{Duration, Utc};
use clap::Args;

use super::{
    Failure, open_migrated, open_to_serve,
    say::{report, say},
    serve::{self, Listeners},
};
use crate::{
    app,
    auth::{SigningKey, TokenKeys},
    clock::Clock,
    config::Config,
    demo::{self, DemoAccount, DemoOptions, DemoTrust},
    telemetry::Dropped,
};

/// How large a demo to make, and where to serve it.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// How many schools.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(3..=200))]
    schools: u32,
    /// How many academic years, the last of them 2025/26.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=10))]
    years: u32,
    /// Which demo: the same seed makes the same one everywhere.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Plants no effects: whoever seems to stand apart then does so by chance.
    #[arg(long)]
    without_effects: bool,
    /// Where to listen, as in 127.0.0.1:8000; else `listen` of the configuration.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// Fill the database and end, without serving.
    #[arg(long)]
    fill_only: bool,
}

pub(super) async fn run(mut config: Config, arguments: Arguments, dropped: Dropped) -> Result<(), Failure> {
    config.listen = arguments.listen.unwrap_or(config.listen);
    if config.auth.development_key == Some(false) && !arguments.fill_only {
        let advice = "set it to true, or fill the database alone with --fill-only";
        return Err(
            format!("the demo's tokens are signed with the key that auth.development_key turns off; {advice}").into()
        );
    }
    // The demo's people sign in with the tokens that it prints, even where issuers are configured as well.
    config.auth.development_key = Some(true);
    let Arguments { schools, years, seed, without_effects, .. } = arguments;
    let options = DemoOptions { schools, years, seed, effects: !without_effects };
    let progress = |line: &str| report(&format!("demo: {line}"));
    if arguments.fill_only {
        let db = open_migrated(&config).await?;
        let trust = demo::fill(&db, &options, progress).await?;
        say(&summary(&trust));
        db.close().await;
        return Ok(());
    }
    // The port comes first: if it is taken, nobody should have waited for the fill to learn so.
    let listeners = Listeners::bind(&config).await?;
    let keys = TokenKeys::new(&SigningKey::read_or_create(&config.auth.key_file)?)?;
    let db = open_to_serve(&config).await?;
    let trust = demo::fill(&db, &options, progress).await?;
    say(&welcome(&trust, &keys, listeners.api.local_addr()?)?);
    serve::serve(app::service(config, db, keys, Clock::System), listeners, dropped).await
}

/// One line on what is there.
fn summary(trust: &DemoTrust) -> String {
    let DemoOptions { schools, years, seed, effects } = trust.options;
    let effects = if effects { "" } else { ", without effects" };
    let made = trust.written.map_or_else(String::new, |counts| {
        let [pupils, judgements, plans] = [counts.pupils, counts.judgements, counts.plans].map(thousands);
        format!(": {pupils} pupils, {judgements} judgements, {plans} plans")
    });
    let years = if years == 1 { "1 year".to_owned() } else { format!("{years} years") };
    format!("{} ({schools} schools, {years}, seed {seed}{effects}){made}", trust.name)
}

/// For how many hours the printed tokens hold.
const HOURS: i64 = 12;

/// What the console shows once the demo is served: who can sign in, and one question to ask.
fn welcome(trust: &DemoTrust, keys: &TokenKeys, address: SocketAddr) -> Result<String, Failure> {
    let mut text = format!(
        "\n{}\n\nOpen  http://{address}/\n\nSign in as one of these (tokens hold {HOURS} hours):\n",
        summary(trust)
    );
    for account in &trust.accounts {
        let token = keys.issue(account.staff_member, Utc::now(), Duration::hours(HOURS))?;
        text += &format!("\n  {}\n  {token}\n", line(account));
    }
    text += "\nAs client applications, by themselves:\n";
    for (client_id, what) in trust.clients {
        let token = keys.issue_to_client(client_id, Some(trust.id), Utc::now(), Duration::hours(HOURS))?;
        text += &format!("\n  {client_id:14} {what}\n  {token}\n");
    }
    let analyst = trust.accounts.first().map(|account| account.staff_member).unwrap_or_default();
    let token = keys.issue(analyst, Utc::now(), Duration::hours(HOURS))?;
    text += &format!(
        "\nTry: which schools judge writing unlike the rest?\n\n{}\n\nStop with Ctrl-C.\n",
        question(address, &token)
    );
    Ok(text)
}

fn line(account: &DemoAccount) -> String {
    let role = account.role.code().replace('_', " ").to_lowercase();
    let place = account.place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
    format!("{role:14} {}, {}{place}", account.name, account.email)
}

/// A whole command that asks the question, to paste.
fn question(address: SocketAddr, token: &str) -> String {
    format!(
        "curl -s http://{address}/graphql -H 'Content-Type: application/json' \\\n  \
         -H 'Authorization: Bearer {token}' \\\n  \
         -d '{{\"query\":\"{QUESTION}\"}}'"
    )
}

/// How each school's judgements in writing differ from those of the rest, last summer. It stands in JSON in a shell's single quotes, so it
/// holds no single quote and escapes its double quotes.
const QUESTION: &str = r#"{ moderationAgreement(where: {subject: \"writing\", academicYear: 2025, window: SUMMER}, by: [SCHOOL]) { rows { key { school { name } } result { __typename ... on Agreement { n exact { estimate } differenceToRest { estimate low high } } } } } }"#;

fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let grouped: Vec<&[u8]> = digits.as_bytes().rchunks(3).rev().collect();
    grouped.iter().map(|group| String::from_utf8_lossy(group)).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        assert_eq!([7, 1_234, 1_234_567].map(thousands), ["7", "1,234", "1,234,567"]);
    }
}
