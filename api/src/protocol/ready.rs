//! Whether the service can be asked, for whoever sends requests to it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use tokio::runtime::Handle;

use super::Service;
use crate::error::Error;

/// How long an answer of the service's own workers is waited for, at the address of the metrics. The database has two limits
/// of two seconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether the service takes its leave: it still answers, and asks that nobody be sent to it any more. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Leaving(Arc<AtomicBool>);

impl Leaving {
    /// From now on it is so.
    pub fn begins(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_so(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// 200 if requests can be sent here, else 503 and why not.
pub(super) async fn readyz(service: &Service) -> Response {
    if service.leaving.is_so() {
        return no("the service is stopping\n");
    }
    match service.db.ready().await {
        Ok(()) => "ready\n".into_response(),
        Err(error) => {
            let said = match &error {
                Error::Unavailable(said) | Error::Database(said) => said.to_string(),
                other => other.to_string(),
            };
            tracing::warn!(error = said, "the database cannot be used");
            no("the database cannot be used\n")
        }
    }
}

/// As [`readyz`], asked from another runtime than the one that does the work.
pub(super) async fn readyz_of(workers: &Handle, service: Service) -> Response {
    let asked = workers.spawn(async move { readyz(&service).await });
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) | Err(_) => no("the service does not answer\n"),
    }
}

fn no(why: &'static str) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, why).into_response()
}
