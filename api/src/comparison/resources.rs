//! What comparisons ask of the service that they run in.

use std::sync::Arc;

use super::Answers;
use crate::{config::Config, db::Db};

/// What comparisons ask of the service that they run in. Its schema hands it to them.
#[derive(Clone)]
pub struct Resources {
    /// How the service is set up.
    pub config: Arc<Config>,
    /// Where everything is kept.
    pub db: Db,
    /// What was answered from editions.
    pub answers: Answers,
}

impl Resources {
    /// Nothing was answered yet.
    #[must_use]
    pub fn new(config: Arc<Config>, db: Db) -> Self {
        Self { config, db, answers: Answers::default() }
    }
}
