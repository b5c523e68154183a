//! `updateEnrolment` and `removeEnrolment`: a senior leader corrects a pupil's place in a class, or takes a mistaken one away.

use async_graphql::{InputObject, MaybeUndefined};
use plumbline_entity::{adaptation, enrolment, insecure_pupil, judgement, year_group::YearGroup};
use sea_orm::{ColumnTrait as _, Condition};

use crate::{
    db::{Read as _, Scoped, Tx},
    graphql::{
        Acting, Change, Date, Hanging, Ref, Refusal, Removed, UserError, mutation, refuse_hanging, removal, remove,
    },
    organisation::{AcademicYear, Class, Enrolment, Pupil, rules, store},
    rulebook::Ruled as _,
};

/// What to correct of a pupil's place in a class; what is left out stays as it is.
#[derive(InputObject)]
pub struct UpdateEnrolmentInput {
    /// The enrolment.
    enrolment_id: Ref<Enrolment>,
    /// The `version` of the enrolment as you read it.
    expected_version: i32,
    /// The year group that the pupil is taught in, one of the class's.
    year_group: Option<YearGroup>,
    /// First day in the class, in its academic year.
    starts_on: Option<Date>,
    /// Last day, inclusive; null takes an end back that was recorded by mistake.
    ends_on: MaybeUndefined<Date>,
}

removal! {
    /// An enrolment to remove.
    RemoveEnrolmentInput of enrolment_id: Enrolment
}

/// A place to be changed, and its pupil before it: until that is done nobody enrols or judges them elsewhere. All who change a
/// pupil's places hold the pupil first.
async fn place_to_correct(tx: &Tx, by: &Acting<'_>, id: Ref<Enrolment>) -> Result<enrolment::Model, Refusal> {
    let seen = Scoped::<enrolment::Entity>::of(by.viewer).id(id.uuid()).to_look_at();
    let seen = tx.one(seen).await?.ok_or_else(|| UserError::not_found("enrolmentId", "enrolment"))?;
    by.to_change::<Pupil>(tx, seen.pupil_id.into(), "enrolmentId").await?;
    by.to_change(tx, id, "enrolmentId").await
}

impl Change for UpdateEnrolmentInput {
    type Changed = enrolment::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<enrolment::Model, Refusal> {
        let place = place_to_correct(tx, by, self.enrolment_id).await?;
        let permit = by.may_in_school::<enrolment::Entity>(place.school_id)?;
        let class = by.named::<Class>(tx, place.class_id.into(), "enrolmentId").await?;
        let year = by.named::<AcademicYear>(tx, place.academic_year_id.into(), "enrolmentId").await?;
        let ends_on = match self.ends_on {
            MaybeUndefined::Undefined => place.ends_on,
            MaybeUndefined::Null => None,
            MaybeUndefined::Value(day) => Some(day.0),
        };
        let wanted = enrolment::Model {
            year_group: self.year_group.unwrap_or(place.year_group),
            starts_on: self.starts_on.map_or(place.starts_on, |day| day.0),
            ends_on,
            ..place.clone()
        }
        .changed_from(&place, (&class, &year))?;
        let moved = if wanted.starts_on == place.starts_on { "endsOn" } else { "startsOn" };
        rules::refuse_two_at_a_time(&store::places_of(tx, place.pupil_id).await?, &wanted, year.ends_on, moved)?;
        leave_no_judgement_out(tx, &place, &wanted).await?;
        Ok(tx.update_to(&permit, place, self.expected_version, wanted).await??)
    }
}

/// Refuses days for a place that leave out a day of it on which the pupil was judged in the class.
async fn leave_no_judgement_out(tx: &Tx, place: &enrolment::Model, wanted: &enrolment::Model) -> Result<(), Refusal> {
    use judgement::Column as J;
    let judged = |outside: Condition| {
        let there = Condition::all().add(J::PupilId.eq(place.pupil_id)).add(J::ClassId.eq(place.class_id));
        let there =
            there.add(J::JudgedOn.gte(place.starts_on)).add_option(place.ends_on.map(|last| J::JudgedOn.lte(last)));
        vec![Hanging::of::<judgement::Entity>("judgements", there.add(outside))]
    };
    let message = "There are {} of the pupil in the class that are dated before that day.";
    let before = judged(Condition::all().add(J::JudgedOn.lt(wanted.starts_on)));
    refuse_hanging(tx, "startsOn", message, before).await?;
    let Some(last) = wanted.ends_on else { return Ok(()) };
    let message = "There are {} of the pupil in the class that are dated after that day.";
    refuse_hanging(tx, "endsOn", message, judged(Condition::all().add(J::JudgedOn.gt(last)))).await
}

impl Change for RemoveEnrolmentInput {
    type Changed = Removed<enrolment::Entity>;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<Self::Changed, Refusal> {
        let place = place_to_correct(tx, by, self.enrolment_id).await?;
        let permit = by.may_in_school::<enrolment::Entity>(place.school_id)?;
        if store::places_of(tx, place.pupil_id).await?.len() < 2 {
            let message = "It is the only place that the pupil ever had: without one nobody sees them. Enrol them where they belong \
                           first; or erase or merge the record of a pupil who should not be there at all.";
            return Err(UserError::wrong_state("enrolmentId", message).into());
        }
        let judged = Condition::all()
            .add(judgement::Column::PupilId.eq(place.pupil_id))
            .add(judgement::Column::ClassId.eq(place.class_id));
        let adapted = Condition::all()
            .add(adaptation::Column::PupilId.eq(place.pupil_id))
            .add(adaptation::Column::ClassId.eq(place.class_id));
        let insecure = Condition::all()
            .add(insecure_pupil::Column::PupilId.eq(place.pupil_id))
            .add(insecure_pupil::Column::ClassId.eq(place.class_id));
        let hanging = vec![
            Hanging::of::<judgement::Entity>("judgements of the pupil in the class", judged),
            Hanging::of::<adaptation::Entity>("adaptations for the pupil in the class", adapted),
            Hanging::of::<insecure_pupil::Entity>("notes of what the pupil was not yet secure in there", insecure),
        ];
        remove(tx, &permit, place, "enrolmentId", hanging).await
    }
}

mutation! {
    /// Corrects a pupil's place in a class: its days, or the year group. For senior leaders, in their school.
    UpdateEnrolment { update_enrolment: UpdateEnrolmentInput => UpdateEnrolmentPayload {
        enrolment: Enrolment, "The enrolment as it is now."
    } }

    /// Removes a pupil's place in a class that should never have been recorded and in which they were never judged. For senior leaders,
    /// in their school.
    RemoveEnrolment { remove_enrolment: RemoveEnrolmentInput => RemoveEnrolmentPayload {
        removed_id: (Enrolment), "The id by which it was known."
    } }
}
