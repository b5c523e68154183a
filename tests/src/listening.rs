//! The service on a port of its own, for what only goes over a real connection.

use std::net::SocketAddr;

use tokio::task::JoinHandle;

use crate::TestApp;

/// The service, listening on loopback until this is dropped.
pub struct Listening {
    /// Where.
    pub address: SocketAddr,
    serving: JoinHandle<()>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Listening {
    /// The address of a path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl TestApp {
    /// Listens on a free port of loopback.
    pub async fn listen(&self) -> Listening {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let router = self.router.clone();
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
        Listening { address, serving }
    }
}
