//! The service on a port of its own, for tests that need a real connection.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use plumbline::{
    app,
    auth::TokenKeys,
    clock::Clock,
    comparison::cells,
    config::{Config, Limits},
    db::Db,
    protocol::{Service, router},
};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::{Caller, SetUp, TestApp};

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
        Self::on(TcpListener::bind("127.0.0.1:0").await.expect("a port"), router, limits)
    }

    fn on(listener: TcpListener, router: Router, limits: Limits) -> Self {
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(async move {
            let stop = async {
                let _ = stopped.await;
            };
            plumbline::protocol::serve(listener, router, &limits, stop).await.expect("it serves");
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

/// Another instance of the service on the database of a [`TestApp`], with settings of its own. It knows the same
/// keys, and listens on a port of its own.
pub struct Instance {
    /// The service.
    pub app: Service,
    /// Where it listens.
    pub listening: Listening,
}

impl TestApp {
    /// Starts another instance.
    pub async fn instance(&self, change: impl FnOnce(&mut Config)) -> Instance {
        let app = self.another(change).await;
        Instance { listening: Listening::of(router(app.clone()), app.config.limits.clone()).await, app }
    }

    /// Starts another instance at an address that is free, or soon will be.
    pub async fn instance_on(&self, address: SocketAddr) -> Instance {
        let app = self.another(|_| ()).await;
        for _ in 0..200 {
            if let Ok(listener) = TcpListener::bind(address).await {
                let listening = Listening::on(listener, router(app.clone()), app.config.limits.clone());
                return Instance { listening, app };
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("{address} is not free");
    }

    async fn another(&self, change: impl FnOnce(&mut Config)) -> Service {
        let db = Db::connect(&self.database.url, 4, cells::settle).await.expect("the test's database");
        let mut config = Config::clone(&self.app.config);
        change(&mut config);
        app::service(config, db, TokenKeys::clone(&self.app.keys), Clock::Fixed(Self::now()))
    }
}

impl Instance {
    /// Somebody who signed in, asking this instance.
    #[must_use]
    pub fn asked_by(&self, caller: &Caller) -> Caller {
        Caller::new(router(self.app.clone()), Some(caller.token().to_owned()), self.app.db.clone())
    }

    /// Waits until this many follow what is committed.
    pub async fn followed_by(&self, followers: usize) {
        follow(&self.app.db, followers).await;
    }
}

impl TestApp {
    /// Waits until this many follow what is committed.
    pub async fn followed_by(&self, followers: usize) {
        follow(&self.db, followers).await;
    }
}

async fn follow(db: &Db, followers: usize) {
    let reached = async {
        while db.events().followers() != followers {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let reached = tokio::time::timeout(Duration::from_secs(10), reached).await;
    reached.unwrap_or_else(|_| panic!("{} follow, not {followers}", db.events().followers()));
}
