//! The objects of access.

use async_graphql::{Context, Result};
use chrono::{DateTime, Utc};
use plumbline_entity::{access_grant, client_application, client_application::ClientScope};

use crate::{
    auth::registered,
    graphql::{load_many, object},
    organisation::{School, StaffMember},
};

object! {
    /// A client application of the trust: a front end that acts for people, or a system that acts by itself.
    ClientApplication of client_application {
        /// What people call it.
        name: &str,
        /// The issuer at which it signs in; `development` for the key of the machine.
        issuer: &str,
        /// The `client_id` by which the issuer knows it.
        client_id: &str,
        {
            /// What it may be used for. For a person it never gives more than that person may.
            async fn scopes(&self) -> Result<Vec<ClientScope>> {
                Ok(registered::scopes(&self.0)?)
            }

            /// The schools that it is kept to; null where it is kept to none.
            async fn kept_to_schools(&self, ctx: &Context<'_>) -> Result<Option<Vec<School>>> {
                let Some(ids) = registered::schools(&self.0)? else { return Ok(None) };
                let mut schools: Vec<School> = load_many(ctx, ids).await?.into_values().collect();
                schools.sort_by(|a, b| a.0.name.cmp(&b.0.name));
                Ok(Some(schools))
            }
        }
        /// Whether it may send none but its trusted documents.
        trusted_documents_only: bool,
        /// When it was registered.
        registered_at: DateTime<Utc>,
        /// Who registered it; null for the console, and where you may not see them.
        registered_by -> StaffMember by registered_by_id,
        /// When it was revoked; null while it may be used.
        revoked_at: Option<DateTime<Utc>>,
        /// Counts its changes; an update names the version that it saw.
        version: i32,
    }
}

object! {
    /// Leave for one person to read rows of pupils, for a purpose and until a time.
    AccessGrant of access_grant {
        /// Who may read; null where you may not see them.
        staff_member -> StaffMember by staff_member_id,
        /// The school whose pupils may be read; null for all schools of the trust.
        school -> School by school_id,
        /// Whether with names, unique pupil numbers and dates of birth; else without.
        with_names: bool,
        /// Whether comparisons are answered with exact figures, out of disclosure control.
        exact_figures: bool,
        /// What for.
        purpose: &str,
        /// When it was given.
        granted_at: DateTime<Utc>,
        /// Who gave it; null for the console, and where you may not see them.
        granted_by -> StaffMember by granted_by_id,
        /// When it ends by itself.
        expires_at: DateTime<Utc>,
        /// When it was taken back; null where it was not.
        revoked_at: Option<DateTime<Utc>>,
        /// Counts its changes; an update names the version that it saw.
        version: i32,
    }
}
