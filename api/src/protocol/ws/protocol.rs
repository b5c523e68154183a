//! `graphql-transport-ws` apart from any socket: what the client said, and what is to be done about it.

use std::collections::HashMap;

use async_graphql::ServerError;
use serde_json::{Map, Value};

use super::close::Close;
use super::message::{Heard, Say};
use crate::protocol::{errors::coded, subscriptions::Output};

/// How far a connection has come, and what is under way on it.
#[derive(Debug)]
pub(super) struct Protocol {
    phase: Phase,
    /// Our number of each operation under way, by the client's id of it. The client may use an id again once its
    /// operation is over; a number is never used again. So a late output of the old operation is not taken for one of
    /// the new.
    running: HashMap<String, u64>,
    ids: HashMap<u64, String>,
    numbered: u64,
    most: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The client has said nothing yet.
    Opened,
    /// Who the client speaks for is being looked up.
    Asking,
    /// The client may ask.
    Acknowledged,
}

/// What is to be done.
#[derive(Debug, PartialEq)]
pub(super) enum Act {
    /// Nothing.
    Nothing,
    /// Send this.
    Say(String),
    /// Look up who the client speaks for, and tell [`Protocol::admitted`] what came of it.
    Ask(Map<String, Value>),
    /// Begin an operation; its outputs go to [`Protocol::output`].
    Start { number: u64, payload: Map<String, Value> },
    /// End an operation; nothing more is said of it.
    Stop { number: u64 },
    /// Close the connection.
    Close(Close),
}

impl Protocol {
    /// A connection that was just opened, on which `most` operations may be under way at once.
    pub(super) fn new(most: usize) -> Self {
        Self { phase: Phase::Opened, running: HashMap::new(), ids: HashMap::new(), numbered: 0, most }
    }

    /// A text was heard.
    pub(super) fn hear(&mut self, text: &str) -> Act {
        match Heard::read(text) {
            Ok(Heard::Init(payload)) if self.phase == Phase::Opened => {
                self.phase = Phase::Asking;
                Act::Ask(payload)
            }
            Ok(Heard::Init(_)) => Act::Close(Close::too_many_inits()),
            Ok(Heard::Ping(payload)) => say(&Say::Pong { payload }),
            Ok(Heard::Pong) => Act::Nothing,
            Ok(Heard::Complete { id }) => match self.running.remove(&id) {
                Some(number) => {
                    self.ids.remove(&number);
                    Act::Stop { number }
                }
                // It ended by itself at the same moment.
                None => Act::Nothing,
            },
            Ok(Heard::Subscribe { .. }) if self.phase != Phase::Acknowledged => Act::Close(Close::unauthorized()),
            Ok(Heard::Subscribe { id, payload }) => self.subscribe(id, payload),
            Err(reason) => Act::Close(Close::bad_message(&reason)),
        }
    }

    fn subscribe(&mut self, id: String, payload: Map<String, Value>) -> Act {
        if self.running.contains_key(&id) {
            return Act::Close(Close::taken(&id));
        }
        if self.running.len() >= self.most {
            let most = self.most;
            let message = format!(
                "There are {most} operations under way on this WebSocket, which is as many as may be; end one first."
            );
            let error = coded(ServerError::new(message, None), "RATE_LIMITED");
            return say(&Say::Error { id: &id, payload: &[error] });
        }
        self.numbered += 1;
        self.running.insert(id.clone(), self.numbered);
        self.ids.insert(self.numbered, id);
        Act::Start { number: self.numbered, payload }
    }

    /// Who the client speaks for was looked up: the client may ask, or not.
    pub(super) fn admitted(&mut self, admitted: Result<(), Close>) -> Act {
        match admitted {
            Ok(()) => {
                self.phase = Phase::Acknowledged;
                say(&Say::ConnectionAck)
            }
            Err(close) => Act::Close(close),
        }
    }

    /// The time in which the client must say who it speaks for is up.
    pub(super) fn waited(&self) -> Act {
        if self.phase == Phase::Opened { Act::Close(Close::init_timeout()) } else { Act::Nothing }
    }

    /// An operation came to something.
    pub(super) fn output(&mut self, number: u64, output: &Output) -> Act {
        let Some(id) = self.ids.get(&number).cloned() else { return Act::Nothing };
        if !matches!(output, Output::Next(_)) {
            self.ids.remove(&number);
            self.running.remove(&id);
        }
        let id = id.as_str();
        say(&match output {
            Output::Next(response) => Say::Next { id, payload: response },
            Output::Refused(errors) => Say::Error { id, payload: errors },
            Output::Complete => Say::Complete { id },
        })
    }
}

