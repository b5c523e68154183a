//! Who may see and change what of the organisation.

use chrono::Days;
use plumbline_entity::{
    academic_year, appointment, appointment::Role, class, enrolment, judgement, phase, pupil, pupil_characteristics,
    pupil_characteristics::SenProvision, school, school_predecessor, staff_member, trust,
};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait, Condition};

use super::holds::{
    ANY_SENIOR_LEADER, CLASS_TEACHER, COLLEAGUE, EVERYBODY, GRANTED, GRANTED_NAMES, MIS, ONESELF, PHASE_LEADER, SENCO,
    SENIOR_LEADER, SUBJECT_LEADER, TRUST_LEAD,
};
use crate::{
    auth::Viewer,
    db::{
        Area, Counted, EverAppointed, Hold, Location, Policy, PupilSet, Readers, Reason, Shown, WithSpecialNeeds,
        YearsOfPlaces, reached, tables,
    },
};

/// Tables of the trust that all of its staff see and its trust leads write.
macro_rules! trust_wide {
    ($($entity:ident),+ $(,)?) => {$(
        impl $crate::db::Policy for $entity::Entity {
            fn area() -> $crate::db::Area<$entity::Column> {
                $crate::db::Area::Frame
            }

            fn location() -> $crate::db::Location<Self> {
                $crate::db::Location::trust($entity::Column::TrustId)
            }

            fn readers() -> $crate::db::Readers<Self> {
                $crate::db::Readers::of(&[&$crate::organisation::holds::EVERYBODY])
            }

            fn writers() -> &'static [&'static $crate::db::Hold] {
                &[&$crate::organisation::holds::TRUST_LEAD]
            }

            fn counted() -> $crate::db::Counted<$entity::Column> {
                $crate::db::Counted::Not
            }
        }
    )+};
}
pub(crate) use trust_wide;

trust_wide!(school_predecessor, academic_year, phase);

tables!(
    trust,
    school,
    school_predecessor,
    academic_year,
    phase,
    class,
    staff_member,
    appointment,
    pupil,
    pupil_characteristics,
    enrolment,
);

impl Policy for trust::Entity {
    fn area() -> Area<trust::Column> {
        Area::Frame
    }

    fn location() -> Location<Self> {
        Location::trust(trust::Column::Id)
    }

    fn readers() -> Readers<Self> {
        Readers::of(&[&EVERYBODY])
    }

    fn writers() -> &'static [&'static Hold] {
        &[]
    }

    fn counted() -> Counted<trust::Column> {
        Counted::Not
    }
}

impl Policy for school::Entity {
    fn area() -> Area<school::Column> {
        Area::Frame
    }

    fn location() -> Location<Self> {
        Location::trust(school::Column::TrustId).school(school::Column::Id)
    }

    fn readers() -> Readers<Self> {
        Readers::of(&[&EVERYBODY])
    }

    fn writers() -> &'static [&'static Hold] {
        &[&TRUST_LEAD]
    }

    fn counted() -> Counted<school::Column> {
        Counted::Not
    }
}

/// Names of classes are the keys of comparisons, so all staff of the trust see them.
impl Policy for class::Entity {
    fn area() -> Area<class::Column> {
        Area::Frame
    }

    fn location() -> Location<Self> {
        Location::trust(class::Column::TrustId).school(class::Column::SchoolId).class(class::Column::Id)
    }

    fn readers() -> Readers<Self> {
        Readers::of(&[&EVERYBODY])
    }

    fn writers() -> &'static [&'static Hold] {
        &[&SENIOR_LEADER, &MIS]
    }

    fn counted() -> Counted<class::Column> {
        Counted::Not
    }
}

/// Those who were never appointed to anything: whoever made their account has yet to appoint them.
fn never_appointed(viewer: &Viewer) -> Condition {
    let appointed = EverAppointed
        .of::<appointment::Entity>()
        .filter(appointment::Column::TrustId.eq(viewer.trust()))
        .values_of(appointment::Column::StaffMemberId);
    Condition::all().add(staff_member::Column::Id.not_in_subquery(appointed))
}

/// Colleagues of one's schools: who is, was or will be appointed there. For senior leaders also who was never appointed;
/// for a trust lead, all.
impl Policy for staff_member::Entity {
    fn area() -> Area<staff_member::Column> {
        Area::Staff
    }

    fn location() -> Location<Self> {
        use staff_member::Column as C;
        Location::trust(C::TrustId)
            .owner(C::Id)
            .through::<appointment::Entity>(C::Id, appointment::Column::StaffMemberId)
    }

