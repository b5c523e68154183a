//! The network between the service and PostgreSQL, which can fall silent: nothing is refused, and nothing arrives.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// A wire to PostgreSQL. It ends with the test.
pub struct Wire {
    /// The URL of the database over this wire.
    pub url: String,
    silent: Arc<AtomicBool>,
    opened: Arc<AtomicU64>,
    forgotten: Arc<AtomicU64>,
}

impl Wire {
    /// A wire to the server of a database.
    pub async fn to(url: &str) -> Self {
        let (scheme, rest) = url.split_once("://").expect("a URL");
        let (place, database) = rest.split_once('/').expect("a database");
        let (user, server) = place.rsplit_once('@').expect("a user");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let here = listener.local_addr().expect("an address");
        let (silent, server) = (Arc::new(AtomicBool::new(false)), server.to_owned());
        let falls_silent = Arc::clone(&silent);
        let (opened, forgotten) = (Arc::<AtomicU64>::default(), Arc::<AtomicU64>::default());
        let (opens, forgets) = (Arc::clone(&opened), Arc::clone(&forgotten));
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let Ok(far) = TcpStream::connect(&server).await else { continue };
                let ((near_out, near_in), (far_out, far_in)) = (near.into_split(), far.into_split());
                let number = opens.fetch_add(1, Ordering::Relaxed);
                let passes = || Passes { silent: Arc::clone(&falls_silent), forgotten: Arc::clone(&forgets), number };
                tokio::spawn(carry(near_out, far_in, passes()));
                tokio::spawn(carry(far_out, near_in, passes()));
            }
        });
        Self { url: format!("{scheme}://{user}@{here}/{database}"), silent, opened, forgotten }
    }

    /// From now on nothing arrives.
    pub fn falls_silent(&self) {
        self.silent.store(true, Ordering::Relaxed);
    }

    /// As a firewall that was started anew: on connections that are open nothing arrives any more, and nobody is told. New
    /// ones work.
    pub fn forgets(&self) {
        self.forgotten.store(self.opened.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    /// What was sent arrives after all.
    pub fn speaks_again(&self) {
        self.silent.store(false, Ordering::Relaxed);
    }
}

/// Whether what is sent on a connection arrives.
struct Passes {
    silent: Arc<AtomicBool>,
    forgotten: Arc<AtomicU64>,
    number: u64,
}

impl Passes {
    fn now(&self) -> bool {
        !self.silent.load(Ordering::Relaxed) && self.number >= self.forgotten.load(Ordering::Relaxed)
    }
}

async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, passes: Passes) {
    let mut part = vec![0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut part).await {
        while !passes.now() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        if to.write_all(&part[..read]).await.is_err() {
            return;
        }
    }
}
