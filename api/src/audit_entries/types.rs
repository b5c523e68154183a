//! Entries of the audit as they are shown.

use async_graphql::{ID, SimpleObject};
use chrono::{DateTime, Utc};
use plumbline_entity::audit_entry::{self, AuditKind};
use uuid::Uuid;

use crate::{
    audit::{Group, Subjects, chain::shown},
    db::By,
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
                Subjects::decode(&self.0.subjects).unwrap_or_default().0.into_iter().map(AuditSubjects::from).collect()
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
#[derive(SimpleObject)]
pub struct AuditSubjects {
    /// The tables that the rows are in.
    pub tables: Vec<String>,
    /// The pupils whom the rows are about.
    pub pupils: Vec<ID>,
    /// The rows, where they are not about pupils.
    pub rows: Vec<ID>,
    /// How many rows there were, where they were too many to name.
    pub unnamed: Option<i32>,
}

impl From<Group> for AuditSubjects {
    fn from(group: Group) -> Self {
        let named = |name: &str, ids: Vec<Uuid>| ids.into_iter().map(|id| id_of(name, id)).collect();
        let (pupils, rows) = match group.by {
            By::Pupil => (named(<Pupil as crate::graphql::Wraps>::NAME, group.ids), Vec::new()),
            By::Id => (Vec::new(), named(&type_of(group.tables.first().map_or("", String::as_str)), group.ids)),
        };
        let unnamed = group.unnamed.map(|rows| i32::try_from(rows).unwrap_or(i32::MAX));
        Self { tables: group.tables, pupils, rows, unnamed }
    }
}
