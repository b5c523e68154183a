//! What can be changed in the organisation, a file each.

pub mod academic_year;
pub mod class;
pub mod correct_enrolment;
pub mod correct_upn;
pub mod create_appointment;
pub mod create_pupil;
pub mod create_school;
pub mod end_appointment;
pub mod end_enrolment;
pub mod enrol_pupil;
pub mod phase;
pub mod record_pupil_characteristics;
pub mod remove_pupil_characteristics;
pub mod remove_school;
pub mod staff_member;
pub mod update_pupil;
pub mod update_school;

use async_graphql::MergedObject;

/// What can be changed in the organisation.
#[derive(Default, MergedObject)]
pub struct OrganisationMutation(
    create_school::CreateSchool,
    update_school::UpdateSchool,
    remove_school::RemoveSchool,
    academic_year::CreateAcademicYear,
    academic_year::UpdateAcademicYear,
    academic_year::RemoveAcademicYear,
    phase::CreatePhase,
    phase::UpdatePhase,
    phase::RemovePhase,
    staff_member::CreateStaffMember,
    staff_member::UpdateStaffMember,
    staff_member::RemoveStaffMember,
    create_appointment::CreateAppointment,
    end_appointment::EndAppointment,
    class::CreateClass,
    class::UpdateClass,
    class::RemoveClass,
    create_pupil::CreatePupil,
    update_pupil::UpdatePupil,
    correct_upn::CorrectUpn,
    record_pupil_characteristics::RecordPupilCharacteristics,
    remove_pupil_characteristics::RemovePupilCharacteristics,
    enrol_pupil::EnrolPupil,
    end_enrolment::EndEnrolment,
    correct_enrolment::UpdateEnrolment,
    correct_enrolment::RemoveEnrolment,
);
