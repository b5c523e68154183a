//! The connection of an instance that listens to PostgreSQL.

use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::sqlx;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};

use super::{Bus, CHANNEL};

/// How long a silent connection is trusted before it is asked whether it is still there: one that was cut
/// without a word would be silent for ever.
const LONGEST_SILENCE: Duration = Duration::from_secs(15);
/// How long it may take to answer then, or to be opened.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// How long to wait before the next try, at first and at most.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Listens until it is dropped. Each time the connection is lost, those who follow are told that there
/// is a gap: `NOTIFY` keeps nothing for who was away.
pub(super) async fn listen(bus: Arc<Bus>, url: String) {
    let (mut pause, mut times) = (FIRST_PAUSE, 0);
    loop {
        match open(&url).await {
            Ok(listener) => {
                times += 1;
                bus.arriving.send_replace(Some(times));
                let lost = pass_on(&bus, listener).await;
                bus.arriving.send_replace(None);
                bus.gap();
                tracing::warn!(error = %lost, "the connection that listens for events was lost");
                pause = FIRST_PAUSE;
            }
            Err(error) => {
                tracing::warn!(%error, "cannot listen for events; subscriptions wait");
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
        tokio::time::sleep(pause).await;
    }
}

/// A connection beside the pool, so that it takes nothing from requests.
async fn open(url: &str) -> Result<PgListener, sqlx::Error> {
    let options = PgConnectOptions::from_str(url)?.application_name("plumbline events");
    let pool = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None);
    let mut listener =
        PgListener::connect_with(&pool.acquire_timeout(LONGEST_WAIT).connect_with(options).await?).await?;
    listener.ignore_pool_close_event(true);
    // Lost is lost: we open the next one ourselves, and say so.
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    Ok(listener)
}

/// Passes on what arrives; returns why it came to an end.
async fn pass_on(bus: &Bus, mut listener: PgListener) -> String {
    loop {
        match tokio::time::timeout(LONGEST_SILENCE, listener.try_recv()).await {
            Ok(Ok(Some(told))) => match serde_json::from_str(told.payload()) {
                Ok(event) => bus.tell(event),
                // Of a newer version, while instances are being replaced.
                Err(_) => tracing::warn!("an event that this version does not know was left out"),
            },
            Ok(Ok(None)) => return "closed".to_owned(),
            Ok(Err(error)) => return error.to_string(),
            Err(_) => {
                let asked = sqlx::query("SELECT 1").execute(&mut listener);
                match tokio::time::timeout(LONGEST_WAIT, asked).await {
                    Ok(Ok(_)) => {}
                    Ok(Err(error)) => return error.to_string(),
                    Err(_) => return "no answer".to_owned(),
                }
            }
        }
    }
}
