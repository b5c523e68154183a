//! Which pages of other origins may ask: none, unless the configuration names them.

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Method, header};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::auth::TRUST_HEADER;

/// The origins of a configuration, exactly as they are there. Tokens are sent as headers, so no
/// cookie is ever allowed with them.
pub(super) fn layer(origins: &[String]) -> Option<CorsLayer> {
    let origins: Vec<HeaderValue> = origins.iter().filter_map(|origin| origin.parse().ok()).collect();
    let headers = [
        header::AUTHORIZATION,
        header::CONTENT_TYPE,
        header::ACCEPT,
        header::IF_NONE_MATCH,
        HeaderName::from_static("x-request-id"),
        TRUST_HEADER,
    ];
    let exposed = [header::ETAG, header::RETRY_AFTER, HeaderName::from_static("x-request-id")];
    (!origins.is_empty()).then(|| {
        CorsLayer::new()
            .allow_origin(AllowOrigin::list(origins))
            .allow_methods([Method::GET, Method::HEAD, Method::POST])
            .allow_headers(headers)
            .expose_headers(exposed)
            .max_age(Duration::from_secs(600))
    })
}
