//! Who may see and change what of the organisation.

use plumbline_entity::{
    academic_year, appointment, appointment::Role, class, enrolment, phase, pupil, pupil_characteristics, school,
    school_predecessor, staff_member, trust,
};
use sea_orm::{ColumnTrait, Condition, sea_query::SelectStatement};

use crate::{
    auth::Viewer,
    db::{Place, Policy, Scoped, nothing},
};

/// The rows of a trust that hold nothing of a person: seen by all who hold an appointment in it.
/// Without any appointment the world is empty.
pub fn of_the_trust(viewer: &Viewer, trust: impl ColumnTrait) -> Condition {
    if viewer.standings().is_empty() { nothing() } else { Condition::all().add(trust.eq(viewer.trust())) }
}

/// Rows of the trust that all of its staff see and its trust leads write.
macro_rules! trust_wide {
    ($($entity:ident),+ $(,)?) => {$(
        impl $crate::db::Policy for $entity::Entity {
            fn readable(viewer: &$crate::auth::Viewer) -> sea_orm::Condition {
                $crate::organisation::policy::of_the_trust(viewer, $entity::Column::TrustId)
            }

            fn writable(viewer: &$crate::auth::Viewer, _: &$crate::db::Place) -> bool {
                viewer.is(plumbline_entity::appointment::Role::TrustLead)
            }
        }
    )+};
}
pub(crate) use trust_wide;

trust_wide!(school, school_predecessor, academic_year, phase);

impl Policy for trust::Entity {
    fn readable(viewer: &Viewer) -> Condition {
        of_the_trust(viewer, trust::Column::Id)
    }

    fn writable(_: &Viewer, _: &Place) -> bool {
        false
    }
}

/// Whether the viewer leads the school at `place`.
#[must_use]
pub fn leads_the_school(viewer: &Viewer, place: &Place) -> bool {
    place.school.is_some_and(|school| viewer.schools_as(Role::SeniorLeader).contains(&school))
}

/// Whether the viewer teaches the class at `place`, or leads its school.
#[must_use]
pub fn teaches_or_leads(viewer: &Viewer, place: &Place) -> bool {
    place.class.is_some_and(|class| viewer.classes().contains(&class)) || leads_the_school(viewer, place)
}

/// Names of classes are the keys of comparisons, so all staff of the trust see them.
impl Policy for class::Entity {
    fn readable(viewer: &Viewer) -> Condition {
        of_the_trust(viewer, class::Column::TrustId)
    }

    fn writable(viewer: &Viewer, place: &Place) -> bool {
        leads_the_school(viewer, place)
    }
}

/// Those who were never appointed to anything: whoever made their account has yet to appoint them.
fn never_appointed(viewer: &Viewer) -> Condition {
    let appointed = Scoped::<appointment::Entity>::of(&Viewer::operator(viewer.trust(), viewer.today()))
        .filter(appointment::Column::TrustId.eq(viewer.trust()))
        .values_of(appointment::Column::StaffMemberId);
    Condition::all()
        .add(staff_member::Column::TrustId.eq(viewer.trust()))
        .add(staff_member::Column::Id.not_in_subquery(appointed))
}

/// Colleagues of one's schools, and for their senior leaders who was never appointed; for a trust lead, all.
impl Policy for staff_member::Entity {
    fn readable(viewer: &Viewer) -> Condition {
        if viewer.is(Role::TrustLead) {
            return of_the_trust(viewer, staff_member::Column::TrustId);
        }
        let schools = viewer.schools();
        let colleagues = Scoped::<appointment::Entity>::of(&Viewer::operator(viewer.trust(), viewer.today()))
            .filter(appointment::Column::SchoolId.is_in(schools))
            .values_of(appointment::Column::StaffMemberId);
        let rows = nothing()
            .add(staff_member::Column::Id.in_subquery(colleagues))
            .add(staff_member::Column::Id.eq(viewer.staff_member()));
        if viewer.is(Role::SeniorLeader) { rows.add(never_appointed(viewer)) } else { rows }
    }

    fn writable(viewer: &Viewer, _: &Place) -> bool {
        viewer.is(Role::TrustLead) || viewer.is(Role::SeniorLeader)
    }
}

/// One's own; those of a school for its senior leaders; all for a trust lead.
impl Policy for appointment::Entity {
    fn readable(viewer: &Viewer) -> Condition {
        if viewer.is(Role::TrustLead) {
            return of_the_trust(viewer, appointment::Column::TrustId);
        }
        nothing()
            .add(appointment::Column::SchoolId.is_in(viewer.schools_as(Role::SeniorLeader)))
            .add(appointment::Column::StaffMemberId.eq(viewer.staff_member()))
    }

    /// A senior leader appoints within their school; roles of the whole trust are a trust lead's to give.
    fn writable(viewer: &Viewer, place: &Place) -> bool {
        viewer.is(Role::TrustLead) || leads_the_school(viewer, place)
    }
}

/// The ids of the pupils that a viewer sees by name: those of their classes, or of the school they lead.
#[must_use]
pub fn pupils_seen(viewer: &Viewer) -> SelectStatement {
    Scoped::<enrolment::Entity>::of(viewer).values_of(enrolment::Column::PupilId)
}

impl Policy for enrolment::Entity {
    fn readable(viewer: &Viewer) -> Condition {
        nothing()
            .add(enrolment::Column::ClassId.is_in(viewer.classes()))
            .add(enrolment::Column::SchoolId.is_in(viewer.schools_as(Role::SeniorLeader)))
    }

    fn writable(viewer: &Viewer, place: &Place) -> bool {
        leads_the_school(viewer, place)
    }
}

impl Policy for pupil::Entity {
    fn readable(viewer: &Viewer) -> Condition {
        Condition::all().add(pupil::Column::Id.in_subquery(pupils_seen(viewer)))
    }

    fn writable(viewer: &Viewer, place: &Place) -> bool {
        leads_the_school(viewer, place)
    }
}

impl Policy for pupil_characteristics::Entity {
    fn readable(viewer: &Viewer) -> Condition {
        Condition::all().add(pupil_characteristics::Column::PupilId.in_subquery(pupils_seen(viewer)))
    }

    fn writable(viewer: &Viewer, place: &Place) -> bool {
        leads_the_school(viewer, place)
    }
}
