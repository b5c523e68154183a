//! What a client application was registered for, as its row holds it.

use plumbline_entity::{client_application, client_application::ClientScope};
use uuid::Uuid;

use crate::error::{Error, Result};

/// What a client application was registered for.
///
/// # Errors
/// The row holds something else than scopes.
pub fn scopes(client: &client_application::Model) -> Result<Vec<ClientScope>> {
    serde_json::from_value(client.scopes.clone()).map_err(Error::internal)
}

/// The schools that a client application is kept to; `None` if it is kept to none.
///
/// # Errors
/// The row holds something else than ids.
pub fn schools(client: &client_application::Model) -> Result<Option<Vec<Uuid>>> {
    client.school_ids.clone().map(serde_json::from_value).transpose().map_err(Error::internal)
}
