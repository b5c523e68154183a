//! Who sees and writes how the curriculum is planned and taught. Plans and what is in focus are no secret in a trust that learns from
//! each other; who takes a plan up, and what was taught in a class, is for the school and for whoever compares schools; what is done
//! for a pupil is for those who see the pupil's class.

use plumbline_entity::{
    adaptation, adaptation::AdaptationAudience, appointment::Role, coverage_cell, enrolment, focus, insecure_pupil,
    plan, plan_objective, plan_step, plan_step::PlanStepKind, shared_adaptation, taught_objective,
};
use sea_orm::{ColumnTrait as _, Condition};

use crate::{
    auth::Viewer,
    db::{Area, Bounds, Counted, Dimension, Hold, Location, Permit, Place, Policy, Readers, Side, Way, policy, tables},
    graphql::{Acting, Refusal},
    organisation::holds::{
        CLASS_TEACHER, COLLEAGUE, EVERYBODY, ONESELF, PHASE_LEADER, SENCO, SENIOR_LEADER, SUBJECT_LEADER, TRUST_LEAD,
    },
};

tables!(
    plan,
    plan_objective,
    plan_step,
    adaptation,
    shared_adaptation,
    taught_objective,
    insecure_pupil,
    coverage_cell,
    focus,
);

/// Whoever wrote it, as long as they are appointed in the school.
const AUTHOR: Hold = Hold {
    who: "colleagues of a school, their own",
    bounds: |viewer| match (viewer.staff_member(), viewer.schools()) {
        (Some(own), schools) if !schools.is_empty() => {
            vec![Bounds::schools(viewer.trust(), schools).owned_by(own)]
        }
        _ => Vec::new(),
    },
    wall: Side::Schools,
};

/// Whoever does it, as long as they are appointed in the trust: who has left sees neither the plan nor what was said of it.
const OWN: Hold = Hold {
    who: "everybody who is appointed, their own",
    bounds: |viewer| match viewer.belongs() {
        true => (ONESELF.bounds)(viewer),
        false => Vec::new(),
    },
    wall: Side::Own,
};

/// Trust analysts and trust leads, for what is no secret of a pupil.
const LOOKS_OVER_SCHOOLS: Hold = Hold {
    who: "trust analysts and trust leads, all schools",
    bounds: |viewer| match viewer.is(Role::TrustAnalyst) || viewer.is(Role::TrustLead) {
        true => vec![Bounds::trust(viewer.trust())],
        false => Vec::new(),
    },
    wall: Side::Roles(&[Role::TrustAnalyst, Role::TrustLead]),
};

policy! {
    /// A plan is changed by whoever wrote it and by those who lead its subject, its phase or the school. It lies in its youngest year
    /// group. All staff of the trust may learn from it.
    plan: Area::Frame => {
        lies Location::trust(C::TrustId)
            .school(C::SchoolId)
            .subject(C::SubjectId)
            .year_group(C::LowestYearGroup)
            .owner(C::AuthorId);
        read Readers::of(&[&EVERYBODY]);
        write [AUTHOR, SUBJECT_LEADER, PHASE_LEADER, SENIOR_LEADER];
        counted Counted::Rows(&[C::SchoolId, C::AcademicYearId, C::SubjectId]);
    }
}

policy! {
    plan_objective: Area::Frame => {
        lies Location::trust(C::TrustId)
            .school(C::SchoolId)
            .subject(C::SubjectId)
            .through::<plan::Entity>(C::PlanId, plan::Column::Id)
            .sharing(&[Dimension::School, Dimension::Subject]);
        read Readers::of(&[&EVERYBODY]);
        write [AUTHOR, SUBJECT_LEADER, PHASE_LEADER, SENIOR_LEADER];
        counted Counted::Rows(&[C::SchoolId, C::AcademicYearId, C::SubjectId]);
    }
}

/// Tasks and reviews: what a team shares of a plan.
fn shared_by_the_team(_: &Viewer) -> Way<plan_step::Entity> {
    let kinds = plan_step::Column::Kind.is_in([PlanStepKind::Task, PlanStepKind::Review]);
    Condition::all().add(kinds).into()
}

policy! {
    /// Colleagues of a school see the tasks and reviews of its plans. Conversations, and who takes a plan up, are seen by those whom
    /// they concern, by the teachers of the class, and by those who lead the subject, the phase, the school or the trust. Which step
    /// of a plan is whose to write, the mutations say.
    plan_step: Area::Teaching => {
        lies Location::trust(C::TrustId)
            .school(C::SchoolId)
            .subject(C::SubjectId)
            .class(C::ClassId)
            .owner(C::StaffMemberId)
            .through::<plan::Entity>(C::PlanId, plan::Column::Id)
            .sharing(&[Dimension::School, Dimension::Subject]);
        read Readers::of(&[&CLASS_TEACHER, &SUBJECT_LEADER, &PHASE_LEADER, &SENIOR_LEADER, &TRUST_LEAD, &OWN])
            .or_when(shared_by_the_team, &[&COLLEAGUE]);
        write [COLLEAGUE];
        counted Counted::Rows(&[C::PlanId, C::ClassId]);
    }
}

