//! An answer on its way out, and what it takes until it has left.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::{StreamExt as _, stream};
use tokio::sync::oneshot;

use crate::protocol::turns::Room;

/// What is handed on at once, in bytes. What has been handed on is no longer ours: it lies in the buffers of the connection.
const PART: usize = 64 * 1024;

/// The part of an answer that has not been handed on. None once it was given up.
type Rest = Arc<Mutex<Option<(Bytes, Room)>>>;

/// The body of an answer. It is handed on part by part as the caller reads it. What it takes is given back once it has left, or
/// after `longest` if it has not.
pub(super) fn leaving(answer: Vec<u8>, room: Room, longest: Duration) -> Body {
    let answer = Bytes::from(answer);
    if answer.len() <= PART {
        return Body::from(answer);
    }
    let rest: Rest = Arc::new(Mutex::new(Some((answer, room))));
    let (leaves, left) = oneshot::channel::<()>();
    let watched = Arc::clone(&rest);
    tokio::spawn(async move {
        if tokio::time::timeout(longest, left).await.is_err() {
            tracing::debug!("an answer was not read in time and was given up");
            drop(watched.lock().unwrap_or_else(PoisonError::into_inner).take());
        }
    });
    // `leaves` is dropped with the stream, which ends the task.
    let parts = stream::unfold((rest, leaves), |(rest, leaves)| async move {
        let part = next(&rest)?;
        Some((part, (rest, leaves)))
    });
    // What compresses it asks once more after the end.
    Body::from_stream(parts.fuse())
}

fn next(rest: &Rest) -> Option<io::Result<Bytes>> {
    let mut rest = rest.lock().unwrap_or_else(PoisonError::into_inner);
    let Some((answer, _)) = rest.as_mut() else { return Some(Err(io::ErrorKind::TimedOut.into())) };
    if answer.is_empty() {
        return None;
    }
    let part = answer.split_to(answer.len().min(PART));
    // A part of its own, so that the whole is not kept for the last part of it.
    let part = Bytes::copy_from_slice(&part);
    Some(Ok(part))
}
