//! Root fields of the curriculum.

use plumbline_entity::subject;

use super::types::Subject;
use crate::{
    auth::Viewer,
    db::{Read, Scoped},
    error::Result,
    graphql::{StringFilter, check_text, filter, listed, order, root},
};

filter! {
    /// Which subjects.
    SubjectFilter of subject {
        /// By code.
        code: StringFilter => Code,
        /// By name.
        name: StringFilter => Name,
    }
}

order! {
    /// In which order subjects come.
    SubjectOrder of subject {
        /// By name.
        Name => [Name],
    }
}

listed!(Subject by SubjectFilter, SubjectOrder);

root! {
    /// What there is to ask of the curriculum.
    CurriculumQuery {
        /// The subjects of the trust.
        subjects: [Subject],
    }
}

/// The subject with this code; `None` where the viewer's trust has none.
///
/// # Errors
/// The database failed.
pub async fn subject_by_code(db: &impl Read, viewer: &Viewer, code: &str) -> Result<Option<subject::Model>> {
    check_text(code)?;
    db.one(Scoped::<subject::Entity>::of(viewer).filter(subject::COLUMN.code.eq(code))).await
}
