//! Root fields and lists of the organisation.

use async_graphql::{Context, Result};
use plumbline_entity::{
    academic_year, appointment,
    appointment::Role,
    class, enrolment, judgement, phase, pupil,
    pupil::Sex,
    pupil_characteristics,
    pupil_characteristics::{FirstLanguage, SenProvision},
    school,
    school::EducationPhase,
    staff_member,
    year_group::YearGroup,
};
use sea_orm::Order;

use super::types::{
    AcademicYear, Appointment, Class, Enrolment, Phase, Pupil, PupilCharacteristics, School, StaffMember, Trust,
};
use crate::{
    assessment::JudgementFilter,
    curriculum::Subject,
    db::{Read as _, Scoped},
    graphql::{
        BoolFilter, Date, DateFilter, EnumFilter, IdFilter, IntFilter, RequestContext, StringFilter, filter, listed,
        load, order, root, runs_on,
    },
};

filter! {
    /// Which schools.
    SchoolFilter of school {
        /// By name.
        name: StringFilter => Name,
        /// By unique reference number.
        urn: IntFilter => Urn,
        /// By the phase of education that it is registered for.
        education_phase: EnumFilter<EducationPhase> => EducationPhase,
    }
}

order! {
    /// In which order schools come.
    SchoolOrder of school {
        /// By name.
        Name => [Name],
        /// By unique reference number.
        Urn => [Urn],
    }
}

filter! {
    /// Which academic years.
    AcademicYearFilter of academic_year {
        /// By the calendar year in which it starts.
        year: IntFilter => Year,
        /// That in which this day lies.
        on: Date => StartsOn until EndsOn,
        /// By first day.
        starts_on: DateFilter => StartsOn,
        /// By last day.
        ends_on: DateFilter => EndsOn,
    }
}

order! {
    /// In which order academic years come.
    AcademicYearOrder of academic_year {
        /// The latest first.
        Latest => [Year desc],
        /// The earliest first.
        Earliest => [Year],
    }
}

filter! {
    /// Which phases.
    PhaseFilter of phase {
        /// By name.
        name: StringFilter => Name,
    }
}

order! {
    /// In which order phases come.
    PhaseOrder of phase {
        /// The youngest year group first.
        Age => [LowestYearGroup, HighestYearGroup],
    }
}

filter! {
    /// Which classes.
    ClassFilter of class {
        /// By name.
        name: StringFilter => Name,
        /// By school.
        school: IdFilter<School> => SchoolId,
        /// By academic year.
        academic_year: IdFilter<AcademicYear> => AcademicYearId,
        /// By the youngest year group.
        lowest_year_group: EnumFilter<YearGroup> => LowestYearGroup,
        /// By the oldest year group.
        highest_year_group: EnumFilter<YearGroup> => HighestYearGroup,
        /// Of schools for which all this holds.
        school_where: Box<SchoolFilter> => SchoolId in school::Id,
        /// Of academic years for which all this holds.
        academic_year_where: Box<AcademicYearFilter> => AcademicYearId in academic_year::Id,
    }
}

order! {
    /// In which order classes come.
    ClassOrder of class {
        /// The youngest year group first, then by name.
        YearGroup => [LowestYearGroup, Name],
        /// By name.
        Name => [Name],
    }
}

filter! {
    /// Which members of staff.
    StaffMemberFilter of staff_member {
        /// By family name.
        family_name: StringFilter => FamilyName,
        /// By given name.
        given_name: StringFilter => GivenName,
        /// By email address.
        email: StringFilter => Email,
        /// Who holds an appointment that you see and for which all this holds.
        appointments: Box<AppointmentFilter> => Id in appointment::StaffMemberId,
    }
}

order! {
    /// In which order members of staff come.
    StaffMemberOrder of staff_member {
        /// By family name, then given name.
        Name => [FamilyName, GivenName],
    }
}

filter! {
    /// Which appointments.
    AppointmentFilter of appointment {
        /// By role.
        role: EnumFilter<Role> => Role,
        /// By school.
        school: IdFilter<School> => SchoolId,
        /// By class.
        class: IdFilter<Class> => ClassId,
        /// By member of staff.
        staff_member: IdFilter<StaffMember> => StaffMemberId,
        /// By subject.
        subject: IdFilter<Subject> => SubjectId,
        /// By phase.
        phase: IdFilter<Phase> => PhaseId,
        /// Those that run on this day.
        on: Date => StartsOn until EndsOn,
        /// By first day.
        starts_on: DateFilter => StartsOn,
        /// By last day; those that have one.
        ends_on: DateFilter => EndsOn,
    }
}

order! {
    /// In which order appointments come.
    AppointmentOrder of appointment {
        /// The latest to start first.
        Latest => [StartsOn desc],
        /// The earliest to start first.
        Earliest => [StartsOn],
    }
}

filter! {
    /// Which pupils.
    PupilFilter of pupil {
        /// By family name.
        family_name: StringFilter => FamilyName,
        /// By given name.
        given_name: StringFilter => GivenName,
        /// By unique pupil number.
        upn: StringFilter => Upn,
        /// By date of birth.
        date_of_birth: DateFilter => DateOfBirth,
        /// By sex.
        sex: EnumFilter<Sex> => Sex,
        /// Who have a place in a class that you see and for which all this holds. A register is asked for by its class and day.
        enrolments: Box<EnrolmentFilter> => Id in enrolment::PupilId,
        /// Of whom something is recorded for a year, which you may read and for which all this holds.
        characteristics: Box<PupilCharacteristicsFilter> => Id in pupil_characteristics::PupilId,
        /// Who have a judgement that you see and for which all this holds.
        judgements: Box<JudgementFilter> => Id in judgement::PupilId,
        /// Who have no such judgement. With a window, a subject and `isCurrent`, they are those who are still to be judged.
        without_judgements: Box<JudgementFilter> => Id without judgement::PupilId,
    }
}

