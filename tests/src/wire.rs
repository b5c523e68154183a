//! The network between the service and PostgreSQL, which can fall silent: nothing is refused, and nothing arrives.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// A wire to PostgreSQL. It ends with the test.
pub struct Wire {
    /// The URL of the database over this wire.
    pub url: String,
    silent: Arc<AtomicBool>,
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
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let Ok(far) = TcpStream::connect(&server).await else { continue };
                let ((near_out, near_in), (far_out, far_in)) = (near.into_split(), far.into_split());
                tokio::spawn(carry(near_out, far_in, Arc::clone(&falls_silent)));
                tokio::spawn(carry(far_out, near_in, Arc::clone(&falls_silent)));
            }
        });
        Self { url: format!("{scheme}://{user}@{here}/{database}"), silent }
    }

    /// From now on nothing arrives.
    pub fn falls_silent(&self) {
        self.silent.store(true, Ordering::Relaxed);
    }

    /// What was sent arrives after all.
    pub fn speaks_again(&self) {
        self.silent.store(false, Ordering::Relaxed);
    }
}

async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, silent: Arc<AtomicBool>) {
    let mut part = vec![0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut part).await {
        while silent.load(Ordering::Relaxed) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        if to.write_all(&part[..read]).await.is_err() {
            return;
        }
    }
}
