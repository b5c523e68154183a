//! `plumbline register-client`: the first client application of a trust, through which its trust leads can sign in.

use clap::{Args, ValueEnum};
use plumbline_entity::{audit_entry::AuditKind, client_application, client_application::ClientScope, school};
use sea_orm::{ColumnTrait, IntoActiveModel as _, Iterable};
use uuid::Uuid;

use super::{
    Failure, find_trust, open_migrated, refused,
    say::{hand_out, report},
};
use crate::{
    access::rules::few_enough,
    audit::{self, Entry},
    auth::Issuer,
    config::Config,
    db::{Console, Db, Read, Reason},
    rulebook::{Fault, Ruled as _},
};

/// Which client application, and what it may be used for.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The id by which its issuer knows it: the `client_id`, `azp`, `appid` or `cid` of its tokens.
    client_id: String,
    /// The issuer of its tokens: their `iss`; `development` for the key of this machine.
    #[arg(long)]
    issuer: String,
    /// What people call it.
    #[arg(long)]
    name: String,
    /// What it may be used for; several times for several scopes.
    #[arg(long = "scope", required = true, value_name = "SCOPE", ignore_case = true)]
    scopes: Vec<Scope>,
    /// The URN of a school that it is kept to; several times for several schools, left out for all.
    #[arg(long = "school", value_name = "URN")]
    schools: Vec<i32>,
    /// The name of the trust, as it was imported.
    #[arg(long, value_name = "NAME")]
    trust: String,
    /// It may send only its trusted documents.
    #[arg(long)]
    trusted_documents_only: bool,
}

/// The argument that gives each field.
const ARGUMENTS: [(&str, &str); 5] = [
    ("clientId", "CLIENT_ID"),
    ("issuer", "--issuer"),
    ("name", "--name"),
    ("scopes", "--scope"),
    ("schoolIds", "--school"),
];

/// A scope, by the name that it has in the schema.
#[derive(Clone, Copy, Debug)]
struct Scope(ClientScope);

impl ValueEnum for Scope {
    fn value_variants<'a>() -> &'a [Self] {
        static ALL: std::sync::LazyLock<Vec<Scope>> =
            std::sync::LazyLock::new(|| ClientScope::iter().map(Scope).collect());
        &ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.0.code()))
    }
}

pub(super) async fn run(config: &Config, arguments: Arguments) -> Result<(), Failure> {
    let db = open_migrated(config).await?;
    let trust = find_trust(&db, &arguments.trust).await?;
    let now = chrono::Utc::now();
    let schools = match arguments.schools.as_slice() {
        [] => None,
        urns => Some(schools(&db, trust.id, urns).await?),
    };
    let row = client_application::Model {
        id: Uuid::now_v7(),
        trust_id: trust.id,
        name: arguments.name,
        issuer: arguments.issuer.clone(),
        client_id: arguments.client_id.clone(),
        scopes: arguments.scopes.iter().map(|scope| scope.0.code()).collect(),
        school_ids: schools.map(serde_json::to_value).transpose()?,
        trusted_documents_only: arguments.trusted_documents_only,
        registered_at: now,
        registered_by_id: None,
        revoked_at: None,
        version: 1,
    };
    let row = row.checked(()).map_err(|faults| refused(faults, &ARGUMENTS))?;
    let known = config.auth.issuers.iter().any(|issuer| issuer.issuer == arguments.issuer);
    if !known && arguments.issuer != Issuer::Development.name() {
        report(&format!("plumbline: this configuration names no issuer {}; look at auth.issuers", arguments.issuer));
    }
    let tx = db.begin().await?;
    let permit = Console.permit::<client_application::Entity>(trust.id);
    tx.insert(&permit, row.into_active_model()).await.map_err(|error| match error.is_duplicate() {
        true => "this client application is registered already; revoke it first (`revokeClient`)".into(),
        false => Failure::from(error),
    })?;
    audit::commit(tx, Entry::at_console(AuditKind::Console, Some(trust.id), "register-client", now)).await?;
    hand_out(&format!("{} may now ask for people of {}", arguments.client_id, trust.name))?;
    db.close().await;
    Ok(())
}

/// The ids of the schools of the trust with these numbers.
async fn schools(db: &Db, trust: Uuid, urns: &[i32]) -> Result<Vec<Uuid>, Failure> {
    few_enough(urns.len()).map_err(|message| refused(Fault::invalid("schoolIds", message).into(), &ARGUMENTS))?;
    let named = Console
        .of::<school::Entity>()
        .filter(school::COLUMN.trust_id.eq(trust))
        .filter(school::Column::Urn.is_in(urns.iter().copied()))
        .rows();
    let found = db.all(named).await?;
    match urns.iter().find(|urn| found.iter().all(|school| school.urn != **urn)) {
        Some(urn) => Err(format!("the trust has no school with the URN {urn}").into()),
        None => Ok(found.into_iter().map(|school| school.id).collect()),
    }
}
