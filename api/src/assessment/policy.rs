//! Who may see and record judgements.

use plumbline_entity::{appointment::Role, assessment_window, framework, grade, judgement};
use sea_orm::{ColumnTrait, Condition};

use crate::{
    auth::Viewer,
    db::{Area, Place, Policy, nothing},
    organisation::policy::{granted, of_pupils_with_sen, of_the_phase, pupils_taught, teaches_or_leads, trust_wide},
};

trust_wide!(framework, grade, assessment_window);

impl Policy for judgement::Entity {
    fn area() -> Area<judgement::Column> {
        Area::Pupils(judgement::Column::PupilId)
    }

    /// A class teacher sees all judgements of the pupils of their classes, a senior leader those made
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
        if viewer.is(Role::ClassTeacher) {
            rows = rows.add(C::PupilId.in_subquery(pupils_taught(viewer)));
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
