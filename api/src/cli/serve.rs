//! `plumbline serve`: the API, until it is told to stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tokio::net::TcpListener;
use tokio::runtime::Handle;

use super::{Failure, must_be_there, open_to_serve, say::say};
use crate::{
    app,
    auth::{SigningKey, TokenKeys},
    clock::Clock,
    config::{Config, Limits},
    protocol::{self, Service, metrics_router, router},
    telemetry::Dropped,
};

/// Where to serve.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Where to listen, as in 127.0.0.1:8000; else `listen` of the configuration.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// Make the SQLite file that DATABASE_URL names if it is not there. Without this, serve refuses to start on an empty
    /// database in place of one that was moved or mistyped.
    #[arg(long)]
    create: bool,
}

pub(super) async fn run(mut config: Config, arguments: Arguments, dropped: Dropped) -> Result<(), Failure> {
    config.listen = arguments.listen.unwrap_or(config.listen);
    let keys = TokenKeys::new(&SigningKey::read_or_create(&config.auth.key_file)?)?;
    if !arguments.create {
        must_be_there(&config)?;
    }
    // The port comes first: if it is taken, no database should have been migrated.
    let listeners = Listeners::bind(&config).await?;
    let db = open_to_serve(&config).await?;
    warn_of_development_key(&config);
    say(&format!("plumbline serves http://{}", listeners.api.local_addr()?));
    serve(app::service(config, db, keys, Clock::System), listeners, dropped).await
}

/// Whoever has the file of the key signs in as anybody: that is for one machine, and not for a network.
fn warn_of_development_key(config: &Config) {
    if config.auth.accepts_development_key() && !config.listen.ip().is_loopback() {
        tracing::warn!(
            listen = %config.listen,
            key_file = config.auth.key_file.display().to_string(),
            "tokens signed with this machine's own key are accepted from the network: name the identity provider in auth.issuers"
        );
    }
}

/// Where the service listens.
pub(super) struct Listeners {
    /// For everybody.
    pub(super) api: TcpListener,
    /// For whoever runs it.
    metrics: Option<TcpListener>,
}

impl Listeners {
    /// Takes the ports of a configuration.
    pub(super) async fn bind(config: &Config) -> Result<Self, Failure> {
        let api = bind(config.listen, "--listen").await?;
        let metrics = match config.metrics_listen {
            Some(address) => Some(bind(address, "metrics_listen").await?),
            None => None,
        };
        Ok(Self { api, metrics })
    }
}

async fn bind(address: SocketAddr, setting: &str) -> Result<TcpListener, Failure> {
    let bound = TcpListener::bind(address).await;
    bound.map_err(|error| {
        format!("cannot listen on {address}: {error}. Stop what uses it, or choose another with {setting}").into()
    })
}

/// Connections at once to the metrics: who scrapes needs one.
const SCRAPERS: usize = 16;

/// Tells metrics and health at a listener of their own, on a thread of its own, until the process ends. So they are told
/// whatever the threads do that do the work.
fn tell_metrics(service: &Service, listener: TcpListener, dropped: Dropped) -> Result<(), Failure> {
    say(&format!("plumbline tells its metrics at http://{}/metrics", listener.local_addr()?));
    let limits = Limits { connections: SCRAPERS, ..service.config.limits.clone() };
    let router = metrics_router(service.clone(), Handle::current(), move || dropped.lines());
    let listener = listener.into_std()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::Builder::new().name("metrics".to_owned()).spawn(move || {
        let told = runtime.block_on(async move {
            protocol::serve(TcpListener::from_std(listener)?, router, &limits, std::future::pending()).await
        });
        if let Err(error) = told {
            tracing::error!(%error, "metrics are told no more");
        }
    })?;
    Ok(())
}

/// How long the service waits at the end for WebSockets to close.
const LAST_WORDS: Duration = Duration::from_secs(6);

/// How long the service waits at the end for the last entries of the audit.
const LAST_ENTRIES: Duration = Duration::from_secs(5);

pub(super) async fn serve(service: Service, listeners: Listeners, dropped: Dropped) -> Result<(), Failure> {
    if let Some(listener) = listeners.metrics {
        tell_metrics(&service, listener, dropped)?;
    }
    let (db, audit, limits) = (service.db.clone(), service.audit.clone(), service.config.limits.clone());
    // Whoever asked does not wait longer either.
    db.has_patience(limits.request_milliseconds);
    // In a task of its own, so that an issuer that cannot be reached does not keep the service from starting.
    let (issuers, now) = (Arc::clone(&service.issuers), service.clock.now());
    tokio::spawn(async move { issuers.prepare(now).await });
    let (sockets, open, leaving) = (service.sockets.clone(), service.sockets.clone(), service.leaving.clone());
    let unready = Duration::from_millis(service.config.stopping.unready_milliseconds);
    let stop = async move {
        // Whoever sends requests here is told first, and needs a moment to notice. Somebody at a console does not.
        if stop_signal().await == Stop::Terminated {
            leaving.begins();
            tracing::info!("stopping: not ready any more, and still answering");
            let _ = tokio::time::timeout(unready, stop_signal()).await;
        }
        tracing::info!("stopping: finishing the requests that are under way");
        open.stop();
    };
    protocol::serve(listeners.api, router(service), &limits, stop).await?;
    // The server no longer waits for WebSockets by then. Each tells its client that it closes, and waits for the
    // client to agree.
    let _ = tokio::time::timeout(LAST_WORDS, sockets.closed()).await;
    let flushed = tokio::time::timeout(LAST_ENTRIES, audit.flush()).await;
    let failed = match flushed {
        Ok(flushed) => flushed.err().map(|error| error.to_string()),
        Err(_) => Some("the database does not answer".to_owned()),
    };
    if let Some(error) = failed {
        tracing::error!(error, "refused tokens that were only counted so far are not in the audit");
    }
    db.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// How the service was told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    /// By whoever runs it: SIGTERM.
    Terminated,
    /// At the console: Ctrl-C.
    Interrupted,
}

async fn stop_signal() -> Stop {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            return tokio::select! {
                _ = terminate.recv() => Stop::Terminated,
                _ = tokio::signal::ctrl_c() => Stop::Interrupted,
            };
        }
    }
    let _ = tokio::signal::ctrl_c().await;
    Stop::Interrupted
}
