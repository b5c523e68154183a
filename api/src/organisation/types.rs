//! The objects of the organisation.

use async_graphql::{Context, Object, Result};
use plumbline_entity::{
    academic_year, appointment,
    appointment::Role,
    class, enrolment, phase, pupil,
    pupil::Sex,
    pupil_characteristics,
    pupil_characteristics::{FirstLanguage, SenProvision},
    school,
    school::EducationPhase,
    staff_member, trust,
    year_group::YearGroup,
};

use super::queries::{
    AppointmentsOfStaffMember, CharacteristicsOfPupil, ClassesOfSchool, EnrolmentsOfClass, EnrolmentsOfPupil,
    SchoolsOfTrust,
};
use super::{Upn, Urn};
use crate::{
    assessment::JudgementsOfPupil,
    curriculum::Subject,
    graphql::{Date, Ref, load, node},
};

/// A multi-academy trust: the outermost boundary of everything that is seen.
pub struct Trust(pub trust::Model);
node!(Trust, trust::Entity);

/// A multi-academy trust: the outermost boundary of everything that is seen.
#[Object]
impl Trust {
    /// Opaque and lasting.
    pub async fn id(&self) -> Ref<Self> {
        self.0.id.into()
    }

    /// Its registered name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    #[graphql(flatten)]
    async fn schools(&self) -> SchoolsOfTrust {
        SchoolsOfTrust(self.0.id)
    }
}

/// A school of the trust.
pub struct School(pub school::Model);
node!(School, school::Entity);

/// A school of the trust.
#[Object]
impl School {
    /// Opaque and lasting.
    pub async fn id(&self) -> Ref<Self> {
        self.0.id.into()
    }

    /// Unique reference number, given by the Department for Education; new on conversion.
    async fn urn(&self) -> Urn {
        Urn(self.0.urn)
    }

    /// Local authority and establishment number, as in 936/2092; may change on conversion.
    async fn laestab(&self) -> String {
        format!("{:03}/{:04}", self.0.la_code, self.0.establishment_number)
    }

    /// The name that the school goes by.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The phase of education that it is registered for.
    async fn education_phase(&self) -> EducationPhase {
        self.0.education_phase
    }

    /// Statutory lowest age of its pupils, in years.
    async fn lowest_age(&self) -> Option<i16> {
        self.0.lowest_age
    }

    /// Statutory highest age of its pupils, in years.
    async fn highest_age(&self) -> Option<i16> {
        self.0.highest_age
    }

    /// The day it opened, where known.
    async fn opened_on(&self) -> Option<Date> {
        self.0.opened_on.map(Date)
    }

    /// The day it closed; null while it is open.
    async fn closed_on(&self) -> Option<Date> {
        self.0.closed_on.map(Date)
    }

    /// Counts its changes; an update names the version that it saw.
    async fn version(&self) -> i32 {
        self.0.version
    }

    #[graphql(flatten)]
    async fn classes(&self) -> ClassesOfSchool {
        ClassesOfSchool(self.0.id)
    }
}

/// An academic year of the trust.
pub struct AcademicYear(pub academic_year::Model);
node!(AcademicYear, academic_year::Entity);

/// An academic year of the trust.
#[Object]
impl AcademicYear {
    /// Opaque and lasting.
    pub async fn id(&self) -> Ref<Self> {
        self.0.id.into()
    }

    /// The calendar year in which it starts: 2025 is 2025/26.
    async fn year(&self) -> i16 {
        self.0.year
    }

    /// First day.
    async fn starts_on(&self) -> Date {
        self.0.starts_on.into()
    }

    /// Last day; always given here, and nullable as in whatever may go on without an end.
    async fn ends_on(&self) -> Option<Date> {
        Some(self.0.ends_on.into())
    }
}

/// A phase: a run of year groups that are led together, such as Key Stage 1.
pub struct Phase(pub phase::Model);
node!(Phase, phase::Entity);

/// A phase: a run of year groups that are led together, such as Key Stage 1.
#[Object]
impl Phase {
    /// Opaque and lasting.
    pub async fn id(&self) -> Ref<Self> {
        self.0.id.into()
    }

    /// The name of the phase.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Its youngest year group.
    async fn lowest_year_group(&self) -> YearGroup {
        self.0.lowest_year_group
    }

    /// Its oldest year group.
    async fn highest_year_group(&self) -> YearGroup {
        self.0.highest_year_group
    }

