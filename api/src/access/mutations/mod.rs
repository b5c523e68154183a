//! What can be changed in access, a file each.

pub mod create_access_grant;
pub mod register_client;
pub mod revoke_access_grant;
pub mod revoke_client;

use async_graphql::MergedObject;

/// What can be changed in access.
#[derive(Default, MergedObject)]
pub struct AccessMutation(
    register_client::RegisterClient,
    revoke_client::RevokeClient,
    create_access_grant::CreateAccessGrant,
    revoke_access_grant::RevokeAccessGrant,
);