/// Adaptations that are for one pupil.
fn of_one_pupil(_: &Viewer) -> Way<adaptation::Entity> {
    Condition::all().add(adaptation::Column::Audience.eq(AdaptationAudience::Pupil)).into()
}

/// Adaptations that are for no single pupil.
fn of_no_pupil(_: &Viewer) -> Way<adaptation::Entity> {
    Condition::all().add(adaptation::Column::Audience.ne(AdaptationAudience::Pupil)).into()
}

policy! {
    /// Colleagues of a school see how its plans are adapted for classes and groups. What is done for one pupil is seen by the teachers
    /// of the class, by those who lead the subject, the phase or the school, and by a SENCO where the pupil has special educational
    /// needs.
    adaptation: Area::Pupils(C::PupilId) => {
        lies Location::trust(C::TrustId)
            .school(C::SchoolId)
            .subject(C::SubjectId)
            .year_group(C::YearGroup)
            .class(C::ClassId)
            .pupil(C::PupilId);
        read Readers::of(&[&CLASS_TEACHER, &SUBJECT_LEADER, &PHASE_LEADER, &SENIOR_LEADER])
            .or_when(of_one_pupil, &[&SENCO])
            .or_when(of_no_pupil, &[&COLLEAGUE]);
        write [CLASS_TEACHER, SUBJECT_LEADER, PHASE_LEADER, SENIOR_LEADER];
        counted Counted::Not;
    }
}

policy! {
    /// It names no school, no class and no pupil: all staff of the trust find it. It is written with the adaptation that it tells of, by
    /// whoever may write that.
    shared_adaptation: Area::Frame => {
        lies Location::trust(C::TrustId).subject(C::SubjectId);
        read Readers::of(&[&EVERYBODY]);
        write [];
        counted Counted::Not;
    }
}

policy! {
    /// What was taught in a class is seen by the colleagues of its school and by whoever looks over all schools. Its teachers record it,
    /// and senior leaders.
    taught_objective: Area::Teaching => {
        lies Location::trust(C::TrustId).school(C::SchoolId).subject(C::SubjectId).class(C::ClassId);
        read Readers::of(&[&COLLEAGUE, &LOOKS_OVER_SCHOOLS]);
        write [CLASS_TEACHER, SENIOR_LEADER];
        counted Counted::Rows(&[C::ClassId, C::SubjectId]);
    }
}

policy! {
    insecure_pupil: Area::Pupils(C::PupilId) => {
        lies Location::trust(C::TrustId)
            .school(C::SchoolId)
            .subject(C::SubjectId)
            .class(C::ClassId)
            .pupil(C::PupilId)
            .through::<enrolment::Entity>(C::PupilId, enrolment::Column::PupilId);
        read Readers::of(&[&CLASS_TEACHER, &SUBJECT_LEADER, &PHASE_LEADER, &SENIOR_LEADER, &SENCO]);
        write [CLASS_TEACHER, SENIOR_LEADER];
        counted Counted::Not;
    }
}

policy! {
    /// Counts of objectives, of which none is about a pupil.
    coverage_cell: Area::Teaching => {
        lies Location::trust(C::TrustId).school(C::SchoolId).subject(C::SubjectId).class(C::ClassId);
        read Readers::of(&[&COLLEAGUE, &LOOKS_OVER_SCHOOLS]);
        write [];
        counted Counted::Not;
    }
}

policy! {
    /// What a subject leader has in focus is for all to know.
    focus: Area::Frame => {
        lies Location::trust(C::TrustId).school(C::SchoolId).subject(C::SubjectId);
        read Readers::of(&[&EVERYBODY]);
        write [SUBJECT_LEADER, SENIOR_LEADER];
        counted Counted::Not;
    }
}

/// Where a plan lies.
#[must_use]
pub fn place(plan: &plan::Model) -> Place {
    led(plan).owned_by(plan.author_id)
}

/// Where a plan lies if its year groups are left open: for whoever moves it to others.
#[must_use]
pub fn place_in_any_year_group(plan: &plan::Model) -> Place {
    Place::school(plan.trust_id, plan.school_id).in_subject(plan.subject_id).owned_by(plan.author_id)
}

/// Where a plan lies, whoever wrote it: open to those who lead there.
fn led(plan: &plan::Model) -> Place {
    Place::school(plan.trust_id, plan.school_id).in_subject(plan.subject_id).in_year_group(plan.lowest_year_group)
}

/// Leave to write a plan, or the objectives that it serves.
///
/// # Errors
/// The viewer may not: a refusal with the code `FORBIDDEN`.
pub fn may<E: Policy>(by: &Acting<'_>, plan: &plan::Model) -> Result<Permit<E>, Refusal> {
    by.may(place(plan).through(plan.id))
}

/// Whether the viewer leads where a plan lies: its subject, its phase or the school.
#[must_use]
pub fn leads(by: &Acting<'_>, plan: &plan::Model) -> bool {
    by.may::<plan::Entity>(led(plan)).is_ok()
}