order! {
    /// In which order pupils come.
    PupilOrder of pupil {
        /// By family name, then given name.
        Name => [FamilyName, GivenName],
        /// The oldest first.
        DateOfBirth => [DateOfBirth],
        /// By unique pupil number.
        Upn => [Upn],
    }
}

filter! {
    /// Which enrolments.
    EnrolmentFilter of enrolment {
        /// By pupil.
        pupil: IdFilter<Pupil> => PupilId,
        /// By academic year.
        academic_year: IdFilter<AcademicYear> => AcademicYearId,
        /// Those that run on this day, so without leavers.
        on: Date => StartsOn until EndsOn,
        /// By class.
        class: IdFilter<Class> => ClassId,
        /// By school.
        school: IdFilter<School> => SchoolId,
        /// By year group.
        year_group: EnumFilter<YearGroup> => YearGroup,
        /// By first day.
        starts_on: DateFilter => StartsOn,
        /// By last day; those that have one.
        ends_on: DateFilter => EndsOn,
        /// In classes for which all this holds.
        class_where: Box<ClassFilter> => ClassId in class::Id,
        /// Of a year group in a phase for which all this holds.
        phase_where: Box<PhaseFilter> => YearGroup within phase::LowestYearGroup to HighestYearGroup,
    }
}

order! {
    /// In which order enrolments come.
    EnrolmentOrder of enrolment {
        /// The latest to start first.
        Latest => [StartsOn desc],
        /// The earliest to start first.
        Earliest => [StartsOn],
    }
}

filter! {
    /// Which years' characteristics.
    PupilCharacteristicsFilter of pupil_characteristics {
        /// By academic year.
        academic_year: IdFilter<AcademicYear> => AcademicYearId,
        /// Of academic years for which all this holds.
        academic_year_where: Box<AcademicYearFilter> => AcademicYearId in academic_year::Id,
        /// By provision for special educational needs.
        sen: EnumFilter<SenProvision> => Sen,
        /// By whether the pupil is disadvantaged in the sense of the school performance tables.
        disadvantaged: BoolFilter => Disadvantaged,
        /// By whether the pupil attracts the pupil premium.
        pupil_premium: BoolFilter => PupilPremium,
        /// By first language.
        first_language: EnumFilter<FirstLanguage> => FirstLanguage,
    }
}

order! {
    /// In which order characteristics come.
    PupilCharacteristicsOrder of pupil_characteristics {
        /// As they were recorded.
        Recorded => [Version],
    }
}

listed!(School by SchoolFilter, SchoolOrder);
listed!(AcademicYear by AcademicYearFilter, AcademicYearOrder);
listed!(Phase by PhaseFilter, PhaseOrder);
listed!(Class by ClassFilter, ClassOrder);
listed!(StaffMember by StaffMemberFilter, StaffMemberOrder);
listed!(Appointment by AppointmentFilter, AppointmentOrder);
listed!(Pupil by PupilFilter, PupilOrder);
listed!(Enrolment by EnrolmentFilter, EnrolmentOrder);
listed!(PupilCharacteristics by PupilCharacteristicsFilter, PupilCharacteristicsOrder);

root! {
    /// What there is to ask of the organisation.
    OrganisationQuery {
        {
            /// The trust that you belong to; null if you hold no appointment in it.
            async fn trust(&self, ctx: &Context<'_>) -> Result<Option<Trust>> {
                Ok(load(ctx, ctx.viewer()?.trust()).await?)
            }

            /// The academic year in which today lies; null between two years, or where the year has not been set up.
            async fn current_academic_year(&self, ctx: &Context<'_>) -> Result<Option<AcademicYear>> {
                use academic_year::Column as C;
                let viewer = ctx.viewer()?;
                let now = Scoped::<academic_year::Entity>::of(viewer).filter(runs_on(C::StartsOn, C::EndsOn, viewer.today().into()));
                // Nothing keeps two years from overlapping.
                let now = now.order_by(C::Year, Order::Desc);
                Ok(ctx.db()?.one(now).await?.map(AcademicYear))
            }
        }
        /// A school; null where there is none that you may see.
        school: School by "Its id.",
        /// A class; null where there is none that you may see.
        class: Class by "Its id.",
        /// A pupil; null where there is none that you may see.
        pupil: Pupil by "The id.",
        /// The schools of the trust.
        schools: [School],
        /// The academic years of the trust.
        academic_years: [AcademicYear],
        /// The phases of the trust's schools.
        phases: [Phase],
        /// The classes of the trust.
        classes: [Class],
        /// The members of staff that you see: colleagues of your schools; for a trust lead, all.
        staff_members: [StaffMember],
        /// The appointments that you see: your own; those of the school you lead; for a trust lead, all.
        appointments: [Appointment],
        /// The pupils that you see: those of your classes, or of the school you lead.
        pupils: [Pupil],
        /// The enrolments that you see.
        enrolments: [Enrolment],
    }
}
