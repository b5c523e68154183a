//! Connections: how many there may be, how long they may take to say what they want, and how they
//! end. HTTP/1.1, and HTTP/2 where the client begins with it.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::patient::Patient;
use super::quiet::{Heard, Quiet};
use crate::config::Limits;

/// How long requests that are under way at the end may take to finish.
const LAST_REQUESTS: Duration = Duration::from_secs(20);
/// Requests at once on one connection of HTTP/2.
const MOST_STREAMS: u32 = 100;
/// Longest line and headers of a request, in bytes: a query over GET stands in the line.
const LONGEST_HEAD: usize = 64 * 1024;
/// With these bytes a client says that it speaks HTTP/2.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// How long a connection that gives way may take to go.
const GOING: Duration = Duration::from_millis(100);

/// Serves until `stop`, and then until the requests under way have ended, for at most 20 seconds.
///
/// # Errors
/// The listener failed for good.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: &Limits,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let turns = Arc::new(Semaphore::new(limits.connections));
    let quiet = Arc::<Quiet>::default();
    let patience = Duration::from_millis(limits.header_milliseconds);
    let unread = Duration::from_millis(limits.unread_milliseconds);
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                // The client left again, or there is no file descriptor. Other connections go on.
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        // Without a turn it waits, and those after it in the queue of the system.
        let turn = tokio::select! {
            turn = turn(&turns, &quiet) => turn?,
            () = &mut stop => break,
        };
        let (voice, watcher) = (quiet.enters(), graceful.watcher());
        let heard = Heard::new(router.clone(), Arc::clone(&voice));
        tokio::spawn(async move {
            tokio::select! {
                () = connection(stream, heard, watcher, patience, unread) => {}
                () = voice.is_told_to_go() => tracing::debug!("a connection that said nothing gave way to another"),
            }
            drop(turn);
        });
    }
    drop(listener);
    if timeout(LAST_REQUESTS, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish in time and were dropped");
    }
    Ok(())
}

/// A turn for a connection. Where there is none, the connection that has said nothing for longest gives way.
async fn turn(turns: &Arc<Semaphore>, quiet: &Quiet) -> io::Result<OwnedSemaphorePermit> {
    loop {
        tokio::select! {
            biased;
            turn = Arc::clone(turns).acquire_owned() => return turn.map_err(io::Error::other),
            () = quiet.gives_way() => {}
        }
        if let Ok(turn) = timeout(GOING, Arc::clone(turns).acquire_owned()).await {
            return turn.map_err(io::Error::other);
        }
    }
}

async fn connection(stream: TcpStream, router: Heard, watcher: Watcher, patience: Duration, unread: Duration) {
    // Small answers go out at once. A connection on which this cannot be set works as well.
    let _ = stream.set_nodelay(true);
    let Some(second) = begins_with_preface(&stream, patience).await else { return };
    let mut builder = Builder::new(TokioExecutor::new());
    let builder = if second {
        let mut builder = builder.http2_only();
        builder
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(patience)
            .keep_alive_timeout(patience)
            .max_concurrent_streams(MOST_STREAMS)
            .max_header_list_size(u32::try_from(LONGEST_HEAD).unwrap_or(u32::MAX));
        builder
    } else {
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(patience)
            .max_buf_size(LONGEST_HEAD)
            .preserve_header_case(true);
        builder.http1_only()
    };
    let service = TowerToHyperService::new(router);
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(Patient::new(stream, unread)), service);
    let ended = watcher.watch(connection).await;
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// Whether a connection begins as HTTP/2 does; `None` if it does not begin in time. It is checked here, because the
/// check in hyper never times out.
async fn begins_with_preface(stream: &TcpStream, patience: Duration) -> Option<bool> {
    let until = Instant::now() + patience;
    let mut begin = [0; PREFACE.len()];
    loop {
        let read = timeout_at(until, stream.peek(&mut begin)).await.ok()?.ok()?;
        if read == 0 {
            return None;
        }
        if read == PREFACE.len() || begin[..read] != PREFACE[..read] {
            return Some(begin[..read] == *PREFACE);
        }
        // The rest of the preface is on its way. `peek` returns at once with what has arrived, so wait a little
        // before the next.
        timeout_at(until, sleep(Duration::from_millis(5))).await.ok()?;
    }
}
