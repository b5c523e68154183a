//! From a request to what it came to: who asks, which document, which operation, its variables, its answer.

use axum::body::Body;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use tracing::Instrument as _;

use super::respond::{Answer, Answered, Content};
use crate::error::Error;
use crate::protocol::{
    Service,
    errors::Refusal,
    gate::{self, Way},
    kept::Looked,
    metrics::Measured,
    request::{Parameters, compression, is_json, read},
    run::{Ran, Waiter},
    spans::step,
};

/// A request to the endpoint.
pub(super) struct HttpRequest {
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
    pub(super) body: Body,
}

/// Answers a request, or says why not. Notes what is asked in `measured`.
pub(super) async fn execute(
    service: &Service,
    request: HttpRequest,
    request_id: &str,
    measured: &Measured,
    waiter: Waiter,
) -> Answered {
    let over_get = request.method == Method::GET || request.method == Method::HEAD;
    if !over_get && !is_json(&request.headers) {
        // A page of another origin could send any other type without asking first (a preflight).
        let message = "Send the request as JSON, with the header `content-type: application/json`.";
        return Err(Refusal::http(StatusCode::UNSUPPORTED_MEDIA_TYPE, "BAD_USER_INPUT", message));
    }
    if let Some(compression) = compression(&request.headers) {
        let message = format!("The body is compressed (`content-encoding: {compression}`). Send it as it is.");
        return Err(Refusal::http(StatusCode::UNSUPPORTED_MEDIA_TYPE, "BAD_USER_INPUT", message));
    }
    let refused = |error: &Error| service.audit.refused(error, request_id);
    // Whoever waits for the issuer of their token, or sends their body slowly, holds no turn meanwhile.
    let identity = service.identify(&request.headers, &request.uri).instrument(step!("identify")).await;
    let identity = identity.inspect_err(refused)?;
    let turn = service.turns.take().instrument(step!("wait")).await?;
    let viewer = service.viewer(&identity).await.inspect_err(refused)?;
    let share = service.turns.share(viewer.actor())?;
    drop(turn);
    let parameters = if over_get {
        Parameters::in_address(&request.uri)?
    } else {
        Parameters::in_body(&read(service, request.body).instrument(step!("body")).await?)?
    };
    let way = if over_get { Way::Get } else { Way::Post };
    let turn = service.turns.take().instrument(step!("wait")).await?;
    let mut admitted = gate::admit(service, &viewer, parameters, way, measured).instrument(step!("admit")).await?;
    let Some(asked) = admitted.asked() else {
        let room = service.turns.room(turn, share, admitted.cost).instrument(step!("wait")).await?;
        let Ran { answer, .. } = admitted.answer(service, viewer, request_id, waiter).await?;
        return Ok(Answer { body: Content::Made(answer), room });
    };
    // Whoever waits for somebody who makes the same answer holds no turn.
    drop(turn);
    let looked = service.kept.look(asked, || service.db.changes()).instrument(step!("wait")).await;
    let turn = service.turns.take().instrument(step!("wait")).await?;
    if let Looked::Found(data) = looked {
        let room = service.turns.room_for(turn, share, data.len()).instrument(step!("wait")).await?;
        return Ok(Answer { body: Content::Kept { data, bill: admitted.bill() }, room });
    }
    let room = service.turns.room(turn, share, admitted.cost).instrument(step!("wait")).await?;
    let bill = admitted.bill();
    let Ran { answer, leaves_nothing } = admitted.answer(service, viewer, request_id, waiter).await?;
    let body = match looked {
        Looked::Absent(place) => match place.put(answer, leaves_nothing, room.dear).await {
            Ok(data) => Content::Kept { data, bill },
            Err(answer) => Content::Made(*answer),
        },
        Looked::Found(_) | Looked::NotKept => Content::Made(answer),
    };
    Ok(Answer { body, room })
}
