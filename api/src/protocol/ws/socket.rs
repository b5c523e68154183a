//! A WebSocket: what comes in goes through the protocol, what the protocol says goes out.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use serde_json::{Map, Value};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};
use uuid::Uuid;

use super::close::Close;
use super::protocol::{Act, Protocol};
use crate::{
    auth::{TRUST_HEADER, bearer_in, trust_in},
    error::Error,
    protocol::{
        Service,
        gate::Way,
        metrics::Measured,
        request::Parameters,
        session::{Over, Session},
        sockets::CallersSocket,
        spans,
        subscriptions::{Operating, Output, operate},
    },
};

/// How many outputs may wait to be sent. Few, because what a client does not take waits in the bus, which is bounded.
const WAITING: usize = 1;
/// How long a client may take nothing before it counts as gone.
const LONGEST_SEND: Duration = Duration::from_secs(30);
/// How long to wait for a client to agree that the connection is closed.
const LONGEST_CLOSE: Duration = Duration::from_secs(5);

/// A WebSocket that is open.
pub(super) struct Socket {
    service: Service,
    socket: WebSocket,
    protocol: Protocol,
    /// Who speaks, by the header of the request. Taken when the client wants to begin.
    by_header: Option<Arc<Session>>,
    /// Who speaks, once that is settled.
    speaking: Option<(Arc<Session>, CallersSocket)>,
    running: HashMap<u64, AbortHandle>,
    outputs: mpsc::Sender<(u64, Output)>,
    arriving: mpsc::Receiver<(u64, Output)>,
}

/// Why there is nothing more to do.
enum Ended {
    /// We close the connection.
    Close(Close),
    /// The client closed it, or is gone.
    Left,
}

impl Drop for Socket {
    fn drop(&mut self) {
        // Subscriptions end with their socket; what has one answer runs to its end by itself.
        for task in self.running.values() {
            task.abort();
        }
    }
}

impl Socket {
    pub(super) fn new(service: Service, socket: WebSocket, by_header: Option<Arc<Session>>) -> Self {
        let protocol = Protocol::new(service.config.subscriptions.operations_per_socket);
        let (outputs, arriving) = mpsc::channel(WAITING);
        Self { service, socket, protocol, by_header, speaking: None, running: HashMap::new(), outputs, arriving }
    }

    /// Serves the connection until one of the two ends it.
    pub(super) async fn run(mut self) {
        if let Err(Ended::Close(why)) = self.serve().await {
            tracing::debug!(code = why.code, "a WebSocket is closed");
            // Operations first: nothing of theirs may follow.
            for (_, task) in self.running.drain() {
                task.abort();
            }
            say_goodbye(&mut self.socket, why).await;
        }
    }

    async fn serve(&mut self) -> Result<(), Ended> {
        let (every, longest_init) =
            (self.service.config.subscriptions.keep_alive(), self.service.config.subscriptions.init());
        let mut alive = interval_at(Instant::now() + every, every);
        alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let init = tokio::time::sleep(longest_init);
        let sockets = self.service.sockets.clone();
        let stopped = sockets.stopped();
        tokio::pin!(init, stopped);
        let (mut answered, mut waiting) = (true, true);
        let mut over = Box::pin(over(None));
        loop {
            tokio::select! {
                () = &mut stopped => return Err(Ended::Close(Close::going_away())),
                why = &mut over => return Err(Ended::Close(match why {
                    Over::Ended => Close::token_ended(),
                    Over::Gone => Close::gone(),
                })),
                () = &mut init, if waiting => {
                    waiting = false;
                    let act = self.protocol.waited();
                    self.act(act).await?;
                }
                _ = alive.tick() => {
                    if !std::mem::take(&mut answered) {
                        return Err(Ended::Left);
                    }
                    self.send(Message::Ping(Vec::new().into())).await?;
                }
                message = self.socket.recv() => {
                    answered = true;
                    let unknown = self.speaking.is_none();
                    self.hear(message).await?;
                    if unknown && let Some((session, _)) = &self.speaking {
                        over = Box::pin(self::over(Some(Arc::clone(session))));
                    }
                }
                Some((number, output)) = self.arriving.recv() => {
                    if !matches!(output, Output::Next(_)) {
                        self.running.remove(&number);
                    }
                    let act = self.protocol.output(number, &output);
                    self.act(act).await?;
                }
            }
        }
    }

    async fn hear(&mut self, message: Option<Result<Message, axum::Error>>) -> Result<(), Ended> {
        match message {
            Some(Ok(Message::Text(text))) => {
                let act = self.protocol.hear(&text);
                self.act(act).await
            }
            Some(Ok(Message::Binary(_))) => Err(Ended::Close(Close::bad_message("Messages are texts"))),
            // The library below answers the client's pings.
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
            Some(Ok(Message::Close(_))) => {
                // Our agreement goes out while we read on.
                let agreed = async { while let Some(Ok(_)) = self.socket.recv().await {} };
                let _ = timeout(LONGEST_CLOSE, agreed).await;
                Err(Ended::Left)
            }
            None => Err(Ended::Left),
            Some(Err(error)) => Err(self.why(error)),
        }
    }

