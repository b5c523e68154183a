//! The objects of the organisation.

use async_graphql::Context;
use plumbline_entity::{
    academic_year, appointment,
    appointment::Role,
    class, enrolment, judgement, phase, pupil,
    pupil::Sex,
    pupil_characteristics,
    pupil_characteristics::{FirstLanguage, SenProvision},
    school,
    school::EducationPhase,
    staff_member, trust,
    year_group::YearGroup,
};

use super::{Upn, Urn, rules};
use crate::{
    assessment::Judgement,
    curriculum::Subject,
    db::{Below, Link, Scoped},
    error::Result,
    graphql::{Date, RequestContext as _, object, runs_on},
};

/// Pupils by their places that run on a day, today if none is given; below what `parent` names.
fn placed(ctx: &Context<'_>, on: Option<Date>, parent: enrolment::Column) -> Result<Below<pupil::Entity>> {
    use enrolment::Column as C;
    let viewer = ctx.viewer()?;
    let day = on.unwrap_or_else(|| viewer.today().into());
    let places = Scoped::<enrolment::Entity>::of(viewer).filter(runs_on(C::StartsOn, C::EndsOn, day));
    Ok(Below::Linked(Box::new(Link::by(format!("{parent:?} on {day:?}"), places, C::PupilId, parent))))
}

object! {
    /// A multi-academy trust: the outermost boundary of everything that is seen.
    Trust of trust {
        /// Its registered name.
        name: &str,
        /// Its schools.
        schools: [School] by school::TrustId,
    }
}

object! {
    /// A school of the trust.
    School of school {
        /// Unique reference number, given by the Department for Education; new on conversion.
        urn: Urn,
        {
            /// Local authority and establishment number, as in 936/2092; may change on conversion.
            async fn laestab(&self) -> String {
                rules::laestab(&self.0)
            }
        }
        /// The name that the school goes by.
        name: &str,
        /// The phase of education that it is registered for.
        education_phase: EducationPhase,
        /// Statutory lowest age of its pupils, in years.
        lowest_age: Option<i16>,
        /// Statutory highest age of its pupils, in years.
        highest_age: Option<i16>,
        /// The day it opened, where known.
        opened_on: Option<Date>,
        /// The day it closed; null while it is open.
        closed_on: Option<Date>,
        /// Counts its changes; an update names the version that it saw.
        version: i32,
        /// Its classes, of all academic years.
        classes: [Class] by class::SchoolId,
        /// The pupils that you see who are on its roll on a day, so without leavers.
        pupils: [Pupil] on placed(enrolment::Column::SchoolId),
    }
}

object! {
    /// An academic year of the trust.
    AcademicYear of academic_year {
        /// The calendar year in which it starts: 2025 is 2025/26.
        year: i16,
        /// First day.
        starts_on: Date,
        /// Last day; always given here, and nullable as in whatever may go on without an end.
        ends_on: Option<Date>,
        /// Counts its changes; an update names the version that it saw.
        version: i32,
    }
}

object! {
    /// A phase: a run of year groups that are led together, such as Key Stage 1.
    Phase of phase {
        /// The name of the phase.
        name: &str,
        /// Its youngest year group.
        lowest_year_group: YearGroup,
        /// Its oldest year group.
        highest_year_group: YearGroup,
        /// Counts its changes; an update names the version that it saw.
        version: i32,
    }
}

object! {
    /// A class of one school and one academic year.
    Class of class {
        /// The name it goes by, such as 4B or Kingfisher.
        name: &str,
        /// The school that it belongs to.
        school => School by school_id,
        /// The academic year in which it is taught.
        academic_year => AcademicYear by academic_year_id,
        /// Its youngest year group.
        lowest_year_group: YearGroup,
        /// Its oldest year group; another than the youngest only in a class of mixed age.
        highest_year_group: YearGroup,
        /// Counts its changes; an update names the version that it saw.
        version: i32,
        /// Who is or was in the class.
        enrolments: [Enrolment] by enrolment::ClassId,
        /// The register: the pupils that you see who are in the class on a day, so without leavers.
        pupils: [Pupil] on placed(enrolment::Column::ClassId),
    }
}