    /// Counts its changes; an update names the version that it saw.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// A class of one school and one academic year.
pub struct Class(pub class::Model);
node!(Class, class::Entity);

/// A class of one school and one academic year.
#[Object]
impl Class {
    /// Opaque and lasting.
    pub async fn id(&self) -> Ref<Self> {
        self.0.id.into()
    }

    /// The name it goes by, such as 4B or Kingfisher.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The school that it belongs to.
    async fn school(&self, ctx: &Context<'_>) -> Result<Option<School>> {
        Ok(load(ctx, self.0.school_id).await?)
    }

    /// The academic year in which it is taught.
    async fn academic_year(&self, ctx: &Context<'_>) -> Result<Option<AcademicYear>> {
        Ok(load(ctx, self.0.academic_year_id).await?)
    }

    /// Its youngest year group.
    async fn lowest_year_group(&self) -> YearGroup {
        self.0.lowest_year_group
    }

    /// Its oldest year group; another than the youngest only in a class of mixed age.
    async fn highest_year_group(&self) -> YearGroup {
        self.0.highest_year_group
    }

    /// Counts its changes; an update names the version that it saw.
    async fn version(&self) -> i32 {
        self.0.version
    }

    #[graphql(flatten)]
    async fn enrolments(&self) -> EnrolmentsOfClass {
        EnrolmentsOfClass(self.0.id)
    }
}

/// A member of staff of the trust.
pub struct StaffMember(pub staff_member::Model);
node!(StaffMember, staff_member::Entity);

/// A member of staff of the trust.
#[Object]
impl StaffMember {
    /// Opaque and lasting.
    pub async fn id(&self) -> Ref<Self> {
        self.0.id.into()
    }

    /// The address by which the person is known.
    async fn email(&self) -> &str {
        &self.0.email
    }

    /// Given name; always given here, and nullable as in `Pupil`.
    async fn given_name(&self) -> Option<&str> {
        Some(&self.0.given_name)
    }

    /// Family name; always given here, and nullable as in `Pupil`.
    async fn family_name(&self) -> Option<&str> {
        Some(&self.0.family_name)
    }

    /// Counts the changes; an update names the version that it saw.
    async fn version(&self) -> i32 {
        self.0.version
    }

    #[graphql(flatten)]
    async fn appointments(&self) -> AppointmentsOfStaffMember {
        AppointmentsOfStaffMember(self.0.id)
    }
}

/// A role that a member of staff holds: a whole tuple of role, place and time.
pub struct Appointment(pub appointment::Model);
node!(Appointment, appointment::Entity);

/// A role that a member of staff holds: a whole tuple of role, place and time.
#[Object]
impl Appointment {
    /// Opaque and lasting.
    pub async fn id(&self) -> Ref<Self> {
        self.0.id.into()
    }

    /// Who holds it.
    async fn staff_member(&self, ctx: &Context<'_>) -> Result<Option<StaffMember>> {
        Ok(load(ctx, self.0.staff_member_id).await?)
    }

    /// What they are.
    async fn role(&self) -> Role {
        self.0.role
    }

    /// Where; null for a role of the whole trust.
    async fn school(&self, ctx: &Context<'_>) -> Result<Option<School>> {
        match self.0.school_id {
            Some(id) => Ok(load(ctx, id).await?),
            None => Ok(None),
        }
    }

    /// The phase of a phase leader.
    async fn phase(&self, ctx: &Context<'_>) -> Result<Option<Phase>> {
        match self.0.phase_id {
            Some(id) => Ok(load(ctx, id).await?),
            None => Ok(None),
        }
    }

    /// The subject of a subject leader.
    async fn subject(&self, ctx: &Context<'_>) -> Result<Option<Subject>> {
        match self.0.subject_id {
            Some(id) => Ok(load(ctx, id).await?),
            None => Ok(None),
        }
    }

    /// The class of a class teacher.
    async fn class(&self, ctx: &Context<'_>) -> Result<Option<Class>> {
        match self.0.class_id {
            Some(id) => Ok(load(ctx, id).await?),
            None => Ok(None),
        }
    }

    /// First day.
    async fn starts_on(&self) -> Date {
        self.0.starts_on.into()
    }

    /// Last day, inclusive; null while it runs. It lies before the first day where it was taken back.
    async fn ends_on(&self) -> Option<Date> {
        self.0.ends_on.map(Date)
    }

    /// Counts its changes; an update names the version that it saw.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// A pupil.
pub struct Pupil(pub pupil::Model);
node!(Pupil, pupil::Entity);

/// A pupil.
#[Object]
impl Pupil {
    /// Opaque and lasting.
    pub async fn id(&self) -> Ref<Self> {
        self.0.id.into()
    }