    fn readers() -> Readers<Self> {
        Readers::of(&[&TRUST_LEAD, &COLLEAGUE, &ONESELF]).or_when(never_appointed, &[&ANY_SENIOR_LEADER])
    }

    fn writers() -> &'static [&'static Hold] {
        &[&TRUST_LEAD, &ANY_SENIOR_LEADER]
    }

    fn counted() -> Counted<staff_member::Column> {
        Counted::Not
    }
}

/// One's own; those of a school for its senior leaders; all for a trust lead. A senior leader appoints within their
/// school; roles of the whole trust are a trust lead's to give.
impl Policy for appointment::Entity {
    fn area() -> Area<appointment::Column> {
        Area::Staff
    }

    fn location() -> Location<Self> {
        use appointment::Column as C;
        Location::trust(C::TrustId).school(C::SchoolId).subject(C::SubjectId).class(C::ClassId).owner(C::StaffMemberId)
    }

    /// Behind the second wall whole: whom a senior leader sees as never appointed is decided by appointments elsewhere.
    fn readers() -> Readers<Self> {
        Readers::of(&[&TRUST_LEAD, &SENIOR_LEADER, &ONESELF]).with_whole_trust_within_the_wall()
    }

    fn writers() -> &'static [&'static Hold] {
        &[&TRUST_LEAD, &SENIOR_LEADER]
    }

    fn counted() -> Counted<appointment::Column> {
        Counted::Not
    }
}

/// The pupils of the trust with provision for special educational needs in this academic
/// year or the one before it, so that none is out of sight in September.
#[must_use]
pub fn with_special_needs(viewer: &Viewer) -> PupilSet {
    let a_year_ago = viewer.today().checked_sub_days(Days::new(365)).unwrap_or_default();
    let years = WithSpecialNeeds
        .of::<academic_year::Entity>()
        .filter(academic_year::Column::TrustId.eq(viewer.trust()))
        .filter(academic_year::Column::StartsOn.lte(viewer.today()))
        .filter(academic_year::Column::EndsOn.gte(a_year_ago));
    let ids = WithSpecialNeeds
        .of::<pupil_characteristics::Entity>()
        .filter(pupil_characteristics::Column::AcademicYearId.in_subquery(years.ids()))
        .filter(pupil_characteristics::Column::Sen.ne(SenProvision::None))
        .values_of(pupil_characteristics::Column::PupilId);
    PupilSet { name: "with special educational needs", ids }
}

/// Of the classes that one teaches, the school or the phase that one leads; for a SENCO of pupils
/// with special educational needs; for a school's MIS, of the school; by grant.
impl Policy for enrolment::Entity {
    fn area() -> Area<enrolment::Column> {
        Area::Pupils(enrolment::Column::PupilId)
    }

    fn location() -> Location<Self> {
        use enrolment::Column as C;
        Location::trust(C::TrustId).school(C::SchoolId).year_group(C::YearGroup).class(C::ClassId).pupil(C::PupilId)
    }

    fn readers() -> Readers<Self> {
        Readers::of(&[&CLASS_TEACHER, &SENIOR_LEADER, &PHASE_LEADER, &SENCO, &MIS, &GRANTED])
    }

    fn writers() -> &'static [&'static Hold] {
        &[&SENIOR_LEADER, &MIS]
    }

    fn counted() -> Counted<enrolment::Column> {
        Counted::Not
    }
}

/// Those of whom one sees an enrolment; for a subject leader, those who were judged in the subject.
impl Policy for pupil::Entity {
    fn area() -> Area<pupil::Column> {
        Area::Pupils(pupil::Column::Id)
    }

    fn location() -> Location<Self> {
        use pupil::Column as C;
        Location::trust(C::TrustId)
            .pupil(C::Id)
            .through::<enrolment::Entity>(C::Id, enrolment::Column::PupilId)
            .through::<judgement::Entity>(C::Id, judgement::Column::PupilId)
    }

    fn readers() -> Readers<Self> {
        Readers::of(&[&CLASS_TEACHER, &SENIOR_LEADER, &PHASE_LEADER, &SENCO, &MIS, &GRANTED, &SUBJECT_LEADER])
    }

