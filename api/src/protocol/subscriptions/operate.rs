//! Runs what came over a connection that stays open: one answer, or one for each row that is recorded.

use std::sync::Arc;

use async_graphql::{Data, Request, Response, ServerError, Variables, parser::types::ExecutableDocument};
use futures_util::StreamExt as _;
use tokio::sync::mpsc;
use tracing::Instrument as _;
use uuid::Uuid;

use super::root;
use crate::{
    audit::{Log, Trail},
    auth::Viewer,
    db::Follower,
    error::{Error, Result},
    graphql::{Delivery, Interest, Interests, side_by_side},
    protocol::{
        errors::{Refusal, present},
        gate::{self, Admitted, Kind, Way},
        metrics::{Measured, Outcome},
        request::Parameters,
        run::{Running, surround, to_its_end},
        session::Session,
        spans::{self, step},
    },
};

/// What an operation came to, in the order in which it is to be said.
#[derive(Debug)]
pub(in crate::protocol) enum Output {
    /// An answer, fit for the caller.
    Next(Response),
    /// The operation came to nothing, or ended before its time; nothing follows. Fit for the caller.
    Refused(Vec<ServerError>),
    /// There is nothing more to say.
    Complete,
}

/// An operation, and where its outputs go. Each output goes with the operation's number, so that whoever waits for it
/// knows which operation it belongs to.
pub(in crate::protocol) struct Operating {
    pub(in crate::protocol) session: Arc<Session>,
    pub(in crate::protocol) number: u64,
    pub(in crate::protocol) request_id: String,
    pub(in crate::protocol) outputs: mpsc::Sender<(u64, Output)>,
    pub(in crate::protocol) measured: Arc<Measured>,
}

/// There is nothing more to do: nobody takes the outputs any more.
struct Left;

/// Runs an operation to its end, or until nobody waits for its outputs any more.
pub(in crate::protocol) async fn operate(operating: Operating, parameters: Parameters, way: Way) {
    let span = tracing::info_span!("operation", id = %operating.request_id);
    let traced = operating.measured.span();
    async move {
        let (session, measured) = (Arc::clone(&operating.session), Arc::clone(&operating.measured));
        let gate = to_its_end(&operating.session.service, |_| async move {
            let viewer = session.viewer().await?;
            gate::admit(&session.service, &viewer, parameters, way, &measured).instrument(step!("admit")).await
        });
        operating.run(gate.await).await;
    }
    .instrument(traced)
    .instrument(span)
    .await;
}

impl Operating {
    /// Runs what the gate let through, or says why it did not.
    pub(in crate::protocol) async fn run(&self, admitted: Result<Admitted, Refusal>) {
        let follows = admitted.as_ref().is_ok_and(|admitted| admitted.kind == Kind::Subscription);
        if follows {
            self.measured.began();
        }
        let done = match admitted {
            Ok(admitted) if admitted.kind == Kind::Once => self.once(admitted).await,
            Ok(admitted) => self.follow(admitted).await,
            Err(refusal) => Err(refusal),
        };
        let last = match done {
            Ok(()) => Output::Complete,
            Err(refusal) => {
                if !follows {
                    self.measured.came_to(Outcome::of_refusal(&refusal));
                }
                self.refused(refusal)
            }
        };
        // Whoever has left need not be told.
        let _ = self.say(last).await;
    }

    async fn say(&self, output: Output) -> Result<(), Left> {
        self.outputs.send((self.number, output)).await.map_err(|_| Left)
    }

    fn refused(&self, mut refusal: Refusal) -> Output {
        present(&mut refusal.errors, &self.request_id, &self.session.service.config.limits);
        Output::Refused(refusal.errors)
    }

    fn next(&self, mut response: Response) -> Output {
        present(&mut response.errors, &self.request_id, &self.session.service.config.limits);
        Output::Next(response)
    }

    /// Runs a query or mutation, to its end even if the caller has left, as over HTTP.
    async fn once(&self, admitted: Admitted) -> Result<(), Refusal> {
        let (session, request_id) = (Arc::clone(&self.session), self.request_id.clone());
        let run = |waiter| async move {
            let turns = &session.service.turns;
            let turn = turns.take().await?;
            let viewer = session.viewer().await?;
            let room = turns.room(turn, turns.share(viewer.actor())?, admitted.cost).await?;
            let ran = admitted.answer(&session.service, Viewer::clone(&viewer), &request_id, waiter).await?;
            Ok((ran.answer, room))
        };
        // The room is held until the connection has taken the answer.
        let (response, mut room) = to_its_end(&self.session.service, run).await?;
        room.ran();
        if !gate::begun(&response) {
            return Err(Refusal::graphql(response.errors));
        }
        self.measured.came_to(Outcome::of_response(&response));
        let _ = self.say(self.next(response)).await;
        Ok(())
    }

