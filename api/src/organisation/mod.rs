//! Who there is: the trust, its schools, years, phases and classes; its staff and what they are
//! appointed as; its pupils, where they are enrolled and what is recorded of them each year.
//!
//! Everything that is seen hangs on this slice: a class teacher sees the pupils enrolled in the
//! classes they are appointed to, a senior leader those of their school.

pub mod holds;
pub mod mutations;
pub mod policy;
mod queries;
pub mod rules;
mod scalars;
mod store;
mod types;

pub use mutations::OrganisationMutation;
pub use policy::tables;
pub use queries::OrganisationQuery;
pub use scalars::{Upn, Urn};
pub use types::{
    AcademicYear, Appointment, Class, Enrolment, Phase, Pupil, PupilCharacteristics, School, StaffMember, Trust,
};
