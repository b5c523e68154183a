//! What a resolver can ask of its request.

use async_graphql::Context;

use crate::{
    app::App,
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
    /// The database.
    fn db(&self) -> Result<&Db> {
        Ok(&self.app()?.db)
    }
}

impl RequestContext for Context<'_> {
    fn viewer(&self) -> Result<&Viewer> {
        self.data_opt().ok_or(Error::Unauthenticated)
    }

    fn app(&self) -> Result<&App> {
        self.data_opt().ok_or_else(|| Error::internal("a schema without its service"))
    }
}
