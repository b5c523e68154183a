//! The service put together: configuration, database, keys, clock, schema.

use std::sync::Arc;

use async_graphql::{EmptySubscription, MergedObject, Schema};
use chrono::{DateTime, Utc};

use crate::{
    access, assessment, audit,
    auth::{Issuers, TokenKeys},
    comparison,
    config::Config,
    curriculum,
    db::Db,
    graphql::Codes,
    moderation,
    node::NodeQuery,
    organisation,
};

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

/// The schema of the service.
pub type PlumblineSchema = Schema<Query, Mutation, EmptySubscription>;

/// Builds the schema with the limits of a configuration.
#[must_use]
pub fn schema(config: &Config) -> PlumblineSchema {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .limit_depth(config.limits.depth)
        .limit_complexity(config.limits.complexity)
        .extension(Codes)
        .finish()
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
    /// What disclosure control decided.
    pub releases: comparison::Releases,
    /// What it answers.
    pub schema: PlumblineSchema,
}

impl App {
    /// Puts a service together on an open, migrated database; inside a Tokio runtime.
    #[must_use]
    pub fn new(config: Config, db: Db, keys: TokenKeys, clock: Clock) -> Self {
        let schema = schema(&config);
        let issuers = Arc::new(Issuers::new(&config.auth, &keys));
        Self {
            audit: audit::Log::start(db.clone(), clock),
            config: Arc::new(config),
            db,
            keys: Arc::new(keys),
            issuers,
            clock,
            releases: comparison::Releases::default(),
            schema,
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