    /// Runs a subscription: works out what it wants to be told of, then answers each event, until it has to end.
    async fn follow(&self, mut admitted: Admitted) -> Result<(), Refusal> {
        let service = &self.session.service;
        let mut document = admitted.request.parsed_query().map_err(|error| Refusal::graphql(vec![error]))?.clone();
        root::flatten(&mut document);
        let repeated = Repeated {
            document,
            variables: admitted.request.variables,
            cost: admitted.cost,
            request_id: self.request_id.clone(),
        };
        // It follows the events before it works out what it wants, so that it misses nothing that is recorded from
        // now on.
        let mut events = service.db.events().follow(service.config.subscriptions.events_waiting).await?;
        let repeated = Arc::new(repeated);
        let (session, again) = (Arc::clone(&self.session), Arc::clone(&repeated));
        let interest = Arc::new(to_its_end(service, |_| async move { again.interest(&session).await }).await?);
        // A client that leaves says so by hanging up; that is noticed here, events or none.
        tokio::select! {
            ended = self.pass_on(&mut events, &interest, &repeated) => ended,
            () = self.outputs.closed() => Ok(()),
        }
    }

    async fn pass_on(
        &self,
        events: &mut Follower,
        interest: &Arc<Interest>,
        repeated: &Arc<Repeated>,
    ) -> Result<(), Refusal> {
        loop {
            let event = events.next().await?;
            let rows = interest.of(&event).to_vec();
            if rows.is_empty() {
                continue;
            }
            let (session, interest, repeated) = (Arc::clone(&self.session), Arc::clone(interest), Arc::clone(repeated));
            let answers = |_| async move { repeated.answers(&session, &interest, rows).await };
            let answers = to_its_end(&self.session.service, answers).instrument(spans::event(&self.request_id));
            let answers: Vec<Response> = answers.await?;
            for answer in answers {
                if self.say(self.next(answer)).await.is_err() {
                    return Ok(());
                }
            }
        }
    }
}

/// A subscription as it is run each time.
struct Repeated {
    document: ExecutableDocument,
    variables: Variables,
    cost: u64,
    request_id: String,
}

impl Repeated {
    fn request(&self) -> Request {
        // The text is for async-graphql's own logs, which we do not use.
        let mut request = Request::new("").variables(self.variables.clone());
        request.set_parsed_query(self.document.clone());
        request
    }

    /// What it wants to be told of.
    async fn interest(&self, session: &Session) -> Result<Interest, Refusal> {
        let viewer = session.viewer().await?;
        let event = OneEvent::new(self, session, viewer);
        let interests = Interests::default();
        let request = self.request().data(interests.clone());
        let answers = session.service.schema.execute_stream(request, Arc::clone(&event.shared));
        let answers = event.running.run(answers.collect::<Vec<Response>>()).await;
        let errors: Vec<ServerError> = answers.into_iter().flat_map(|answer| answer.errors).collect();
        event.close(errors.clone()).await?;
        if !errors.is_empty() {
            return Err(Refusal::graphql(errors));
        }
        Ok(interests.take().ok_or_else(|| Error::internal("a subscription that wants nothing"))?)
    }

    /// The answers for those rows of an event that exist for the viewer as they are now. All answers together take as
    /// many statements as one.
    async fn answers(&self, session: &Session, interest: &Interest, rows: Vec<Uuid>) -> Result<Vec<Response>, Refusal> {
        let service = &session.service;
        // Many subscriptions wake up at the same event. They may wait for a turn, because no caller waits for them.
        let _turn = service.turns.deliver().await?;
        let viewer = session.viewer().await?;
        let event = OneEvent::new(self, session, viewer);
        let rows = interest.read(event.trail.db().clone(), Arc::clone(&event.viewer), rows).await?;
        let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        gate::pay(service, &event.viewer, self.cost.saturating_mul(count)).await?;
        let answer = |row: Delivery| {
            let request = self.request().data(row);
            let mut answers = service.schema.execute_stream(request, Arc::clone(&event.shared));
            async move { answers.next().await }
        };
        let answers = event.running.run(side_by_side(rows.into_iter().map(answer))).await;
        let answers: Vec<Response> = answers.into_iter().flatten().collect();
        event.close(answers.iter().flat_map(|answer| answer.errors.clone()).collect()).await?;
        Ok(answers)
    }
}

/// What the resolvers of all rows of an event share: who sees them, what the audit keeps of it, and the loaders,
/// made anew for each event.
struct OneEvent {
    log: Log,
    trail: Arc<Trail>,
    viewer: Arc<Viewer>,
    shared: Arc<Data>,
    running: Running,
}

impl OneEvent {
    fn new(repeated: &Repeated, session: &Session, viewer: Arc<Viewer>) -> Self {
        let service = &session.service;
        let trail = Arc::new(service.audit.trail(&service.db, &mut repeated.request(), &repeated.request_id));
        let mut shared = Data::default();
        let running = surround(&mut shared, service, &viewer, &trail);
        Self { log: service.audit.clone(), trail, viewer, shared: Arc::new(shared), running }
    }

    /// Records in the audit what was read, before any of it is sent.
    async fn close(&self, errors: Vec<ServerError>) -> Result<()> {
        self.log.close(&self.trail, &self.viewer, &Response::from_errors(errors)).await.map(|_| ())
    }
}
