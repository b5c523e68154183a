//! Who there is. The trust, its schools, years, phases and classes. Its staff and their appointments. Its pupils,
//! where they are enrolled, and what is recorded about them each year.
//!
//! Who sees what follows from this slice: a class teacher sees the pupils enrolled in the classes to which they are
//! appointed, a senior leader those of their school.

pub mod holds;
pub mod mutations;
pub mod policy;
mod queries;
pub mod rules;
mod scalars;
pub mod store;
mod types;

pub use mutations::OrganisationMutation;
pub use policy::tables;
pub use queries::{AcademicYearFilter, ClassFilter, OrganisationQuery, SchoolFilter};
pub use scalars::{Upn, Urn};
pub use types::{
    AcademicYear, Appointment, Class, Enrolment, Phase, Pupil, PupilCharacteristics, School, StaffMember, Trust,
};
