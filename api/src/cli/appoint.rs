//! `plumbline appoint`: the first account of a trust.

use clap::{Args, ValueEnum};
use plumbline_entity::{appointment, appointment::Role, audit_entry::AuditKind, staff_member};
use sea_orm::IntoActiveModel as _;
use uuid::Uuid;

use super::{Failure, find_trust, open_migrated, refused, say::hand_out};
use crate::{
    audit::{self, Entry},
    auth::accounts_of,
    config::Config,
    db::{Console, Read, Reason},
    organisation::rules::not_held_already,
    rulebook::Ruled as _,
};

/// Who is appointed, and to what.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The email address of the person; a new account is made if nobody has it.
    email: String,
    /// The role.
    #[arg(long)]
    role: TrustRole,
    /// The name of the trust, as it was imported.
    #[arg(long, value_name = "NAME")]
    trust: String,
    /// The person's given name, for a new account.
    #[arg(long, default_value = "Trust")]
    given_name: String,
    /// The person's family name, for a new account.
    #[arg(long, default_value = "Staff")]
    family_name: String,
}

/// The argument that gives each field.
const ARGUMENTS: [(&str, &str); 4] =
    [("email", "EMAIL"), ("givenName", "--given-name"), ("familyName", "--family-name"), ("role", "--role")];

#[derive(Clone, Copy, Debug, ValueEnum)]
enum TrustRole {
    /// Runs moderation over all schools and sets up the trust.
    TrustLead,
    /// Compares schools by aggregates; sees no pupil.
    TrustAnalyst,
}

pub(super) async fn run(config: &Config, arguments: Arguments) -> Result<(), Failure> {
    let db = open_migrated(config).await?;
    let today = config.time_zone.day_of(chrono::Utc::now());
    let trust = find_trust(&db, &arguments.trust).await?;
    let person = staff_member::Model {
        id: Uuid::now_v7(),
        trust_id: trust.id,
        email: arguments.email,
        given_name: arguments.given_name,
        family_name: arguments.family_name,
        version: 1,
    };
    let person = person.checked(()).map_err(|faults| refused(faults, &ARGUMENTS))?;
    let email = person.email.clone();
    let known = accounts_of(&db, &email).await?.into_iter().find(|person| person.trust_id == trust.id);
    let tx = db.begin().await?;
    let person = match known {
        // Nobody else appoints them meanwhile.
        Some(person) => {
            tx.one(Console.of::<staff_member::Entity>().rows().id(person.id).to_change()).await?;
            person
        }
        None => tx.insert(&Console.permit::<staff_member::Entity>(trust.id), person.into_active_model()).await?,
    };
    let role = match arguments.role {
        TrustRole::TrustLead => Role::TrustLead,
        TrustRole::TrustAnalyst => Role::TrustAnalyst,
    };
    let row = appointment::Model {
        id: Uuid::now_v7(),
        trust_id: trust.id,
        staff_member_id: person.id,
        role,
        school_id: None,
        phase_id: None,
        subject_id: None,
        class_id: None,
        starts_on: today,
        ends_on: None,
        version: 1,
    };
    let row = row.checked(None).map_err(|faults| refused(faults, &ARGUMENTS))?;
    let of_person = appointment::COLUMN.staff_member_id.eq(person.id);
    let held = tx.all(Console.of::<appointment::Entity>().filter(of_person).rows()).await?;
    not_held_already(&row, &held).map_err(|fault| refused(fault.into(), &ARGUMENTS))?;
    tx.insert(&Console.permit::<appointment::Entity>(trust.id), row.into_active_model()).await?;
    let entry = Entry::at_console(AuditKind::Console, Some(trust.id), "appoint", chrono::Utc::now());
    audit::commit(tx, entry).await?;
    hand_out(&format!(
        "{email} is now {} of {name}. A token: plumbline token --as {email} --trust '{name}'",
        role.code(),
        name = trust.name
    ))?;
    db.close().await;
    Ok(())
}
