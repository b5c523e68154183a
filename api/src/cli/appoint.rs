//! `plumbline appoint`: the first account of a trust.

use clap::{Args, ValueEnum};
use plumbline_entity::{appointment, appointment::Role, audit_entry::AuditKind, staff_member};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::{Failure, find_trust, open_migrated};
use crate::{
    audit::{self, Entry},
    auth::find_staff_by_email,
    config::Config,
    db::{Console, Reason},
};

/// Whom, as what.
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

#[derive(Clone, Copy, Debug, ValueEnum)]
enum TrustRole {
    /// Runs moderation over all schools and sets up the trust.
    TrustLead,
    /// Compares schools by aggregates; sees no pupil.
    TrustAnalyst,
}

pub(super) async fn run(config: &Config, arguments: Arguments) -> Result<(), Failure> {
    let db = open_migrated(config).await?;
    let today = chrono::Utc::now().date_naive();
    let trust = find_trust(&db, &arguments.trust).await?;
    let email = arguments.email.trim().to_lowercase();
    if !email.contains('@') || email.len() > 254 {
        return Err(format!("`{email}` is not an email address").into());
    }
    let known = find_staff_by_email(&db, &email).await?;
    let tx = db.begin().await?;
    let person = match known {
        Some(person) if person.trust_id != trust.id => return Err(format!("{email} belongs to another trust").into()),
        Some(person) => person,
        None => {
            let row = staff_member::ActiveModel {
                id: Set(Uuid::now_v7()),
                trust_id: Set(trust.id),
                email: Set(email.clone()),
                given_name: Set(arguments.given_name),
                family_name: Set(arguments.family_name),
                version: Set(1),
            };
            tx.insert(&Console.permit::<staff_member::Entity>(trust.id), row).await?
        }
    };
    let role = match arguments.role {
        TrustRole::TrustLead => Role::TrustLead,
        TrustRole::TrustAnalyst => Role::TrustAnalyst,
    };
    let row = appointment::ActiveModel {
        id: Set(Uuid::now_v7()),
        trust_id: Set(trust.id),
        staff_member_id: Set(person.id),
        role: Set(role),
        school_id: Set(None),
        phase_id: Set(None),
        subject_id: Set(None),
        class_id: Set(None),
        starts_on: Set(today),
        ends_on: Set(None),
        version: Set(1),
    };
    tx.insert(&Console.permit::<appointment::Entity>(trust.id), row).await?;
    let entry = Entry::at_console(AuditKind::Console, Some(trust.id), "appoint", chrono::Utc::now());
    audit::commit(tx, entry).await?;
    println!("{email} is now {} of {}. A token: plumbline token --as {email}", role.code(), trust.name);
    db.close().await;
    Ok(())
}
