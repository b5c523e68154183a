//! From a request to a WebSocket: who may open one, and from where.

use std::sync::Arc;

use axum::extract::FromRequestParts as _;
use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::close::Close;
use super::socket::{self, Socket};
use crate::{
    auth::refuse_in_address,
    protocol::{Service, errors::Refusal, session::Session},
};

const PROTOCOL: &str = "graphql-transport-ws";

/// Whether a request wants to become a WebSocket.
pub(in crate::protocol) fn is_upgrade(headers: &HeaderMap) -> bool {
    headers.get(header::UPGRADE).is_some_and(|to| to.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// Makes a WebSocket of a request, or says why not.
pub(in crate::protocol) async fn upgrade(
    service: &Service,
    mut parts: Parts,
    request_id: &str,
) -> Result<Response, Refusal> {
    if !is_ours(&parts.headers, &service.config.cors.origins) {
        let message = "Pages of this origin may not open a WebSocket here; the operator lists those that may in \
                       `cors.origins`.";
        return Err(Refusal::http(StatusCode::FORBIDDEN, "FORBIDDEN", message));
    }
    // A token in the address is refused, whatever the client says later in `connection_init`.
    if let Err(error) = refuse_in_address(&parts.uri) {
        service.audit.refused(&error, request_id);
        return Err(error.into());
    }
    let Some(open) = service.sockets.enter() else { return Err(Refusal::busy()) };
    // A client that can send headers may say here already who it speaks for.
    let session = match parts.headers.contains_key(header::AUTHORIZATION) {
        true => Some(Arc::new(Session::by_header(service, &parts.headers, &parts.uri, request_id).await?)),
        false => None,
    };
    let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => upgrade,
        Err(rejection) => {
            let status = rejection.into_response().status();
            return Err(Refusal::http(status, "BAD_USER_INPUT", "This is not how a WebSocket is opened (RFC 6455)."));
        }
    };
    let most = service.config.limits.body_bytes;
    let mut upgrade = upgrade.max_message_size(most).max_frame_size(most).protocols([PROTOCOL]);
    if upgrade.selected_protocol().is_none() {
        // A browser hides why an upgrade failed. So the client gets what it asked for, and is then told by the close.
        let asked: Option<HeaderValue> = upgrade.requested_protocols().next().cloned();
        if let Some(asked) = asked {
            upgrade.set_selected_protocol(asked);
        }
        return Ok(upgrade.on_upgrade(async move |socket: WebSocket| {
            socket::close(socket, Close::other_protocol()).await;
            drop(open);
        }));
    }
    let service = service.clone();
    Ok(upgrade.on_upgrade(async move |socket: WebSocket| {
        Socket::new(service, socket, session).run().await;
        drop(open);
    }))
}

/// Whether the page that asks is one of ours, or of an origin that may ask. A request without an origin comes from no
/// page: browsers always send the origin along.
fn is_ours(headers: &HeaderMap, others: &[String]) -> bool {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let origin = match (origins.next().map(HeaderValue::to_str), origins.next()) {
        (None, _) => return true,
        (Some(Ok(origin)), None) => origin.to_ascii_lowercase(),
        _ => return false,
    };
    let own = headers.get(header::HOST).and_then(|host| host.to_str().ok()).is_some_and(|host| {
        let authority = origin.split_once("://").map(|(_, authority)| authority);
        authority.is_some_and(|authority| authority.eq_ignore_ascii_case(host))
    });
    own || others.iter().any(|other| other.eq_ignore_ascii_case(&origin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_another_origin_is_let_in_only_by_name() {
        let others = ["https://board.example.org".to_owned()];
        let from = |origin: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static("api.example.org:8000"));
            headers.append(header::ORIGIN, HeaderValue::from_static(origin));
            headers
        };
        assert!(is_ours(&HeaderMap::new(), &others), "no browser");
        for (origin, ours) in [
            ("https://api.example.org:8000", true),
            ("http://API.example.org:8000", true),
            ("https://api.example.org", false),
            ("https://board.example.org", true),
            ("https://BOARD.example.org", true),
            ("http://board.example.org", false),
            ("https://board.example.org:444", false),
            ("https://board.example.org.evil.example", false),
            ("https://evil.example/https://board.example.org", false),
            ("null", false),
            ("", false),
        ] {
            assert_eq!(is_ours(&from(origin), &others), ours, "{origin}");
        }
        let mut twice = from("https://board.example.org");
        twice.append(header::ORIGIN, HeaderValue::from_static("https://evil.example"));
        assert!(!is_ours(&twice, &others));
    }
}