    fn writers() -> &'static [&'static Hold] {
        &[&SENIOR_LEADER, &MIS]
    }

    fn counted() -> Counted<pupil::Column> {
        Counted::Groups { by: pupil::Column::Id, of: &[pupil::Column::Sex] }
    }

    /// A grant without names tells no name, number or date of birth; a school's MIS reads back by which
    /// number it knows a pupil, and nothing more.
    fn hidden(viewer: &Viewer) -> Vec<(pupil::Column, Shown)> {
        use pupil::Column as C;
        if viewer.synchronises().is_empty() && viewer.grants().iter().all(|grant| grant.names) {
            return Vec::new();
        }
        let named = reached::<Self>(
            viewer,
            &[&CLASS_TEACHER, &SENIOR_LEADER, &PHASE_LEADER, &SENCO, &SUBJECT_LEADER, &GRANTED_NAMES],
        );
        let by_name = viewer.standings().iter().any(|standing| standing.school.is_some())
            || viewer.grants().iter().any(|grant| grant.names);
        let mut hidden =
            [C::GivenName, C::FamilyName, C::DateOfBirth].map(|name| (name, shown(by_name, &named))).to_vec();
        // An MIS speaks for itself alone: all that it sees are the pupils of its schools.
        hidden.push(match viewer.synchronises() {
            [] => (C::Upn, shown(by_name, &named)),
            _ => (C::Sex, Shown::Never),
        });
        hidden
    }
}

/// In `rows`, or in none where no role and no grant lets the viewer read the column in `any`: then a question
/// that asks by it is refused, and not answered as if there were no such rows.
fn shown(any: bool, rows: &Condition) -> Shown {
    if any { Shown::Where(rows.clone()) } else { Shown::Never }
}

/// What is recorded of the pupils of some enrolments, up to the academic year of each: what a later school or
/// class records of a pupil who moved on is not for those whom they left.
fn recorded_by(enrolments: Condition) -> Condition {
    use academic_year::Column as Y;
    use enrolment::Column as E;
    use pupil_characteristics::Column as C;
    let begins = |year: Expr| {
        let years = YearsOfPlaces.of::<academic_year::Entity>().filter(Y::Id.into_expr().eq(year));
        Expr::SubQuery(None, Box::new(years.values_of(Y::StartsOn).into()))
    };
    let places = YearsOfPlaces
        .of::<enrolment::Entity>()
        .filter(enrolments)
        .filter(E::PupilId.into_expr().eq(C::PupilId.into_expr()))
        .filter(begins(E::AcademicYearId.into_expr()).gte(begins(C::AcademicYearId.into_expr())));
    Condition::all().add(Expr::exists(places.ids()))
}

/// Those of the pupils of whom one sees an enrolment, up to its year; not those whom one sees for a
/// subject alone.
impl Policy for pupil_characteristics::Entity {
    fn area() -> Area<pupil_characteristics::Column> {
        Area::Pupils(pupil_characteristics::Column::PupilId)
    }

    fn location() -> Location<Self> {
        use pupil_characteristics::Column as C;
        Location::trust(C::TrustId).pupil(C::PupilId).through_some::<enrolment::Entity>(
            C::PupilId,
            enrolment::Column::PupilId,
            recorded_by,
        )
    }

    fn readers() -> Readers<Self> {
        // By the places of the pupils even where a grant is for the whole trust.
        Readers::nobody().or_by(
            |bounds| recorded_by(enrolment::Entity::location().within(bounds)),
            &[&CLASS_TEACHER, &SENIOR_LEADER, &PHASE_LEADER, &SENCO, &MIS, &GRANTED],
        )
    }

    fn writers() -> &'static [&'static Hold] {
        &[&SENIOR_LEADER, &MIS]
    }

    fn counted() -> Counted<pupil_characteristics::Column> {
        Counted::Groups {
            by: pupil_characteristics::Column::PupilId,
            of: &[
                pupil_characteristics::Column::Disadvantaged,
                pupil_characteristics::Column::Sen,
                pupil_characteristics::Column::FirstLanguage,
            ],
        }
    }

    /// A SENCO sees of a pupil what is provided for their needs; a school's MIS that something is recorded.
    fn hidden(viewer: &Viewer) -> Vec<(pupil_characteristics::Column, Shown)> {
        use pupil_characteristics::Column as C;
        if !viewer.is(Role::Senco) && viewer.synchronises().is_empty() {
            return Vec::new();
        }
        let rows = reached::<Self>(viewer, &[&CLASS_TEACHER, &SENIOR_LEADER, &PHASE_LEADER, &GRANTED]);
        let others = [
            C::FreeSchoolMeals,
            C::EverSixFreeSchoolMeals,
            C::EverInCare,
            C::ServiceChild,
            C::Disadvantaged,
            C::PupilPremium,
            C::FirstLanguage,
        ];
        let leads = [Role::ClassTeacher, Role::SeniorLeader, Role::PhaseLeader].iter().any(|role| viewer.is(*role));
        let described = leads || !viewer.grants().is_empty();
        let mut hidden = others.map(|column| (column, shown(described, &rows))).to_vec();
        if !viewer.synchronises().is_empty() {
            hidden.push((C::Sen, Shown::Never));
        }
        hidden
    }
}
