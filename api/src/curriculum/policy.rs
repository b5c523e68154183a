//! Subjects belong to the trust: all of its staff see them, its trust leads set them up. Curricula are no secret either: whoever
//! compares schools has to see what each of them teaches.

use plumbline_entity::{curriculum, curriculum_version, objective, objective_link, subject};
use uuid::Uuid;

use crate::{
    db::{Area, Counted, Location, Permit, Place, Policy, Readers, policy, tables},
    graphql::{Acting, Refusal},
    organisation::{
        holds::{EVERYBODY, SENIOR_LEADER, SUBJECT_LEADER, TRUST_LEAD},
        policy::trust_wide,
    },
};

trust_wide!(subject);

tables!(subject, curriculum, curriculum_version, objective, objective_link);

/// Tables of a curriculum: the trust's is written by trust leads, a school's own by its subject and senior leaders as well.
macro_rules! of_curriculum {
    ($($entity:ident counted $counted:expr),+ $(,)?) => {$(
        policy! {
            $entity: Area::Frame => {
                lies Location::trust(C::TrustId).school(C::SchoolId).subject(C::SubjectId);
                read Readers::of(&[&EVERYBODY]);
                write [TRUST_LEAD, SENIOR_LEADER, SUBJECT_LEADER];
                counted $counted;
            }
        }
    )+};
}

// What a version intends is written before it is taught by, so the version itself says when coverage is counted anew.
of_curriculum!(
    curriculum counted Counted::Not,
    curriculum_version counted Counted::Rows(&[curriculum_version::Column::Id]),
    objective counted Counted::Not,
    objective_link counted Counted::Not,
);

/// Where the curriculum of a subject lies: in a school, or over all schools of the trust.
#[must_use]
pub fn place(trust: Uuid, school: Option<Uuid>, subject: Uuid) -> Place {
    school.map_or_else(|| Place::trust(trust), |school| Place::school(trust, school)).in_subject(subject)
}

/// Leave to write rows of the curriculum of a school or, without one, of the trust.
///
/// # Errors
/// The viewer may not: a refusal with the code `FORBIDDEN`.
pub fn may<E: Policy>(by: &Acting<'_>, school: Option<Uuid>, subject: Uuid) -> Result<Permit<E>, Refusal> {
    by.may(place(by.trust(), school, subject))
}
