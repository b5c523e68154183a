//! Root fields of the curriculum.

use async_graphql::MergedObject;
use plumbline_entity::subject;

use super::types::Subject;
use crate::{
    auth::Viewer,
    db::{Read, Scoped},
    error::Result,
    graphql::{StringFilter, check_text, filter, list, order},
};

filter! {
    /// Which subjects.
    SubjectFilter of subject {
        /// By code.
        code: StringFilter => Code,
    }
}

order! {
    /// In which order subjects come.
    SubjectOrder of subject {
        /// By name.
        Name => [Name],
    }
}

list! {
    /// The subjects of the trust.
    Subjects { subjects: Subject, SubjectFilter, SubjectOrder }
}

/// What there is to ask of the curriculum.
#[derive(Default, MergedObject)]
pub struct CurriculumQuery(Subjects);

/// The subject with this code; `None` where the viewer's trust has none.
///
/// # Errors
/// The database failed.
pub async fn subject_by_code(db: &impl Read, viewer: &Viewer, code: &str) -> Result<Option<subject::Model>> {
    check_text(code)?;
    db.one(Scoped::<subject::Entity>::of(viewer).filter(subject::COLUMN.code.eq(code))).await
}