object! {
    /// A member of staff of the trust.
    StaffMember of staff_member {
        /// The address by which the person is known.
        email: &str,
        /// Given name; always given here, and nullable as in `Pupil`.
        given_name: Option<&str>,
        /// Family name; always given here, and nullable as in `Pupil`.
        family_name: Option<&str>,
        /// Counts the changes; an update names the version that it saw.
        version: i32,
        /// Their appointments, as far as you see them.
        appointments: [Appointment] by appointment::StaffMemberId,
    }
}

object! {
    /// A role that a member of staff holds: a whole tuple of role, place and time.
    Appointment of appointment {
        /// Who holds it; null where you may not see them.
        staff_member -> StaffMember by staff_member_id,
        /// What they are.
        role: Role,
        /// Where; null for a role of the whole trust.
        school -> School by school_id,
        /// The phase of a phase leader; null for other roles.
        phase -> Phase by phase_id,
        /// The subject of a subject leader; null for other roles.
        subject -> Subject by subject_id,
        /// The class of a class teacher; null for other roles.
        class -> Class by class_id,
        /// First day.
        starts_on: Date,
        /// Last day, inclusive; null while it runs. It lies before the first day where it was taken back.
        ends_on: Option<Date>,
        /// Counts its changes; an update names the version that it saw.
        version: i32,
    }
}

object! {
    /// A pupil.
    Pupil of pupil {
        {
            /// Unique pupil number; null where you may not see it.
            async fn upn(&self) -> Option<Upn> {
                self.0.upn.clone().map(Upn)
            }
        }
        /// Given name; null where you may not see it.
        given_name: Option<&str>,
        /// Family name; null where you may not see it.
        family_name: Option<&str>,
        /// Date of birth; null where you may not see it.
        date_of_birth: Option<Date>,
        /// Sex as recorded in the school census; null where you may not see it.
        sex: Option<Sex>,
        /// Counts the changes; an update names the version that it saw.
        version: i32,
        /// The classes that the pupil is or was in, as far as you see them.
        enrolments: [Enrolment] by enrolment::PupilId,
        /// What is recorded of the pupil, a row for each academic year.
        characteristics: [PupilCharacteristics] by pupil_characteristics::PupilId,
        /// The pupil's judgements, as far as you see them.
        judgements: [Judgement] by judgement::PupilId,
    }
}

object! {
    /// What is recorded of a pupil for one academic year.
    PupilCharacteristics of pupil_characteristics {
        /// The pupil; null where you may not see them.
        pupil -> Pupil by pupil_id,
        /// The academic year for which it holds.
        academic_year => AcademicYear by academic_year_id,
        /// Eligible for free school meals now; null, as each of these, where you may not see it.
        free_school_meals: Option<bool>,
        /// Eligible for free school meals at any time in the last six years.
        ever_six_free_school_meals: Option<bool>,
        /// Looked after, or left care by adoption or another order.
        ever_in_care: Option<bool>,
        /// A parent serves in the armed forces.
        service_child: Option<bool>,
        /// Disadvantaged in the sense of the school performance tables.
        disadvantaged: Option<bool>,
        /// Attracts the pupil premium.
        pupil_premium: Option<bool>,
        /// Provision for special educational needs.
        sen: Option<SenProvision>,
        /// First language.
        first_language: Option<FirstLanguage>,
        /// Counts the changes; an update names the version that it saw.
        version: i32,
    }
}

object! {
    /// A pupil's place in a class, with dates.
    Enrolment of enrolment {
        /// The pupil; null where you may not see them.
        pupil -> Pupil by pupil_id,
        /// The class.
        class => Class by class_id,
        /// The year group that the pupil is taught in.
        year_group: YearGroup,
        /// First day.
        starts_on: Date,
        /// Last day, inclusive; null while the pupil is on roll in the class.
        ends_on: Option<Date>,
        /// Counts its changes; an update names the version that it saw.
        version: i32,
    }
}
