//! The service on a port of its own, for what only goes over a real connection.

use std::net::SocketAddr;

use axum::Router;
use plumbline::config::Limits;
use tokio::sync::oneshot;

use crate::{SetUp, TestApp};

/// The service, listening on loopback until this is dropped.
pub struct Listening {
    /// Where.
    pub address: SocketAddr,
    /// Dropped with this, which stops it.
    _stop: oneshot::Sender<()>,
}

impl Listening {
    /// The address of a path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    async fn of(router: Router, limits: Limits) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(async move {
            let stop = async {
                let _ = stopped.await;
            };
            plumbline::graphql::serve(listener, router, &limits, stop).await.expect("it serves");
        });
        Self { address, _stop: stop }
    }
}

impl TestApp {
    /// Listens on a free port of loopback.
    pub async fn listen(&self) -> Listening {
        Listening::of(self.router.clone(), self.app.config.limits.clone()).await
    }
}

impl SetUp<'_> {
    /// Listens on a free port of loopback.
    pub async fn listen(&self) -> Listening {
        Listening::of(self.router.clone(), self.app.config.limits.clone()).await
    }
}