fn say(what: &Say<'_>) -> Act {
    match what.text() {
        Ok(text) => Act::Say(text),
        Err(error) => {
            tracing::error!(%error, "a message could not be written as JSON");
            Act::Close(Close::fault())
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::Response;
    use serde_json::json;

    use super::*;

    const INIT: &str = r#"{"type":"connection_init"}"#;

    fn subscribe(id: &str) -> String {
        json!({ "type": "subscribe", "id": id, "payload": { "query": "{ a }" } }).to_string()
    }

    fn complete(id: &str) -> String {
        json!({ "type": "complete", "id": id }).to_string()
    }

    fn acknowledged(most: usize) -> Protocol {
        let mut protocol = Protocol::new(most);
        assert!(matches!(protocol.hear(INIT), Act::Ask(_)));
        assert_eq!(protocol.admitted(Ok(())), Act::Say(r#"{"type":"connection_ack"}"#.to_owned()));
        protocol
    }

    fn code(act: &Act) -> Option<u16> {
        match act {
            Act::Close(close) => Some(close.code),
            _ => None,
        }
    }

    fn number(act: &Act) -> u64 {
        match act {
            Act::Start { number, .. } => *number,
            other => panic!("{other:?}"),
        }
    }

    fn said(act: &Act) -> Value {
        match act {
            Act::Say(text) => serde_json::from_str(text).unwrap_or_default(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_message_in_each_phase_does_what_the_protocol_says() {
        let opened = || Protocol::new(9);
        let asking = || {
            let mut protocol = opened();
            protocol.hear(INIT);
            protocol
        };
        let ready = || acknowledged(9);
        let busy = || {
            let mut protocol = ready();
            protocol.hear(&subscribe("1"));
            protocol
        };
        let phases: [(&str, &dyn Fn() -> Protocol); 4] =
            [("opened", &opened), ("asking", &asking), ("ready", &ready), ("busy", &busy)];
        // What closes the connection, and with which code, in each of the four.
        for (message, codes) in [
            (INIT.to_owned(), [None, Some(4429), Some(4429), Some(4429)]),
            (subscribe("1"), [Some(4401), Some(4401), None, Some(4409)]),
            (subscribe("2"), [Some(4401), Some(4401), None, None]),
            (complete("1"), [None; 4]),
            (r#"{"type":"ping"}"#.to_owned(), [None; 4]),
            (r#"{"type":"pong"}"#.to_owned(), [None; 4]),
            ("nonsense".to_owned(), [Some(4400); 4]),
            (r#"{"type":"start","id":"1"}"#.to_owned(), [Some(4400); 4]),
            (r#"{"type":"subscribe","id":"3","payload":{"query":3}}"#.to_owned(), [Some(4400); 4]),
        ] {
            for ((phase, make), expected) in phases.iter().zip(codes) {
                let act = make().hear(&message);
                assert_eq!(code(&act), expected, "{message} when {phase}: {act:?}");
            }
        }
        for ((phase, make), expected) in phases.iter().zip([Some(4408), None, None, None]) {
            assert_eq!(code(&make().waited()), expected, "the time is up when {phase}");
        }
    }

    #[test]
    fn who_is_refused_is_closed_as_was_said() {
        let mut protocol = Protocol::new(9);
        protocol.hear(INIT);
        assert_eq!(code(&protocol.admitted(Err(Close::forbidden("No.")))), Some(4403));
    }

    #[test]
    fn a_ping_comes_back_as_it_went() {
        let mut protocol = Protocol::new(9);
        let pong = protocol.hear(r#"{"type":"ping","payload":{"at":1}}"#);
        assert_eq!(said(&pong), json!({ "type": "pong", "payload": { "at": 1 } }));
        assert_eq!(said(&protocol.hear(r#"{"type":"ping"}"#)), json!({ "type": "pong" }));
    }

    #[test]
    fn the_outputs_of_an_operation_go_under_its_id_until_it_is_over() {
        let mut protocol = acknowledged(9);
        let (first, second) = (number(&protocol.hear(&subscribe("a"))), number(&protocol.hear(&subscribe("b"))));
        let next = Output::Next(Response::new(async_graphql::Value::from(1)));
        assert_eq!(
            said(&protocol.output(second, &next)),
            json!({ "type": "next", "id": "b", "payload": { "data": 1 } })
        );
        assert_eq!(said(&protocol.output(first, &Output::Complete)), json!({ "type": "complete", "id": "a" }));
        assert_eq!(protocol.output(first, &next), Act::Nothing, "it is over");
        let refused = Output::Refused(vec![ServerError::new("No.", None)]);
        assert_eq!(
            said(&protocol.output(second, &refused)),
            json!({ "type": "error", "id": "b", "payload": [{ "message": "No." }] })
        );
        assert_eq!(protocol.output(second, &Output::Complete), Act::Nothing, "nothing follows an error");
    }

    #[test]
    fn an_id_is_free_again_once_its_operation_is_over_and_nothing_is_mixed_up() {
        let mut protocol = acknowledged(9);
        let first = number(&protocol.hear(&subscribe("a")));
        assert_eq!(protocol.hear(&complete("a")), Act::Stop { number: first });
        assert_eq!(protocol.hear(&complete("a")), Act::Nothing, "it is over already");
        let second = number(&protocol.hear(&subscribe("a")));
        let next = Output::Next(Response::default());
        assert_eq!(protocol.output(first, &next), Act::Nothing, "what comes late from the first is not said");
        assert_eq!(said(&protocol.output(second, &next))["id"], "a");
        protocol.output(second, &Output::Complete);
        assert!(matches!(protocol.hear(&subscribe("a")), Act::Start { .. }));
    }

    #[test]
    fn one_operation_more_than_may_be_is_refused_and_the_others_go_on() {
        let mut protocol = acknowledged(2);
        let first = number(&protocol.hear(&subscribe("a")));
        protocol.hear(&subscribe("b"));
        let refused = said(&protocol.hear(&subscribe("c")));
        assert_eq!((&refused["type"], &refused["id"]), (&json!("error"), &json!("c")));
        assert_eq!(refused["payload"][0]["extensions"]["code"], "RATE_LIMITED");
        assert_eq!(said(&protocol.output(first, &Output::Complete))["type"], "complete");
        assert!(matches!(protocol.hear(&subscribe("c")), Act::Start { .. }));
    }
}
