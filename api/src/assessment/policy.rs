//! Who may see and record judgements.

use plumbline_entity::{academic_year, assessment_window, class, enrolment, framework, grade, judgement};
use sea_orm::sea_query::{Expr, ExprTrait as _, SelectStatement};
use sea_orm::{ColumnTrait, Condition};
use uuid::Uuid;

use crate::{
    db::{Area, Bounds, Counted, Location, Readers, Reason, Way, YearsOfPlaces, policy, tables},
    organisation::{
        holds::{CLASS_TEACHER, GRANTED, PHASE_LEADER, SENCO, SENIOR_LEADER, SUBJECT_LEADER},
        policy::trust_wide,
    },
};

trust_wide!(framework, grade, assessment_window);

tables!(framework, grade, assessment_window, judgement);

/// The assessment windows of the academic year of a class and of those before it.
fn windows_up_to_the_year_of(class: Uuid) -> SelectStatement {
    use academic_year::Column as Y;
    let its_year = YearsOfPlaces
        .of::<class::Entity>()
        .filter(class::Column::Id.eq(class))
        .values_of(class::Column::AcademicYearId);
    let begins = YearsOfPlaces.of::<academic_year::Entity>().filter(Y::Id.in_subquery(its_year)).values_of(Y::StartsOn);
    let years = YearsOfPlaces
        .of::<academic_year::Entity>()
        .filter(Y::StartsOn.into_expr().lte(Expr::SubQuery(None, Box::new(begins.into()))));
    YearsOfPlaces
        .of::<assessment_window::Entity>()
        .filter(assessment_window::Column::AcademicYearId.in_subquery(years.ids()))
        .ids()
}

/// All judgements of the pupils of a class, wherever they were made, up to the academic year of the class. What later
/// classes find about pupils who have moved on is not for this one.
fn of_pupils_taught(bounds: &Bounds) -> Vec<Way<judgement::Entity>> {
    use judgement::Column as C;
    let of_class = |class: &Uuid| {
        let taught = YearsOfPlaces
            .of::<enrolment::Entity>()
            .filter(enrolment::Column::ClassId.eq(*class))
            .values_of(enrolment::Column::PupilId);
        let windows = Condition::all().add(C::WindowId.in_subquery(windows_up_to_the_year_of(*class)));
        Way::hanging(C::PupilId, taught).and(windows)
    };
    bounds.class_ids().iter().map(of_class).collect()
}

policy! {
    /// A class teacher sees all judgements of the pupils of a class. A senior leader sees those made in their school;
    /// a phase leader, of those, the ones in their year groups; a subject leader the ones in their subject; a SENCO
    /// the ones of pupils with special educational needs. Trust roles see none without a grant: they have aggregates.
    judgement: Area::Pupils(C::PupilId) => {
        lies Location::trust(C::TrustId)
            .school(C::SchoolId)
            .subject(C::SubjectId)
            .year_group(C::YearGroup)
            .class(C::ClassId)
            .pupil(C::PupilId)
            .through::<enrolment::Entity>(C::PupilId, enrolment::Column::PupilId);
        read Readers::of(&[&SENIOR_LEADER, &PHASE_LEADER, &SUBJECT_LEADER, &SENCO, &GRANTED])
            .or_by(of_pupils_taught, &[&CLASS_TEACHER]);
        write [CLASS_TEACHER, SENIOR_LEADER];
        counted Counted::Rows(&[C::ClassId, C::WindowId, C::SubjectId]);
    }
}
