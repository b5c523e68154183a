//! Running an operation for a viewer.

use std::sync::Arc;

use async_graphql::{Data, Request, Response};

use super::Service;
use crate::{
    audit::Trail,
    auth::Viewer,
    error::Result,
    graphql::{Batches, loaders},
};

/// Runs an operation for a viewer, with loaders of its own, and keeps in the audit what it gave them.
/// Whatever way a request comes, it is run here.
///
/// # Errors
/// The audit could not be kept: then there is no answer, whatever was done.
pub async fn run(service: &Service, viewer: Viewer, mut request: Request, request_id: &str) -> Result<Response> {
    let trail = Arc::new(service.audit.trail(&service.db, &mut request, request_id));
    let viewer = Arc::new(viewer);
    let batches = surround(&mut request.data, service, &viewer, &trail);
    let answer = batches.run(service.schema.execute(request)).await;
    service.audit.close(&trail, &viewer, &answer).await?;
    Ok(answer)
}

/// Lays out all that resolvers ask of their request ([`RequestContext`](crate::graphql::RequestContext)), with
/// loaders made anew; comes back with the batches in which these load.
pub(super) fn surround(data: &mut Data, service: &Service, viewer: &Arc<Viewer>, trail: &Arc<Trail>) -> Batches {
    let (loaders, batches) = loaders(trail.db().clone(), Arc::clone(viewer));
    data.insert(Viewer::clone(viewer));
    data.insert(loaders);
    data.insert(Arc::clone(trail));
    data.insert(service.clock);
    data.insert(Arc::clone(&service.keys));
    batches
}