    /// Unique pupil number; null where you may not see it.
    async fn upn(&self) -> Option<Upn> {
        self.0.upn.clone().map(Upn)
    }

    /// Given name; null where you may not see it.
    async fn given_name(&self) -> Option<&str> {
        self.0.given_name.as_deref()
    }

    /// Family name; null where you may not see it.
    async fn family_name(&self) -> Option<&str> {
        self.0.family_name.as_deref()
    }

    /// Date of birth; null where you may not see it.
    async fn date_of_birth(&self) -> Option<Date> {
        self.0.date_of_birth.map(Date)
    }

    /// Sex as recorded in the school census; null where you may not see it.
    async fn sex(&self) -> Option<Sex> {
        self.0.sex
    }

    /// Counts the changes; an update names the version that it saw.
    async fn version(&self) -> i32 {
        self.0.version
    }

    #[graphql(flatten)]
    async fn enrolments(&self) -> EnrolmentsOfPupil {
        EnrolmentsOfPupil(self.0.id)
    }

    #[graphql(flatten)]
    async fn characteristics(&self) -> CharacteristicsOfPupil {
        CharacteristicsOfPupil(self.0.id)
    }

    #[graphql(flatten)]
    async fn judgements(&self) -> JudgementsOfPupil {
        JudgementsOfPupil(self.0.id)
    }
}

/// What is recorded of a pupil for one academic year.
pub struct PupilCharacteristics(pub pupil_characteristics::Model);
node!(PupilCharacteristics, pupil_characteristics::Entity);

/// What is recorded of a pupil for one academic year.
#[Object]
impl PupilCharacteristics {
    /// Opaque and lasting.
    pub async fn id(&self) -> Ref<Self> {
        self.0.id.into()
    }

    /// The pupil.
    async fn pupil(&self, ctx: &Context<'_>) -> Result<Option<Pupil>> {
        Ok(load(ctx, self.0.pupil_id).await?)
    }

    /// The academic year for which it holds.
    async fn academic_year(&self, ctx: &Context<'_>) -> Result<Option<AcademicYear>> {
        Ok(load(ctx, self.0.academic_year_id).await?)
    }

    /// Eligible for free school meals now; null, as each of these, where you may not see it.
    async fn free_school_meals(&self) -> Option<bool> {
        self.0.free_school_meals
    }

    /// Eligible for free school meals at any time in the last six years.
    async fn ever_six_free_school_meals(&self) -> Option<bool> {
        self.0.ever_six_free_school_meals
    }

    /// Looked after, or left care by adoption or another order.
    async fn ever_in_care(&self) -> Option<bool> {
        self.0.ever_in_care
    }

    /// A parent serves in the armed forces.
    async fn service_child(&self) -> Option<bool> {
        self.0.service_child
    }

    /// Disadvantaged in the sense of the school performance tables.
    async fn disadvantaged(&self) -> Option<bool> {
        self.0.disadvantaged
    }

    /// Attracts the pupil premium.
    async fn pupil_premium(&self) -> Option<bool> {
        self.0.pupil_premium
    }

    /// Provision for special educational needs.
    async fn sen(&self) -> Option<SenProvision> {
        self.0.sen
    }

    /// First language.
    async fn first_language(&self) -> Option<FirstLanguage> {
        self.0.first_language
    }

    /// Counts the changes; an update names the version that it saw.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// A pupil's place in a class, with dates.
pub struct Enrolment(pub enrolment::Model);
node!(Enrolment, enrolment::Entity);

/// A pupil's place in a class, with dates.
#[Object]
impl Enrolment {
    /// Opaque and lasting.
    pub async fn id(&self) -> Ref<Self> {
        self.0.id.into()
    }

    /// The pupil.
    async fn pupil(&self, ctx: &Context<'_>) -> Result<Option<Pupil>> {
        Ok(load(ctx, self.0.pupil_id).await?)
    }

    /// The class.
    async fn class(&self, ctx: &Context<'_>) -> Result<Option<Class>> {
        Ok(load(ctx, self.0.class_id).await?)
    }

    /// The year group that the pupil is taught in.
    async fn year_group(&self) -> YearGroup {
        self.0.year_group
    }

    /// First day.
    async fn starts_on(&self) -> Date {
        self.0.starts_on.into()
    }

    /// Last day, inclusive; null while the pupil is on roll in the class.
    async fn ends_on(&self) -> Option<Date> {
        self.0.ends_on.map(Date)
    }

    /// Counts its changes; an update names the version that it saw.
    async fn version(&self) -> i32 {
        self.0.version
    }
}
