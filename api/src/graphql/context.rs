//! What a resolver can ask of its request.

use std::sync::Arc;

use async_graphql::Context;

use crate::{
    app::App,
    audit::Trail,
    auth::Viewer,
    db::Db,
    error::{Error, Result},
};

/// What a resolver can ask of its request.
pub trait RequestContext {
    /// Who asks.
    fn viewer(&self) -> Result<&Viewer>;
    /// The service.
    fn app(&self) -> Result<&App>;
    /// What the request leaves in the audit.
    fn trail(&self) -> Result<&Trail>;
    /// The database, as the request reads it: what it is given is noted.
    fn db(&self) -> Result<&Db> {
        Ok(self.trail()?.db())
    }
}

impl RequestContext for Context<'_> {
    fn viewer(&self) -> Result<&Viewer> {
        self.data_opt().ok_or(Error::Unauthenticated)
    }

    fn app(&self) -> Result<&App> {
        self.data_opt().ok_or_else(|| Error::internal("a schema without its service"))
    }

    fn trail(&self) -> Result<&Trail> {
        let trail = self.data_opt::<Arc<Trail>>();
        trail.map(Arc::as_ref).ok_or_else(|| Error::internal("a request without its trail"))
    }
}
