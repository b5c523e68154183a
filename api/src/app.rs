//! The service put together: configuration, database, keys, clock, schema.

use std::sync::{Arc, OnceLock};

use apollo_compiler::validation::Valid;
use async_graphql::{MergedObject, MergedSubscription, Schema, ValidationMode};
use chrono::{DateTime, Utc};
use tokio::sync::Semaphore;

use crate::{
    access, assessment, audit,
    auth::{Issuers, TokenKeys},
    comparison,
    config::Config,
    curriculum,
    db::{Db, Table},
    demo,
    graphql::{
        self, Documents, OpenConnections,
        cost::Buckets,
        trusted::{self, Persisted},
    },
    moderation,
    node::NodeQuery,
    organisation,
};

/// All tables of the database, as those who own them declare them.
#[must_use]
pub fn tables() -> Vec<Table> {
    let owners: [fn() -> Vec<Table>; 10] = [
        access::tables,
        organisation::tables,
        curriculum::tables,
        assessment::tables,
        moderation::tables,
        comparison::tables,
        audit::tables,
        demo::tables,
        graphql::tables,
        trusted::tables,
    ];
    owners.iter().flat_map(|tables| tables()).collect()
}

/// What there is to ask.
#[derive(Default, MergedObject)]
pub struct Query(
    NodeQuery,
    access::AccessQuery,
    organisation::OrganisationQuery,
    curriculum::CurriculumQuery,
    assessment::AssessmentQuery,
    moderation::ModerationQuery,
    comparison::ComparisonQuery,
    audit::AuditQuery,
);

/// What can be changed.
#[derive(Default, MergedObject)]
pub struct Mutation(
    access::AccessMutation,
    organisation::OrganisationMutation,
    curriculum::CurriculumMutation,
    assessment::AssessmentMutation,
    moderation::ModerationMutation,
);

/// What there is to be told of as it happens.
#[derive(Default, MergedSubscription)]
pub struct Subscription(assessment::AssessmentSubscription, moderation::ModerationSubscription);

/// The schema of the service.
pub type PlumblineSchema = Schema<Query, Mutation, Subscription>;

/// Builds the schema. Documents are held against it and against the limits by
/// [`Documents`] before they get here, so its own validation is left out.
#[must_use]
pub fn schema(config: &Config) -> PlumblineSchema {
    Schema::build(Query::default(), Mutation::default(), Subscription::default())
        .validation_mode(ValidationMode::Fast)
        .limit_recursive_depth(config.limits.nesting)
        .finish()
}

/// The schema as documents are validated against it: the same for all services of a process.
fn validation_schema(schema: &PlumblineSchema) -> Arc<Valid<apollo_compiler::Schema>> {
    static PARSED: OnceLock<Arc<Valid<apollo_compiler::Schema>>> = OnceLock::new();
    let parse = || {
        let parsed = apollo_compiler::Schema::parse_and_validate(schema.sdl(), "schema.graphql");
        #[expect(clippy::expect_used, reason = "a schema that is none would fail every test")]
        Arc::new(parsed.expect("async-graphql writes valid SDL"))
    };
    Arc::clone(PARSED.get_or_init(parse))
}

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// How it is set up.
    pub config: Arc<Config>,
    /// Where everything is kept.
    pub db: Db,
    /// What signs tokens and cursors.
    pub keys: Arc<TokenKeys>,
    /// Whose tokens are accepted.
    pub issuers: Arc<Issuers>,
    /// What time it is.
    pub clock: Clock,
    /// Who read and changed what.
    pub audit: audit::Log,
    /// Comparisons that were answered from editions.
    pub answers: comparison::Answers,
    /// What it answers.
    pub schema: PlumblineSchema,
    /// The documents that it was asked with.
    pub documents: Arc<Documents>,
    /// The documents that are known by their hash.
    pub persisted: Arc<Persisted>,
    /// Turns for requests: as many as may be under way at once.
    pub turns: Arc<Semaphore>,
    /// What callers may still spend.
    pub buckets: Arc<Buckets>,
    /// The WebSockets and event streams that are open.
    pub connections: OpenConnections,
}

impl App {
    /// Puts a service together on an open, migrated database; inside a Tokio runtime.
    #[must_use]
    pub fn new(config: Config, db: Db, keys: TokenKeys, clock: Clock) -> Self {
        let schema = schema(&config);
        let issuers = Arc::new(Issuers::new(&config.auth, &keys));
        let turns = Arc::new(Semaphore::new(config.limits.requests));
        let buckets = Arc::new(Buckets::new(&config.limits));
        let connections = OpenConnections::new(&config.subscriptions);
        let documents = Arc::new(Documents::of(validation_schema(&schema), &config.limits));
        let db = db.with_threshold(config.disclosure.threshold);
        Self {
            audit: audit::Log::start(db.clone(), clock),
            config: Arc::new(config),
            db,
            keys: Arc::new(keys),
            issuers,
            clock,
            answers: comparison::Answers::default(),
            schema,
            documents,
            persisted: Arc::default(),
            turns,
            buckets,
            connections,
        }
    }
}

/// The clock of the service: everything that depends on the time asks here.
#[derive(Clone, Copy, Debug)]
pub enum Clock {
    /// The clock of the machine.
    System,
    /// A clock that stands still.
    Fixed(DateTime<Utc>),
}

impl Clock {
    /// The time now.
    #[must_use]
    pub fn now(self) -> DateTime<Utc> {
        match self {
            Self::System => Utc::now(),
            Self::Fixed(moment) => moment,
        }
    }
}
