//! What a resolver can ask of its request.

use std::sync::Arc;

use async_graphql::Context;

use crate::{
    audit::Trail,
    auth::{TokenKeys, Viewer},
    clock::Clock,
    db::Db,
    error::{Error, Result},
};

/// What a resolver can ask of its request.
pub trait RequestContext {
    /// Who asks.
    fn viewer(&self) -> Result<&Viewer>;
    /// What time it is.
    fn clock(&self) -> Result<Clock>;
    /// What signs cursors.
    fn keys(&self) -> Result<&TokenKeys>;
    /// The resources that a slice needs from the service in which it runs. `Resources` is a type of the slice; `app`
    /// hands it to the schema.
    fn app<Resources: Send + Sync + 'static>(&self) -> Result<&Resources>;
    /// What the request leaves in the audit.
    fn trail(&self) -> Result<&Trail>;
    /// The database for this request. What it gives to the request is noted.
    fn db(&self) -> Result<&Db> {
        Ok(self.trail()?.db())
    }
}

impl RequestContext for Context<'_> {
    fn viewer(&self) -> Result<&Viewer> {
        self.data_opt().ok_or(Error::Unauthenticated)
    }

    fn clock(&self) -> Result<Clock> {
        self.data_opt().copied().ok_or_else(|| Error::internal("a request without a clock"))
    }

    fn keys(&self) -> Result<&TokenKeys> {
        let keys = self.data_opt::<Arc<TokenKeys>>();
        keys.map(Arc::as_ref).ok_or_else(|| Error::internal("a request without keys"))
    }

    fn app<Resources: Send + Sync + 'static>(&self) -> Result<&Resources> {
        self.data_opt().ok_or_else(|| Error::internal("a schema without its service"))
    }

    fn trail(&self) -> Result<&Trail> {
        let trail = self.data_opt::<Arc<Trail>>();
        trail.map(Arc::as_ref).ok_or_else(|| Error::internal("a request without its trail"))
    }
}
