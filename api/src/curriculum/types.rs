//! The objects of the curriculum.

use async_graphql::Object;
use plumbline_entity::subject;

use crate::graphql::{Ref, node};

/// A subject of the curriculum.
pub struct Subject(pub subject::Model);
node!(Subject, subject::Entity);

/// A subject of the curriculum.
#[Object]
impl Subject {
    /// Opaque and lasting.
    pub async fn id(&self) -> Ref<Self> {
        self.0.id.into()
    }

    /// Short name in lower case, such as `writing`: what filters and files use.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// The name that people read.
    async fn name(&self) -> &str {
        &self.0.name
    }
}
