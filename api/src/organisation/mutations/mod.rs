//! What can be changed in the organisation, a file each.

pub mod create_academic_year;
pub mod create_appointment;
pub mod create_class;
pub mod create_phase;
pub mod create_pupil;
pub mod create_school;
pub mod create_staff_member;
pub mod end_appointment;
pub mod end_enrolment;
pub mod enrol_pupil;
pub mod record_pupil_characteristics;
pub mod update_class;
pub mod update_phase;
pub mod update_pupil;
pub mod update_school;
pub mod update_staff_member;

use async_graphql::MergedObject;

/// What can be changed in the organisation.
#[derive(Default, MergedObject)]
pub struct OrganisationMutation(
    create_school::CreateSchool,
    update_school::UpdateSchool,
    create_academic_year::CreateAcademicYear,
    create_phase::CreatePhase,
    update_phase::UpdatePhase,
    create_staff_member::CreateStaffMember,
    update_staff_member::UpdateStaffMember,
    create_appointment::CreateAppointment,
    end_appointment::EndAppointment,
    create_class::CreateClass,
    update_class::UpdateClass,
    create_pupil::CreatePupil,
    update_pupil::UpdatePupil,
    record_pupil_characteristics::RecordPupilCharacteristics,
    enrol_pupil::EnrolPupil,
    end_enrolment::EndEnrolment,
);