    /// Why the connection ends if reading a message failed.
    fn why(&self, error: axum::Error) -> Ended {
        use tungstenite::Error as E;
        match error.into_inner().downcast_ref::<E>() {
            Some(E::Capacity(_)) => Ended::Close(Close::too_big(self.service.config.limits.body_bytes)),
            Some(E::Protocol(tungstenite::error::ProtocolError::ResetWithoutClosingHandshake)) => Ended::Left,
            Some(E::Protocol(_) | E::Utf8(_)) => Ended::Close(Close::broken()),
            _ => Ended::Left,
        }
    }

    async fn act(&mut self, act: Act) -> Result<(), Ended> {
        match act {
            Act::Nothing => Ok(()),
            Act::Say(text) => self.send(Message::Text(text.into())).await,
            Act::Close(close) => Err(Ended::Close(close)),
            Act::Ask(payload) => {
                let admitted = self.ask(&payload).await;
                let act = self.protocol.admitted(admitted);
                Box::pin(self.act(act)).await
            }
            Act::Start { number, payload } => {
                self.start(number, payload);
                Ok(())
            }
            Act::Stop { number } => {
                if let Some(task) = self.running.remove(&number) {
                    task.abort();
                }
                Ok(())
            }
        }
    }

    async fn send(&mut self, message: Message) -> Result<(), Ended> {
        match timeout(LONGEST_SEND, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Ended::Left),
        }
    }

    /// Settles who speaks: by the header of the request, or by the token in what the client said.
    async fn ask(&mut self, payload: &Map<String, Value>) -> Result<(), Close> {
        let said = said_in(payload, "authorization");
        let session = match (self.by_header.take(), said.as_slice()) {
            (Some(session), []) => session,
            (None, [Value::String(value)]) => {
                let Some(token) = bearer_in(value) else { return Err(refused(&Error::Unauthenticated)) };
                let trust = match said_in(payload, TRUST_HEADER.as_str()).as_slice() {
                    [] => None,
                    [Value::String(trust)] => Some(trust_in(trust.as_bytes()).map_err(|error| refused(&error))?),
                    _ => return Err(Close::forbidden("plumbline-trust is the name of one trust, as text")),
                };
                let opened = Session::open(&self.service, token, trust, &Uuid::now_v7().to_string()).await;
                Arc::new(opened.map_err(|error| refused(&error))?)
            }
            (None, _) => return Err(refused(&Error::Unauthenticated)),
            (Some(_), _) => return Err(Close::forbidden("send one token, in the header or in connection_init")),
        };
        let viewer = session.viewer().await.map_err(|error| refused(&error))?;
        let counted = self.service.sockets.enter_as(&viewer).map_err(|error| refused(&error))?;
        self.speaking = Some((session, counted));
        Ok(())
    }

    fn start(&mut self, number: u64, payload: Map<String, Value>) {
        let Some((session, _)) = &self.speaking else { return };
        let request_id = Uuid::now_v7().to_string();
        let measured = Measured::begin(&self.service, spans::over_socket(&request_id), tracing::Span::none());
        let operating =
            Operating { session: Arc::clone(session), number, request_id, outputs: self.outputs.clone(), measured };
        let task = tokio::spawn(async move {
            match Parameters::in_object(payload) {
                Ok(parameters) => operate(operating, parameters, Way::Stream).await,
                Err(refusal) => operating.run(Err(refusal)).await,
            }
        });
        self.running.insert(number, task.abort_handle());
    }
}

/// Returns when whoever speaks may not stay. Never returns while nobody speaks.
async fn over(session: Option<Arc<Session>>) -> Over {
    match session {
        Some(session) => session.over().await,
        None => std::future::pending().await,
    }
}

/// What a client said in its first message under a name that would stand in a header.
fn said_in<'p>(payload: &'p Map<String, Value>, header: &str) -> Vec<&'p Value> {
    let said = payload.iter().filter(|(name, _)| name.eq_ignore_ascii_case(header));
    said.map(|(_, value)| value).filter(|value| !value.is_null()).collect()
}

/// Why somebody may not begin.
fn refused(error: &Error) -> Close {
    match error {
        Error::RateLimited(reason) => Close::too_many_connections(reason),
        Error::IssuerUnreachable { .. } => Close::try_later("The issuer of the token cannot be reached"),
        Error::Unavailable(_) => Close::try_later("The database cannot be used just now"),
        Error::Internal(_) | Error::Database(_) => {
            tracing::error!(%error, "could not look up who opens a WebSocket");
            Close::try_later("Something went wrong on our side")
        }
        error => Close::forbidden(&error.to_string()),
    }
}

/// Closes a connection that was just opened.
pub(super) async fn close(mut socket: WebSocket, why: Close) {
    say_goodbye(&mut socket, why).await;
}

/// Says why, and waits for the client to agree: if the connection is cut at once, the client may never read why.
async fn say_goodbye(socket: &mut WebSocket, why: Close) {
    let goodbye = async {
        if socket.send(Message::Close(Some(why.frame()))).await.is_ok() {
            while let Some(Ok(_)) = socket.recv().await {}
        }
    };
    // Whoever does not agree is cut off.
    let _ = timeout(LONGEST_CLOSE, goodbye).await;
}
