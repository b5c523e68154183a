//! Who may see and change what of the organisation.

use chrono::{Days, NaiveDate};
use plumbline_entity::{
    academic_year, appointment, appointment::Role, class, enrolment, judgement, phase, pupil, pupil_characteristics,
    pupil_characteristics::SenProvision, school, school_predecessor, staff_member, trust,
};
use sea_orm::sea_query::{Expr, ExprTrait as _, SelectStatement};
use sea_orm::{ColumnTrait, Condition};
use uuid::Uuid;

use crate::{
    auth::{Standing, Viewer},
    db::{Area, Place, Policy, Scoped, Shown, nothing},
};

/// The rows of a trust that hold nothing of a person: seen by all who hold an appointment in it, and
/// by its client applications. Without any appointment the world is empty.
pub fn of_the_trust(viewer: &Viewer, trust: impl ColumnTrait) -> Condition {
    if viewer.belongs() { Condition::all().add(trust.eq(viewer.trust())) } else { nothing() }
}

/// Rows of the trust that all of its staff see and its trust leads write.
macro_rules! trust_wide {
    ($($entity:ident),+ $(,)?) => {$(
        impl $crate::db::Policy for $entity::Entity {
            fn area() -> $crate::db::Area<$entity::Column> {
                $crate::db::Area::Frame
            }

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
    fn area() -> Area<trust::Column> {
        Area::Frame
    }

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

/// Whether the viewer keeps the roll of the school at `place`: leads it, or is its MIS.
fn keeps_the_roll(viewer: &Viewer, place: &Place) -> bool {
    leads_the_school(viewer, place) || place.school.is_some_and(|school| viewer.synchronises().contains(&school))
}

/// Whether the viewer teaches the class at `place`, or leads its school.
#[must_use]
pub fn teaches_or_leads(viewer: &Viewer, place: &Place) -> bool {
    place.class.is_some_and(|class| viewer.classes().contains(&class)) || leads_the_school(viewer, place)
}

/// Names of classes are the keys of comparisons, so all staff of the trust see them.
impl Policy for class::Entity {
    fn area() -> Area<class::Column> {
        Area::Frame
    }

    fn readable(viewer: &Viewer) -> Condition {
        of_the_trust(viewer, class::Column::TrustId)
    }

    fn writable(viewer: &Viewer, place: &Place) -> bool {
        keeps_the_roll(viewer, place)
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

/// The ids of those who are, were or will be appointed in one of these schools.
fn appointed_in(viewer: &Viewer, schools: &[Uuid]) -> SelectStatement {
    Scoped::<appointment::Entity>::of(&Viewer::operator(viewer.trust(), viewer.today()))
        .filter(appointment::Column::SchoolId.is_in(schools.iter().copied()))
        .values_of(appointment::Column::StaffMemberId)
}

/// Colleagues of one's schools, and for their senior leaders who was never appointed; for a trust lead, all.
impl Policy for staff_member::Entity {
    fn area() -> Area<staff_member::Column> {
        Area::Staff
    }

    fn readable(viewer: &Viewer) -> Condition {
        if viewer.is(Role::TrustLead) {
            return of_the_trust(viewer, staff_member::Column::TrustId);
        }
        let rows = nothing()
            .add(staff_member::Column::Id.in_subquery(appointed_in(viewer, &viewer.schools())))
            .add(staff_member::Column::Id.eq(viewer.staff_member()));
        if viewer.is(Role::SeniorLeader) { rows.add(never_appointed(viewer)) } else { rows }
    }

    fn writable(viewer: &Viewer, _: &Place) -> bool {
        viewer.is(Role::TrustLead) || viewer.is(Role::SeniorLeader)
    }

    fn in_schools(schools: &[Uuid]) -> Option<Condition> {
        // The appointments of these schools alone are looked at, so that of no other trust's either.
        Some(Condition::all().add(staff_member::Column::Id.in_subquery(appointed_in(&anybody(), schools))))
    }
}

/// One's own; those of a school for its senior leaders; all for a trust lead.
impl Policy for appointment::Entity {
    fn area() -> Area<appointment::Column> {
        Area::Staff
    }

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

/// The ids of the pupils of some enrolments of the trust.
fn enrolled(viewer: &Viewer, rows: Condition) -> SelectStatement {
    Scoped::<enrolment::Entity>::of(&Viewer::operator(viewer.trust(), viewer.today()))
        .filter(rows)
        .values_of(enrolment::Column::PupilId)
}

/// The ids of the pupils of a class that a viewer teaches.
#[must_use]
pub fn pupils_taught(viewer: &Viewer, class: Uuid) -> SelectStatement {
    enrolled(viewer, Condition::all().add(enrolment::Column::ClassId.eq(class)))
}

/// The ids of the pupils of the trust with provision for special educational needs in this academic
/// year or the one before it, so that none is out of sight in September.
#[must_use]
pub fn pupils_with_sen(viewer: &Viewer) -> SelectStatement {
    let operator = Viewer::operator(viewer.trust(), viewer.today());
    let a_year_ago = viewer.today().checked_sub_days(Days::new(365)).unwrap_or_default();
    let years = Scoped::<academic_year::Entity>::of(&operator)
        .filter(academic_year::Column::TrustId.eq(viewer.trust()))
        .filter(academic_year::Column::StartsOn.lte(viewer.today()))
        .filter(academic_year::Column::EndsOn.gte(a_year_ago));
    Scoped::<pupil_characteristics::Entity>::of(&operator)
        .filter(pupil_characteristics::Column::AcademicYearId.in_subquery(years.ids()))
        .filter(pupil_characteristics::Column::Sen.ne(SenProvision::None))
        .values_of(pupil_characteristics::Column::PupilId)
}

/// Rows of the school and year groups of a phase that somebody leads.
pub fn of_the_phase(led: &Standing, school: impl ColumnTrait, year_group: impl ColumnTrait) -> Condition {
    match led.phase {
        Some((lowest, highest)) => {
            Condition::all().add(school.eq(led.school)).add(year_group.gte(lowest)).add(year_group.lte(highest))
        }
        None => nothing(),
    }
}

/// The rows of the schools that a viewer holds a grant for, with names or by any grant.
pub fn granted(viewer: &Viewer, names_needed: bool, trust: impl ColumnTrait, school: impl ColumnTrait) -> Condition {
    let grants = viewer.grants().iter().filter(|grant| grant.names || !names_needed);
    grants.fold(nothing(), |rows, grant| match grant.school {
        Some(id) => rows.add(school.eq(id)),
        None => rows.add(trust.eq(viewer.trust())),
    })
}

/// The enrolments by which somebody's role lets them see the pupils by name.
fn enrolments_by_role(viewer: &Viewer) -> Condition {
    use enrolment::Column as C;
    let mut rows =
        nothing().add(C::ClassId.is_in(viewer.classes())).add(C::SchoolId.is_in(viewer.schools_as(Role::SeniorLeader)));
    for led in viewer.held(Role::PhaseLeader) {
        rows = rows.add(of_the_phase(led, C::SchoolId, C::YearGroup));
    }
    if viewer.is(Role::Senco) {
        rows = rows.add(of_pupils_with_sen(viewer, C::SchoolId, C::PupilId));
    }
    rows
}

/// The rows of pupils with special educational needs in the schools where the viewer is SENCO.
pub fn of_pupils_with_sen(viewer: &Viewer, school: impl ColumnTrait, pupil: impl ColumnTrait) -> Condition {
    Condition::all().add(school.is_in(viewer.schools_as(Role::Senco))).add(pupil.in_subquery(pupils_with_sen(viewer)))
}

/// The ids of the pupils that a viewer sees by where they are or were enrolled; what a client
/// application leaves of them is its own rule.
fn pupils_seen(viewer: &Viewer) -> SelectStatement {
    enrolled(viewer, enrolment::Entity::readable(viewer))
}

impl Policy for enrolment::Entity {
    fn area() -> Area<enrolment::Column> {
        Area::Pupils(enrolment::Column::PupilId)
    }

    /// Of the classes that one teaches, the school or the phase that one leads; for a SENCO of pupils
    /// with special educational needs; for a school's MIS, of the school; by grant.
    fn readable(viewer: &Viewer) -> Condition {
        use enrolment::Column as C;
        enrolments_by_role(viewer).add(C::SchoolId.is_in(viewer.synchronises().iter().copied())).add(granted(
            viewer,
            false,
            C::TrustId,
            C::SchoolId,
        ))
    }

    fn writable(viewer: &Viewer, place: &Place) -> bool {
        keeps_the_roll(viewer, place)
    }
}

/// The ids of the pupils who were judged in the subjects that a viewer leads, in their school.
fn pupils_judged(viewer: &Viewer) -> SelectStatement {
    use judgement::Column as C;
    let led = viewer.held(Role::SubjectLeader).fold(nothing(), |rows, led| {
        rows.add(Condition::all().add(C::SchoolId.eq(led.school)).add(C::SubjectId.eq(led.subject)))
    });
    Scoped::<judgement::Entity>::of(&Viewer::operator(viewer.trust(), viewer.today())).filter(led).values_of(C::PupilId)
}

/// The pupils whom somebody's role lets them see by name, and those of a grant that says so.
fn pupils_by_name(viewer: &Viewer) -> Condition {
    use enrolment::Column as C;
    let enrolments = enrolments_by_role(viewer).add(granted(viewer, true, C::TrustId, C::SchoolId));
    let rows = nothing().add(pupil::Column::Id.in_subquery(enrolled(viewer, enrolments)));
    if viewer.is(Role::SubjectLeader) { rows.add(pupil::Column::Id.in_subquery(pupils_judged(viewer))) } else { rows }
}

/// Whether the viewer may see rows of pupils otherwise than by a role that knows them by name.
fn sees_pupils_without_names(viewer: &Viewer) -> bool {
    !viewer.synchronises().is_empty() || viewer.grants().iter().any(|grant| !grant.names)
}

impl Policy for pupil::Entity {
    fn area() -> Area<pupil::Column> {
        Area::Pupils(pupil::Column::Id)
    }

    /// Those of whom one sees an enrolment; for a subject leader, those who were judged in the subject.
    fn readable(viewer: &Viewer) -> Condition {
        let rows = nothing().add(pupil::Column::Id.in_subquery(pupils_seen(viewer)));
        if viewer.is(Role::SubjectLeader) {
            rows.add(pupil::Column::Id.in_subquery(pupils_judged(viewer)))
        } else {
            rows
        }
    }

    fn writable(viewer: &Viewer, place: &Place) -> bool {
        keeps_the_roll(viewer, place)
    }

    /// A grant without names tells no name, number or date of birth; a school's MIS reads back by which
    /// number it knows a pupil, and nothing more.
    fn hidden(viewer: &Viewer) -> Vec<(pupil::Column, Shown)> {
        use pupil::Column as C;
        if !sees_pupils_without_names(viewer) {
            return Vec::new();
        }
        let named = pupils_by_name(viewer);
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

    fn in_schools(schools: &[Uuid]) -> Option<Condition> {
        Some(Condition::all().add(pupil::Column::Id.in_subquery(enrolled_in(schools))))
    }
}

/// In `rows`, or in none where no role and no grant lets the viewer read the column in `any`: then a question
/// that asks by it is refused, and not answered as if there were no such rows.
fn shown(any: bool, rows: &Condition) -> Shown {
    if any { Shown::Where(rows.clone()) } else { Shown::Never }
}

/// The service, where what it reads is narrowed by rows that are somebody's: in no trust and on no day of its own.
fn anybody() -> Viewer {
    Viewer::operator(Uuid::nil(), NaiveDate::default())
}

/// The enrolments in one of these schools.
fn on_roll_in(schools: &[Uuid]) -> Condition {
    Condition::all().add(enrolment::Column::SchoolId.is_in(schools.iter().copied()))
}

/// The ids of the pupils who are or were on roll in one of these schools.
fn enrolled_in(schools: &[Uuid]) -> SelectStatement {
    enrolled(&anybody(), on_roll_in(schools))
}

/// What is recorded of the pupils of some enrolments, up to the academic year of each: what a later school or
/// class records of a pupil who moved on is not for those whom they left.
fn recorded_by(enrolments: Condition) -> Condition {
    use academic_year::Column as Y;
    use enrolment::Column as E;
    use pupil_characteristics::Column as C;
    let begins = |year: Expr| {
        let years = Scoped::<academic_year::Entity>::of(&anybody()).filter(Y::Id.into_expr().eq(year));
        Expr::SubQuery(None, Box::new(years.values_of(Y::StartsOn).into()))
    };
    let places = Scoped::<enrolment::Entity>::of(&anybody())
        .filter(enrolments)
        .filter(E::PupilId.into_expr().eq(C::PupilId.into_expr()))
        .filter(begins(E::AcademicYearId.into_expr()).gte(begins(C::AcademicYearId.into_expr())));
    Condition::all().add(Expr::exists(places.ids()))
}

impl Policy for pupil_characteristics::Entity {
    fn area() -> Area<pupil_characteristics::Column> {
        Area::Pupils(pupil_characteristics::Column::PupilId)
    }

    /// Those of the pupils of whom one sees an enrolment, up to its year; not those whom one sees for a
    /// subject alone.
    fn readable(viewer: &Viewer) -> Condition {
        recorded_by(enrolment::Entity::readable(viewer))
    }

    fn writable(viewer: &Viewer, place: &Place) -> bool {
        keeps_the_roll(viewer, place)
    }

    /// A SENCO sees of a pupil what is provided for their needs; a school's MIS that something is recorded.
    fn hidden(viewer: &Viewer) -> Vec<(pupil_characteristics::Column, Shown)> {
        use enrolment::Column as E;
        use pupil_characteristics::Column as C;
        if !viewer.is(Role::Senco) && viewer.synchronises().is_empty() {
            return Vec::new();
        }
        let mut enrolments = nothing()
            .add(E::ClassId.is_in(viewer.classes()))
            .add(E::SchoolId.is_in(viewer.schools_as(Role::SeniorLeader)))
            .add(granted(viewer, false, E::TrustId, E::SchoolId));
        for led in viewer.held(Role::PhaseLeader) {
            enrolments = enrolments.add(of_the_phase(led, E::SchoolId, E::YearGroup));
        }
        let rows = recorded_by(enrolments);
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

    fn in_schools(schools: &[Uuid]) -> Option<Condition> {
        Some(recorded_by(on_roll_in(schools)))
    }
}
