//! Running an operation for a viewer.

use std::sync::Arc;

use async_graphql::{Request, Response};

use super::loaders;
use crate::{app::App, auth::Viewer, error::Result};

/// Runs an operation for a viewer, with loaders of its own, and keeps in the audit what it gave them.
/// Whatever way a request comes, it is run here.
///
/// # Errors
/// The audit could not be kept: then there is no answer, whatever was done.
pub async fn run(app: &App, viewer: Viewer, mut request: Request, request_id: &str) -> Result<Response> {
    let trail = Arc::new(app.audit.trail(&app.db, &mut request, request_id));
    let viewer = Arc::new(viewer);
    let (loaders, batches) = loaders(trail.db().clone(), Arc::clone(&viewer));
    let request = request.data(Viewer::clone(&viewer)).data(loaders).data(app.clone()).data(Arc::clone(&trail));
    let answer = batches.run(app.schema.execute(request)).await;
    app.audit.close(&trail, &viewer, &answer).await?;
    Ok(answer)
}
