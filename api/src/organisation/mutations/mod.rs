//! What can be changed in the organisation, a file each.

pub mod create_class;

use async_graphql::MergedObject;

/// What can be changed in the organisation.
#[derive(Default, MergedObject)]
pub struct OrganisationMutation(create_class::CreateClass);
