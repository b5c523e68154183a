//! The service, as far as the protocol knows it: what it serves with, and what it serves.

use std::sync::Arc;

use async_graphql::{Data, ObjectType, Request, Response, Schema, SubscriptionType};
use axum::http::{HeaderMap, Uri};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;

use super::{Documents, Kept, Leaving, Metrics, OpenSockets, cost::Buckets, trusted::Persisted, turns::Turns};
use crate::{
    audit::Log,
    auth::{Identity, Issuers, TokenKeys, Viewer, bearer, trust_asked, viewer_for},
    clock::Clock,
    config::Config,
    db::Db,
    error::Result,
    graphql::sdl,
};

/// A schema, whatever can be asked of it: the protocol names no type of any slice.
pub trait AnySchema: Send + Sync {
    /// Answers a query or a mutation.
    fn execute(&self, request: Request) -> BoxFuture<'_, Response>;

    /// Runs a subscription, with what all of its answers share.
    fn execute_stream(&self, request: Request, shared: Arc<Data>) -> BoxStream<'static, Response>;

    /// The schema in its own language.
    fn sdl(&self) -> String;
}

impl<Query, Mutation, Subscription> AnySchema for Schema<Query, Mutation, Subscription>
where
    Query: ObjectType + 'static,
    Mutation: ObjectType + 'static,
    Subscription: SubscriptionType + 'static,
{
    fn execute(&self, request: Request) -> BoxFuture<'_, Response> {
        Self::execute(self, request).boxed()
    }

    fn execute_stream(&self, request: Request, shared: Arc<Data>) -> BoxStream<'static, Response> {
        Box::pin(self.execute_stream_with_session_data(request, shared))
    }

    fn sdl(&self) -> String {
        sdl(self)
    }
}

/// The service. Cheap to clone. [`service`](crate::app::service) puts it together.
#[derive(Clone)]
pub struct Service {
    /// How it is set up.
    pub config: Arc<Config>,
    /// Where everything is kept.
    pub db: Db,
    /// What signs tokens and cursors.
    pub keys: Arc<TokenKeys>,
    /// Whose tokens are accepted.
    pub issuers: Arc<Issuers>,
    /// What time it is.
    pub clock: Clock,
    /// Who read and changed what.
    pub audit: Log,
    /// What it answers.
    pub schema: Arc<dyn AnySchema>,
    /// The documents that were found valid lately.
    pub documents: Arc<Documents>,
    /// The documents that are known by their hash.
    pub persisted: Arc<Persisted>,
    /// Answers that are given again.
    pub kept: Kept,
    /// How much may be under way at once.
    pub turns: Turns,
    /// What callers may still spend.
    pub buckets: Arc<Buckets>,
    /// The WebSockets and event streams that are open.
    pub sockets: OpenSockets,
    /// What was counted for whoever runs it.
    pub metrics: Metrics,
    /// Whether it takes its leave.
    pub leaving: Leaving,
}

impl Service {
    /// Serves a schema from an open, migrated database; inside a Tokio runtime. `documents` checks documents against
    /// that schema.
    #[must_use]
    pub fn new(
        config: Arc<Config>,
        db: Db,
        keys: TokenKeys,
        clock: Clock,
        schema: Arc<dyn AnySchema>,
        documents: Documents,
    ) -> Self {
        Self {
            issuers: Arc::new(Issuers::new(&config.auth, &keys)),
            audit: Log::start(db.clone(), clock),
            turns: Turns::new(&config.limits),
            buckets: Arc::new(Buckets::new(&config.limits)),
            sockets: OpenSockets::new(&config.subscriptions),
            metrics: Metrics::default(),
            leaving: Leaving::default(),
            config,
            db,
            keys: Arc::new(keys),
            clock,
            schema,
            documents: Arc::new(documents),
            persisted: Arc::default(),
            kept: Kept::default(),
        }
    }

    /// Who a request says that asks, by its bearer token. It may have to wait for the issuer of the token.
    ///
    /// # Errors
    /// There is no token, or more than one, or one that does not hold; or the issuer cannot be reached.
    pub(super) async fn identify(&self, headers: &HeaderMap, uri: &Uri) -> Result<Identity> {
        let identity = self.issuers.identify(bearer(headers, uri)?, self.clock.now()).await?;
        Ok(identity.asking_in(trust_asked(headers)?))
    }

    /// Who that is here, and what they may see.
    ///
    /// # Errors
    /// They may not ask here, or the database failed.
    pub(super) async fn viewer(&self, identity: &Identity) -> Result<Viewer> {
        viewer_for(&self.db, identity, self.clock.now(), self.config.time_zone).await
    }
}
