//! Each viewer follows each stream of the schema while something is recorded at each place.

use std::time::Duration;

use futures_util::future::join_all;
use plumbline_tests::access_table::{Line, Spot};
use plumbline_tests::{Caller, Heard, Listening, Socket, Stage, TestApp};
use serde_json::{Value, json};

use super::changes::Targets;
use super::writing::{Tries, tries};

/// A field of the root `Subscription`, and what makes it tell something.
pub struct Stream {
    /// The field.
    pub field: &'static str,
    about: &'static str,
    /// The argument that says what is followed, and what of a place it takes.
    follows: (&'static str, fn(&Targets) -> &str),
    /// The mutation that is told of, which has its line in `change`.
    tells_of: &'static str,
}

/// Each stream has its line here.
pub const STREAMS: &[Stream] = &[
    Stream {
        field: "judgementRecorded",
        about: "judgements of a window as they are recorded",
        follows: ("windowId", |at| &at.window),
        tells_of: "recordJudgement",
    },
    Stream {
        field: "secondJudgementRecorded",
        about: "second judgements of an exercise as they are recorded, by \u{201c}Moderator\u{201d}",
        follows: ("exerciseId", |at| &at.exercise),
        tells_of: "recordSecondJudgement",
    },
];

/// If nothing has come for this long, nothing is expected to come any more.
const SILENCE: Duration = Duration::from_secs(2);

/// What each viewer is told, for all streams.
pub async fn streams(app: &TestApp, stage: &Stage) -> Vec<Line> {
    let (at, targets, tries) = (app.listen().await, Targets::all(app, stage).await, tries(app, stage).await);
    let mut lines = Vec::new();
    for stream in STREAMS {
        let tries = tries.iter().find(|tries| tries.mutation == stream.tells_of).expect("a line in `change`");
        let cells = stream.told(app, stage, &at, &targets, tries).await;
        lines.push(Line { about: vec![format!("**{}**: {}", stream.field, stream.about)], cells });
    }
    lines
}

impl Stream {
    async fn told(
        &self,
        app: &TestApp,
        stage: &Stage,
        at: &Listening,
        targets: &[Targets],
        tries: &Tries,
    ) -> Vec<String> {
        let target = |spot| targets.iter().find(|target| target.spot == spot).expect("a place");
        let all = |target| join_all(stage.seats.iter().map(move |seat| self.follow(at, seat.at(app), target)));
        for mut socket in all(target(Spot::OtherTrust)).await {
            assert_eq!(socket.error("1").await, "BAD_USER_INPUT", "{} of another trust", self.field);
        }
        let sockets = all(target(Spot::Trust)).await;
        // Nothing tells when a subscription has begun. A slower one hears too little, and the table then differs.
        tokio::time::sleep(SILENCE).await;
        let mut recorded: Vec<(Value, Spot)> = Vec::new();
        for (spot, input) in &tries.inputs {
            let mut done = None;
            for seat in stage.seats.iter().chain(&stage.beside) {
                if done.is_none() {
                    done = tries.changed_by(&seat.at(app), input).await;
                }
            }
            let id = done.unwrap_or_else(|| panic!("{} at {}: nobody can", tries.mutation, spot.name()));
            recorded.push((id, *spot));
        }
        join_all(sockets.into_iter().map(|socket| self.heard(socket, &recorded))).await
    }

    /// Follows what belongs to a place.
    async fn follow(&self, at: &Listening, caller: Caller, target: &Targets) -> Socket {
        let mut socket = Socket::let_in(at, caller.token()).await;
        let (field, (argument, what)) = (self.field, self.follows);
        let query = format!("subscription($what: ID!) {{ {field}({argument}: $what) {{ id }} }}");
        socket.subscribe("1", &query, json!({ "what": what(target) })).await;
        socket
    }

    /// In words, the places of what a viewer was told; or the code with which the subscription was refused.
    async fn heard(&self, mut socket: Socket, recorded: &[(Value, Spot)]) -> String {
        let mut told = Vec::new();
        while let Some(heard) = socket.heard_within(SILENCE).await {
            let Heard::Message(message) = heard else { panic!("{heard:?}") };
            if let Some(code) = message["payload"][0]["extensions"]["code"].as_str() {
                return code.to_owned();
            }
            let id = &message["payload"]["data"][self.field]["id"];
            let (_, spot) = recorded.iter().find(|(one, _)| one == id).unwrap_or_else(|| panic!("{message:#}"));
            assert_ne!(*spot, Spot::OtherTrust, "{}: told of another trust", self.field);
            told.push(spot.name());
        }
        match told.len() {
            0 => "\u{2013}".to_owned(),
            // One of the places is that of the other trust.
            all if all == recorded.len() - 1 => "all".to_owned(),
            _ => told.join(", "),
        }
    }
}
