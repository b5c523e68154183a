//! Runs what came over a connection that stays open: one answer, or one for each row that is recorded.

use std::sync::Arc;

use async_graphql::{Data, Request, Response, ServerError, Variables, parser::types::ExecutableDocument};
use futures_util::StreamExt as _;
use tokio::sync::mpsc;
use tracing::Instrument as _;
use uuid::Uuid;

use super::declare::{Delivery, Interest, Interests};
use super::root;
use crate::{
    auth::Viewer,
    db::Follower,
    error::{Error, Result, present},
    graphql::{
        batches::{Batches, side_by_side},
        errors::Refusal,
        gate::{self, Admitted, Kind, Way},
        http::{Parameters, to_its_end},
        loaders,
        session::Session,
    },
};

/// What an operation came to, in the order in which it is to be said.
#[derive(Debug)]
pub(in crate::graphql) enum Output {
    /// An answer, fit for the caller.
    Next(Response),
    /// It came to nothing, or to its end before its time; nothing follows. Fit for the caller.
    Refused(Vec<ServerError>),
    /// There is nothing more to say.
    Complete,
}

/// An operation, and where its outputs go: marked with a number by which the one who waits for them
/// knows which operation they are of.
pub(in crate::graphql) struct Operating {
    pub(in crate::graphql) session: Arc<Session>,
    pub(in crate::graphql) number: u64,
    pub(in crate::graphql) request_id: String,
    pub(in crate::graphql) outputs: mpsc::Sender<(u64, Output)>,
}

/// Why there is no more to say: nobody listens any more.
struct Left;

/// Runs an operation to its end, or until nobody waits for its outputs any more.
pub(in crate::graphql) async fn operate(operating: Operating, parameters: Parameters, way: Way) {
    let span = tracing::info_span!("operation", id = %operating.request_id);
    async move {
        let app = operating.session.app.clone();
        let gate = to_its_end(&operating.session.app, async move { gate::admit(&app, parameters, way).await });
        operating.run(gate.await).await;
    }
    .instrument(span)
    .await;
}

impl Operating {
    /// Runs what the gate let through, or says why it did not.
    pub(in crate::graphql) async fn run(&self, admitted: Result<Admitted, Refusal>) {
        let done = match admitted {
            Ok(admitted) if admitted.kind == Kind::Once => self.once(admitted).await,
            Ok(admitted) => self.follow(admitted).await,
            Err(refusal) => Err(refusal),
        };
        let last = match done {
            Ok(()) => Output::Complete,
            Err(refusal) => self.refused(refusal),
        };
        // Whoever has left need not be told.
        let _ = self.say(last).await;
    }

    async fn say(&self, output: Output) -> Result<(), Left> {
        self.outputs.send((self.number, output)).await.map_err(|_| Left)
    }

    fn refused(&self, mut refusal: Refusal) -> Output {
        present(&mut refusal.errors, &self.request_id, &self.session.app.config.limits);
        Output::Refused(refusal.errors)
    }

    fn next(&self, mut response: Response) -> Output {
        present(&mut response.errors, &self.request_id, &self.session.app.config.limits);
        Output::Next(response)
    }

    /// A query or mutation. It runs to its end even if the caller has left; see the same over HTTP.
    async fn once(&self, admitted: Admitted) -> Result<(), Refusal> {
        let session = Arc::clone(&self.session);
        let run = async move {
            let viewer = session.viewer().await?;
            Ok(admitted.answer(&session.app, viewer).await)
        };
        let response = to_its_end(&self.session.app, run).await?;
        if !gate::begun(&response) {
            return Err(Refusal::graphql(response.errors));
        }
        let _ = self.say(self.next(response)).await;
        Ok(())
    }

    /// A subscription: what is wanted, and then each event, until it has to end.
    async fn follow(&self, mut admitted: Admitted) -> Result<(), Refusal> {
        let app = &self.session.app;
        let mut document = admitted.request.parsed_query().map_err(|error| Refusal::graphql(vec![error]))?.clone();
        root::flatten(&mut document);
        let repeated = Repeated { document, variables: admitted.request.variables };
        // Before it is looked at: nothing that is recorded from now on is missed.
        let mut events = app.db.events().follow(app.config.subscriptions.events_waiting).await?;
        let repeated = Arc::new(repeated);
        let (session, again) = (Arc::clone(&self.session), Arc::clone(&repeated));
        let interest = Arc::new(to_its_end(app, async move { again.interest(&session).await }).await?);
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
            let answers = async move { Ok(repeated.answers(&session, &interest, rows).await?) };
            let answers: Vec<Response> = to_its_end(&self.session.app, answers).await?;
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
        let (data, batches) = shared(session, &viewer);
        let interests = Interests::default();
        let request = self.request().data(interests.clone());
        let answers = session.app.schema.execute_stream_with_session_data(request, data);
        let answers: Vec<Response> = batches.run(answers.collect()).await;
        let errors: Vec<ServerError> = answers.into_iter().flat_map(|answer| answer.errors).collect();
        if !errors.is_empty() {
            return Err(Refusal::graphql(errors));
        }
        Ok(interests.take().ok_or_else(|| Error::internal("a subscription that wants nothing"))?)
    }

    /// The answers for the rows of an event, as far as they exist for the viewer as they are now. All of them
    /// together take as many statements as one.
    async fn answers(&self, session: &Session, interest: &Interest, rows: Vec<Uuid>) -> Result<Vec<Response>> {
        let viewer = session.viewer().await?;
        let rows = interest.read(session.app.db.clone(), Arc::clone(&viewer), rows).await?;
        let (data, batches) = shared(session, &viewer);
        let answer = |row: Delivery| {
            let request = self.request().data(row);
            let mut answers = session.app.schema.execute_stream_with_session_data(request, Arc::clone(&data));
            async move { answers.next().await }
        };
        let answers = batches.run(side_by_side(rows.into_iter().map(answer))).await;
        Ok(answers.into_iter().flatten().collect())
    }
}

/// What the resolvers of all rows of an event share: who sees them, and the loaders, made anew for each event.
fn shared(session: &Session, viewer: &Arc<Viewer>) -> (Arc<Data>, Batches) {
    let (loaders, batches) = loaders(session.app.db.clone(), Arc::clone(viewer));
    let mut data = Data::default();
    data.insert(Viewer::clone(viewer));
    data.insert(loaders);
    data.insert(session.app.clone());
    (Arc::new(data), batches)
}
