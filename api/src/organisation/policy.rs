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
        Area, Counted, EverAppointed, Location, PupilSet, ReadableIn, Readers, Reason, WithSpecialNeeds, YearsOfPlaces,
        policy, reached, tables,
    },
};

/// Tables of the trust that all of its staff see and its trust leads write.
macro_rules! trust_wide {
    ($($entity:ident),+ $(,)?) => {$(
        $crate::db::policy! {
            $entity: $crate::db::Area::Frame => {
                lies $crate::db::Location::trust(C::TrustId);
                read $crate::db::Readers::of(&[&$crate::organisation::holds::EVERYBODY]);
                write [$crate::organisation::holds::TRUST_LEAD];
                counted $crate::db::Counted::Not;
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

policy! {
    trust: Area::Frame => {
        lies Location::trust(C::Id);
        read Readers::of(&[&EVERYBODY]);
        write [];
        counted Counted::Not;
    }
}

policy! {
    school: Area::Frame => {
        lies Location::trust(C::TrustId).school(C::Id);
        read Readers::of(&[&EVERYBODY]);
        write [TRUST_LEAD];
        counted Counted::Not;
    }
}

policy! {
    /// Names of classes are the keys of comparisons, so all staff of the trust see them.
    class: Area::Frame => {
        lies Location::trust(C::TrustId).school(C::SchoolId).class(C::Id);
        read Readers::of(&[&EVERYBODY]);
        write [SENIOR_LEADER, MIS];
        counted Counted::Not;
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

policy! {
    /// Colleagues of one's schools: who is, was or will be appointed there. For senior leaders also who was never appointed;
    /// for a trust lead, all.
    staff_member: Area::Staff => {
        lies Location::trust(C::TrustId)
            .owner(C::Id)
            .through::<appointment::Entity>(C::Id, appointment::Column::StaffMemberId);
        read Readers::of(&[&TRUST_LEAD, &COLLEAGUE, &ONESELF]).or_when(never_appointed, &[&ANY_SENIOR_LEADER]);
        write [TRUST_LEAD, ANY_SENIOR_LEADER];
        counted Counted::Not;
    }
}

policy! {
    /// One's own; those of a school for its senior leaders; all for a trust lead. A senior leader appoints within their
    /// school; roles of the whole trust are a trust lead's to give.
    /// Behind the second wall whole: whom a senior leader sees as never appointed is decided by appointments elsewhere.
    appointment: Area::Staff => {
        lies Location::trust(C::TrustId).school(C::SchoolId).subject(C::SubjectId).class(C::ClassId).owner(C::StaffMemberId);
        read Readers::of(&[&TRUST_LEAD, &SENIOR_LEADER, &ONESELF]).with_whole_trust_within_the_wall();
        write [TRUST_LEAD, SENIOR_LEADER];
        counted Counted::Not;
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

policy! {
    /// Of the classes that one teaches, the school or the phase that one leads; for a SENCO of pupils
    /// with special educational needs; for a school's MIS, of the school; by grant.
    enrolment: Area::Pupils(C::PupilId) => {
        lies Location::trust(C::TrustId).school(C::SchoolId).year_group(C::YearGroup).class(C::ClassId).pupil(C::PupilId);
        read Readers::of(&[&CLASS_TEACHER, &SENIOR_LEADER, &PHASE_LEADER, &SENCO, &MIS, &GRANTED]);
        write [SENIOR_LEADER, MIS];
        counted Counted::Not;
    }
}

policy! {
    /// Those of whom one sees an enrolment; for a subject leader, those who were judged in the subject.
    pupil: Area::Pupils(C::Id) => {
        lies Location::trust(C::TrustId)
            .pupil(C::Id)
            .through::<enrolment::Entity>(C::Id, enrolment::Column::PupilId)
            .through::<judgement::Entity>(C::Id, judgement::Column::PupilId);
        read Readers::of(&[&CLASS_TEACHER, &SENIOR_LEADER, &PHASE_LEADER, &SENCO, &MIS, &GRANTED, &SUBJECT_LEADER]);
        write [SENIOR_LEADER, MIS];
        counted Counted::Groups { by: C::Id, of: &[C::Sex] };
        /// A grant without names tells no name, number or date of birth; a school's MIS reads back by which
        /// number it knows a pupil, and nothing more.
        fn hidden(viewer) {
            if viewer.synchronises().is_empty() && viewer.grants().iter().all(|grant| grant.names) {
                return Vec::new();
            }
            let named = reached::<pupil::Entity>(
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
                _ => (C::Sex, ReadableIn::NoRow),
            });
            hidden

        }
    }
}

/// In `rows`, or in none where no role and no grant lets the viewer read the column in `any`: then a question
/// that asks by it is refused, and not answered as if there were no such rows.
fn shown(any: bool, rows: &Condition) -> ReadableIn {
    if any { ReadableIn::RowsWhere(rows.clone()) } else { ReadableIn::NoRow }
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

policy! {
    /// Those of the pupils of whom one sees an enrolment, up to its year; not those whom one sees for a
    /// subject alone.
    /// By the places of the pupils even where a grant is for the whole trust.
    pupil_characteristics: Area::Pupils(C::PupilId) => {
        lies Location::trust(C::TrustId).pupil(C::PupilId).through_some::<enrolment::Entity>(
            C::PupilId,
            enrolment::Column::PupilId,
            recorded_by,
        );
        read Readers::nobody().or_by(
            |bounds| recorded_by(enrolment::Entity::location().within(bounds)),
            &[&CLASS_TEACHER, &SENIOR_LEADER, &PHASE_LEADER, &SENCO, &MIS, &GRANTED],
        );
        write [SENIOR_LEADER, MIS];
        counted Counted::Groups {
            by: C::PupilId,
            of: &[
                C::Disadvantaged,
                C::Sen,
                C::FirstLanguage,
            ],
        };
        /// A SENCO sees of a pupil what is provided for their needs; a school's MIS that something is recorded.
        fn hidden(viewer) {
            if !viewer.is(Role::Senco) && viewer.synchronises().is_empty() {
                return Vec::new();
            }
            let rows = reached::<pupil_characteristics::Entity>(viewer, &[&CLASS_TEACHER, &SENIOR_LEADER, &PHASE_LEADER, &GRANTED]);
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
                hidden.push((C::Sen, ReadableIn::NoRow));
            }
            hidden

        }
    }
}
