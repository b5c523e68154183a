//! The service put together: configuration, database, keys, clock, schema.

use std::sync::{Arc, OnceLock};

use apollo_compiler::validation::Valid;
use async_graphql::{MergedObject, MergedSubscription, Schema, SchemaBuilder, ValidationMode};

use crate::{
    access, assessment, audit_entries,
    auth::TokenKeys,
    clock::Clock,
    comparison::{self, Resources},
    config::Config,
    curriculum,
    db::{Db, Table},
    demo, graphql, moderation,
    node::{NodeQuery, TYPES},
    organisation, planning,
    protocol::{self, Documents, Service},
    pupil_records,
};

/// All tables of the database, as those who own them declare them.
#[must_use]
pub fn tables() -> Vec<Table> {
    let owners: [fn() -> Vec<Table>; 12] = [
        access::tables,
        organisation::tables,
        curriculum::tables,
        planning::tables,
        assessment::tables,
        moderation::tables,
        pupil_records::tables,
        comparison::tables,
        audit_entries::tables,
        demo::tables,
        graphql::tables,
        protocol::trusted::tables,
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
    planning::PlanningQuery,
    assessment::AssessmentQuery,
    moderation::ModerationQuery,
    comparison::ComparisonQuery,
    audit_entries::AuditQuery,
);

/// What can be changed.
#[derive(Default, MergedObject)]
pub struct Mutation(
    access::AccessMutation,
    organisation::OrganisationMutation,
    curriculum::CurriculumMutation,
    planning::PlanningMutation,
    assessment::AssessmentMutation,
    moderation::ModerationMutation,
    pupil_records::PupilRecordsMutation,
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
    builder(config).finish()
}

/// As [`schema`], with what slices ask of the service that they run in.
#[must_use]
pub fn schema_on(config: &Arc<Config>, db: &Db) -> PlumblineSchema {
    let types = tables().into_iter().filter(|table| TYPES.contains(&graphql::type_of(&table.name).as_str()));
    let writable = access::Writable(types.collect());
    builder(config).data(Resources::new(Arc::clone(config), db.clone())).data(writable).finish()
}

fn builder(config: &Config) -> SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query::default(), Mutation::default(), Subscription::default())
        .validation_mode(ValidationMode::Fast)
        .limit_recursive_depth(config.limits.nesting)
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

/// Puts a service together on an open, migrated database; inside a Tokio runtime.
#[must_use]
pub fn service(config: Config, db: Db, keys: TokenKeys, clock: Clock) -> Service {
    let (db, config) = (db.with_threshold(config.disclosure.threshold).with_clock(clock), Arc::new(config));
    let schema = schema_on(&config, &db);
    let documents = Documents::of(validation_schema(&schema), &config.limits);
    Service::new(config, db, keys, clock, Arc::new(schema), documents)
}
