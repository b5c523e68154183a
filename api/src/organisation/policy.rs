//! Who may see and change what of the organisation.

use chrono::Days;
use plumbline_entity::{
    academic_year, appointment, appointment::Role, class, enrolment, former_name, former_upn, judgement, phase, pupil,
    pupil_characteristics, pupil_characteristics::SenProvision, school, school_predecessor, staff_member, trust,
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
        Area, Counted, EverAppointed, Location, PupilSet, ReadableIn, Readers, Reason, Way, WithSpecialNeeds,
        YearsOfPlaces, policy, reached, tables,
    },
};

/// Tables that all staff of the trust see and its trust leads write.
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

trust_wide!(school_predecessor, phase);

policy! {
    /// Its last day says by which version of a curriculum its classes are measured, its first when its terms end.
    academic_year: Area::Frame => {
        lies Location::trust(C::TrustId);
        read Readers::of(&[&EVERYBODY]);
        write [TRUST_LEAD];
        counted Counted::Rows(&[C::Id]);
    }
}

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
    former_name,
    former_upn,
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
        counted Counted::Rows(&[C::Id]);
    }
}

/// Staff who were never appointed. Whoever made their account still has to appoint them.
fn never_appointed(viewer: &Viewer) -> Way<staff_member::Entity> {
    let appointed = EverAppointed
        .of::<appointment::Entity>()
        .filter(appointment::Column::TrustId.eq(viewer.trust()))
        .values_of(appointment::Column::StaffMemberId);
    Condition::all().add(staff_member::Column::Id.not_in_subquery(appointed)).into()
}

policy! {
    /// Staff see the colleagues of their schools: whoever is, was or will be appointed there. Senior leaders also see
    /// staff who were never appointed. Trust leads see everybody.
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
    /// Staff see their own appointments, senior leaders those of their school, trust leads all. A senior leader
    /// appoints within their school; only a trust lead gives roles of the whole trust. The second wall lets the whole
    /// table through: appointments in other schools decide whom a senior leader sees as never appointed.
    appointment: Area::Staff => {
        lies Location::trust(C::TrustId).school(C::SchoolId).subject(C::SubjectId).class(C::ClassId).owner(C::StaffMemberId);
        read Readers::of(&[&TRUST_LEAD, &SENIOR_LEADER, &ONESELF]).with_whole_trust_within_the_wall();
        write [TRUST_LEAD, SENIOR_LEADER];
        counted Counted::Not;
    }
}

/// The pupils of the trust with provision for special educational needs in this academic year or the one before. The
/// year before counts so that no pupil disappears in September.
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
    /// Teachers see the enrolments of their classes, leaders those of their school or phase, a SENCO those of pupils
    /// with special educational needs, a school's MIS those of the school. Grants open more.
    enrolment: Area::Pupils(C::PupilId) => {
        lies Location::trust(C::TrustId).school(C::SchoolId).year_group(C::YearGroup).class(C::ClassId).pupil(C::PupilId);
        read Readers::of(&[&CLASS_TEACHER, &SENIOR_LEADER, &PHASE_LEADER, &SENCO, &MIS, &GRANTED]);
        write [SENIOR_LEADER, MIS];
        counted Counted::Not;
    }
}

policy! {
    /// Whoever sees an enrolment of a pupil sees the pupil. A subject leader sees the pupils who were judged in the
    /// subject.
    pupil: Area::Pupils(C::Id) => {
        lies Location::trust(C::TrustId)
            .pupil(C::Id)
            .through::<enrolment::Entity>(C::Id, enrolment::Column::PupilId)
            .through::<judgement::Entity>(C::Id, judgement::Column::PupilId);
        read Readers::of(&[&CLASS_TEACHER, &SENIOR_LEADER, &PHASE_LEADER, &SENCO, &MIS, &GRANTED, &SUBJECT_LEADER]);
        write [SENIOR_LEADER, MIS];
        counted Counted::Groups { by: C::Id, of: &[C::Sex] };
        identified by [[Upn], [GivenName, FamilyName], [DateOfBirth]];
        /// A grant without names shows no name, number or date of birth. A school's MIS reads back the number by which
        /// it knows a pupil, and nothing more.
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
            // An MIS speaks for itself alone, so every pupil whom it sees belongs to its schools.
            hidden.push(match viewer.synchronises() {
                [] => (C::Upn, shown(by_name, &named)),
                _ => (C::Sex, ReadableIn::NoRow),
            });
            hidden

        }
    }
}

/// The column can be read in `rows`; `any` says whether some role or grant lets the viewer read it at all. If none
/// does, a question that filters or orders by the column is refused. It is not answered as if there were no such rows.
fn shown(any: bool, rows: &Condition) -> ReadableIn {
    if any { ReadableIn::RowsWhere(rows.clone()) } else { ReadableIn::NoRow }
}

/// What is recorded about the pupils of some enrolments, up to the academic year of each enrolment. What a later
/// school or class records about a pupil is not for the school or class that the pupil left.
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
    /// Whoever sees an enrolment of a pupil sees these, up to the year of the enrolment. Whoever sees a pupil for a
    /// subject alone does not. Even under a grant for the whole trust, the enrolments of the pupils decide.
    pupil_characteristics: Area::Pupils(C::PupilId) => {
        lies Location::trust(C::TrustId).pupil(C::PupilId).through_some::<enrolment::Entity>(
            C::PupilId,
            enrolment::Column::PupilId,
            recorded_by,
        );
        read Readers::nobody().or_by(
            |bounds| vec![recorded_by(enrolment::Entity::location().within(bounds)).into()],
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
        /// A SENCO sees which provision a pupil has for their needs. A school's MIS sees only that something is
        /// recorded.
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

policy! {
    /// Nobody is shown a number that was wrong. It is kept for the person who asks what is held of them.
    former_upn: Area::Pupils(C::PupilId) => {
        lies Location::trust(C::TrustId)
            .pupil(C::PupilId)
            .through::<enrolment::Entity>(C::PupilId, enrolment::Column::PupilId);
        read Readers::nobody();
        write [SENIOR_LEADER, MIS];
        counted Counted::Not;
    }
}

policy! {
    /// Nobody is shown a name that a pupil had: it may be that of a family from which a child was taken. As a number that was
    /// wrong.
    former_name: Area::Pupils(C::PupilId) => {
        lies Location::trust(C::TrustId)
            .pupil(C::PupilId)
            .through::<enrolment::Entity>(C::PupilId, enrolment::Column::PupilId);
        read Readers::nobody();
        write [SENIOR_LEADER, MIS];
        counted Counted::Not;
    }
}
