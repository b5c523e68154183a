//! Who may see and record judgements.

use plumbline_entity::{academic_year, appointment::Role, assessment_window, class, framework, grade, judgement};
use sea_orm::sea_query::{Expr, ExprTrait as _, SelectStatement};
use sea_orm::{ColumnTrait, Condition};
use uuid::Uuid;

use crate::{
    auth::Viewer,
    db::{Area, Place, Policy, Scoped, nothing},
    organisation::policy::{granted, of_pupils_with_sen, of_the_phase, pupils_taught, teaches_or_leads, trust_wide},
};

trust_wide!(framework, grade, assessment_window);

/// The assessment windows of the academic year of a class and of those before it.
fn windows_up_to_the_year_of(viewer: &Viewer, class: Uuid) -> SelectStatement {
    use academic_year::Column as Y;
    let operator = Viewer::operator(viewer.trust(), viewer.today());
    let its_year = Scoped::<class::Entity>::of(&operator).id(class).values_of(class::Column::AcademicYearId);
    let begins =
        Scoped::<academic_year::Entity>::of(&operator).filter(Y::Id.in_subquery(its_year)).values_of(Y::StartsOn);
    let years = Scoped::<academic_year::Entity>::of(&operator)
        .filter(Y::TrustId.eq(viewer.trust()))
        .filter(Y::StartsOn.into_expr().lte(Expr::SubQuery(None, Box::new(begins.into()))));
    Scoped::<assessment_window::Entity>::of(&operator)
        .filter(assessment_window::Column::AcademicYearId.in_subquery(years.ids()))
        .ids()
}

impl Policy for judgement::Entity {
    fn area() -> Area<judgement::Column> {
        Area::Pupils(judgement::Column::PupilId)
    }

    /// A class teacher sees all judgements of the pupils of a class, wherever made, up to the academic year of the
    /// class: what others find when the pupils have moved on is theirs. A senior leader sees those made
    /// in their school, a phase leader those of their year groups in it, a subject leader those of
    /// their subject in it, a SENCO those of pupils with special educational needs in it. Trust roles
    /// see none without a grant: they have aggregates.
    fn readable(viewer: &Viewer) -> Condition {
        use judgement::Column as C;
        let mut rows = nothing().add(C::SchoolId.is_in(viewer.schools_as(Role::SeniorLeader))).add(granted(
            viewer,
            false,
            C::TrustId,
            C::SchoolId,
        ));
        for class in viewer.classes() {
            let taught = Condition::all()
                .add(C::PupilId.in_subquery(pupils_taught(viewer, class)))
                .add(C::WindowId.in_subquery(windows_up_to_the_year_of(viewer, class)));
            rows = rows.add(taught);
        }
        for led in viewer.held(Role::PhaseLeader) {
            rows = rows.add(of_the_phase(led, C::SchoolId, C::YearGroup));
        }
        for led in viewer.held(Role::SubjectLeader) {
            rows = rows.add(Condition::all().add(C::SchoolId.eq(led.school)).add(C::SubjectId.eq(led.subject)));
        }
        if viewer.is(Role::Senco) {
            rows = rows.add(of_pupils_with_sen(viewer, C::SchoolId, C::PupilId));
        }
        rows
    }

    fn writable(viewer: &Viewer, place: &Place) -> bool {
        teaches_or_leads(viewer, place)
    }
}
