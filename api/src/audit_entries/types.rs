//! Entries of the audit as they are shown.

use async_graphql::{ID, Object};
use chrono::{DateTime, Utc};
use plumbline_entity::audit_entry::{self, AuditKind};
use uuid::Uuid;

use crate::{
    audit::{Group, Subjects, chain::shown},
    db::By,
    error::{Error, Result},
    graphql::{object, type_of},
    organisation::{Pupil, StaffMember},
};

object! {
    /// An entry of the audit: who read, changed or was refused what. It is never changed, and never deleted.
    AuditEntry of audit_entry {
        {
            /// Its place in the chain of all trusts' entries: a whole number, as text.
            async fn sequence(&self) -> String {
                self.0.sequence.to_string()
            }
        }
        /// When.
        at: DateTime<Utc>,
        /// What it records.
        kind: AuditKind,
        /// Who asked, or for whom a client application did; null for the console, and for a client by itself.
        staff_member -> StaffMember by staff_member_id,
        {
            /// The client application that spoke, for somebody or for itself.
            async fn client_application_id(&self) -> Option<ID> {
                self.0.client_id.map(|id| id_of("ClientApplication", id))
            }
        }
        /// The fields that were asked for, the mutation, or the command.
        operation: &str,
        /// The id of the request, by which the service's log knows it too; empty for the console.
        request_id: &str,
        {
            /// The grants that were in force for whoever asked; each has its purpose.
            async fn access_grant_ids(&self) -> Vec<ID> {
                let ids = self.0.grant_ids.chunks(16).filter_map(|id| Uuid::from_slice(id).ok());
                ids.map(|id| id_of("AccessGrant", id)).collect()
            }
        }
        /// How many events it stands for; more than one where refused tokens were counted together.
        occurrences: i32,
        {
            /// What it is about, by id alone.
            #[graphql(directive = crate::graphql::cost::list_size::apply(Some(4), None, None))]
            async fn subjects(&self) -> Vec<AuditSubjects> {
                Subjects::decode(&self.0.subjects).unwrap_or_default().0.into_iter().map(|group| AuditSubjects { group }).collect()
            }

            /// What closes the chain up to here: SHA-256 in hexadecimal.
            async fn hash(&self) -> String {
                shown(&self.0.hash)
            }
        }
    }
}

fn id_of(name: &str, id: Uuid) -> ID {
    ID(crate::graphql::encode_id(name, id))
}

/// Rows that an entry of the audit is about.
pub struct AuditSubjects {
    group: Group,
}

/// Ids of a kind that an answer gives at once, where it is not said how many.
const IDS: i32 = 100;
/// Most of them.
const MOST_IDS: i32 = 10_000;

/// Rows that an entry of the audit is about.
#[Object]
impl AuditSubjects {
    /// The tables that the rows are in.
    #[graphql(directive = crate::graphql::cost::list_size::apply(Some(4), None, None))]
    async fn tables(&self) -> &[String] {
        &self.group.tables
    }

    /// The pupils whom the rows are about, by id.
    #[graphql(directive = crate::graphql::cost::list_size::apply(Some(IDS), crate::graphql::cost::names(&["first"]), None))]
    async fn pupils(
        &self,
        #[graphql(desc = "How many, 1 to 10000.", default_with = "IDS")] first: i32,
        #[graphql(desc = "After so many others.", default = 0)] skip: i32,
    ) -> async_graphql::Result<Vec<ID>> {
        Ok(self.ids(By::Pupil, first, skip)?)
    }

    /// The rows, where they are not about pupils, by id.
    #[graphql(directive = crate::graphql::cost::list_size::apply(Some(IDS), crate::graphql::cost::names(&["first"]), None))]
    async fn rows(
        &self,
        #[graphql(desc = "How many, 1 to 10000.", default_with = "IDS")] first: i32,
        #[graphql(desc = "After so many others.", default = 0)] skip: i32,
    ) -> async_graphql::Result<Vec<ID>> {
        Ok(self.ids(By::Id, first, skip)?)
    }

    /// How many pupils or rows are named.
    async fn named(&self) -> i32 {
        i32::try_from(self.group.ids.len()).unwrap_or(i32::MAX)
    }

    /// How many rows there were, where they were too many to name.
    async fn unnamed(&self) -> Option<i32> {
        self.group.unnamed.map(|rows| i32::try_from(rows).unwrap_or(i32::MAX))
    }
}

impl AuditSubjects {
    fn ids(&self, by: By, first: i32, skip: i32) -> Result<Vec<ID>> {
        let size = usize::try_from(first).ok().filter(|_| (1..=MOST_IDS).contains(&first));
        let (Some(size), Ok(skip)) = (size, usize::try_from(skip)) else {
            return Err(Error::bad_input(format!(
                "`first` must be 1 to {MOST_IDS}, and `skip` at least 0. Read on with a larger `skip`."
            )));
        };
        if self.group.by != by {
            return Ok(Vec::new());
        }
        let name = match by {
            By::Pupil => <Pupil as crate::graphql::Wraps>::NAME.to_owned(),
            By::Id => type_of(self.group.tables.first().map_or("", String::as_str)),
        };
        Ok(self.group.ids.iter().skip(skip).take(size).map(|id| id_of(&name, *id)).collect())
    }
}
