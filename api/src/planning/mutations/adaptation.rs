//! `createAdaptation`, `updateAdaptation` and `removeAdaptation`: a plan is adapted for a class, a group or a pupil; later it is said
//! whether that helped, and what helped is shared with colleagues of all schools.

use async_graphql::{InputObject, MaybeUndefined};
use plumbline_entity::{
    adaptation,
    adaptation::{AdaptationAudience, AdaptationHelped, LearningNeed},
    class, enrolment, plan, pupil, shared_adaptation,
};
use sea_orm::{ActiveModelTrait as _, ColumnTrait as _, Condition, IntoActiveModel as _, Order};
use uuid::Uuid;

use crate::{
    db::{NamesOfTheClass, Permit, Place, PlacesOfPupil, Read as _, Reason as _, Scoped, SharingWhatHelped, Tx},
    error::Result,
    graphql::{
        Acting, AtField as _, Change, Ref, Refusal, Removed, UserError, UserErrorCode, mutation, removal, remove,
    },
    organisation::{Class, Pupil},
    planning::{Adaptation, Plan, rules},
    rulebook::Ruled as _,
};

/// How a plan is adapted.
#[derive(InputObject)]
pub struct CreateAdaptationInput {
    /// The plan, which stays as it is.
    plan_id: Ref<Plan>,
    /// The class, of the plan's school and academic year.
    class_id: Ref<Class>,
    /// For whom: the CLASS, a GROUP of it, or a PUPIL of it.
    audience: AdaptationAudience,
    /// The group, in words, 1 to 100 characters; for a GROUP alone.
    pupil_group: Option<String>,
    /// The pupil, who is or was in the class; for a PUPIL alone.
    pupil_id: Option<Ref<Pupil>>,
    /// The need that it answers.
    need: LearningNeed,
    /// What is done in another way, 1 to 1,000 characters, without naming a pupil.
    what: String,
    /// Why, 1 to 1,000 characters, without naming a pupil.
    reason: String,
    /// A key of yours under which a repeat does nothing twice.
    idempotency_key: Option<String>,
}

/// What to change of an adaptation; what is left out stays as it is.
#[derive(InputObject)]
pub struct UpdateAdaptationInput {
    /// The adaptation.
    adaptation_id: Ref<Adaptation>,
    /// The `version` of the adaptation as you read it.
    expected_version: i32,
    /// The need that it answers.
    need: Option<LearningNeed>,
    /// What is done in another way, 1 to 1,000 characters, without naming a pupil.
    what: Option<String>,
    /// Why, 1 to 1,000 characters, without naming a pupil.
    reason: Option<String>,
    /// Whether it helped.
    helped: Option<AdaptationHelped>,
    /// What was seen of whether it helped, 1 to 1,000 characters.
    found: Option<String>,
    /// What colleagues of all schools are told of it, 1 to 1,000 characters, where it helped: words that name no pupil. Null to tell
    /// them no longer.
    shared_as: MaybeUndefined<String>,
}

removal! {
    /// An adaptation to remove.
    RemoveAdaptationInput of adaptation_id: Adaptation
}

/// Where an adaptation lies.
fn permit(by: &Acting<'_>, plan: &plan::Model, class: &class::Model) -> Result<Permit<adaptation::Entity>, Refusal> {
    let place = Place::class(plan.trust_id, class.school_id, class.id);
    by.may(place.in_subject(plan.subject_id).in_year_group(class.lowest_year_group))
}

/// For whom it is, as the audience says: a group has words, a pupil is of the class.
async fn audience_of(
    tx: &Tx,
    by: &Acting<'_>,
    input: &CreateAdaptationInput,
    class: Uuid,
) -> Result<Option<Uuid>, Refusal> {
    let wrong = |field: &str, message: &str| Err(UserError::invalid(field, message).into());
    match (input.audience, &input.pupil_group, input.pupil_id) {
        (AdaptationAudience::Class, None, None) | (AdaptationAudience::Group, Some(_), None) => Ok(None),
        (AdaptationAudience::Pupil, None, Some(id)) => {
            let pupil = by.named(tx, id, "pupilId").await?;
            let placed =
                Condition::all().add(enrolment::COLUMN.pupil_id.eq(pupil.id)).add(enrolment::COLUMN.class_id.eq(class));
            match tx.count(PlacesOfPupil.of::<enrolment::Entity>().filter(placed).rows()).await? {
                0 => wrong("pupilId", "The pupil is and was not in this class."),
                _ => Ok(Some(pupil.id)),
            }
        }
        (AdaptationAudience::Group, None, _) => wrong("pupilGroup", "Say in words for which group it is."),
        (AdaptationAudience::Pupil, _, None) => wrong("pupilId", "Say for which pupil it is."),
        (AdaptationAudience::Class | AdaptationAudience::Pupil, Some(_), _) => {
            wrong("pupilGroup", "A group is named for the audience GROUP alone.")
        }
        (AdaptationAudience::Class | AdaptationAudience::Group, _, Some(_)) => {
            wrong("pupilId", "A pupil is named for the audience PUPIL alone.")
        }
    }
}

impl Change for CreateAdaptationInput {
    type Changed = adaptation::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<adaptation::Model, Refusal> {
        let plan = by.named(tx, self.plan_id, "planId").await?;
        let class = by.named(tx, self.class_id, "classId").await?;
        let permit = permit(by, &plan, &class)?;
        if class.school_id != plan.school_id || class.academic_year_id != plan.academic_year_id {
            return Err(UserError::invalid("classId", "The plan is of another school or academic year.").into());
        }
        if !rules::overlap(rules::span_of(&class), rules::span_of_plan(&plan)) {
            return Err(
                UserError::invalid("classId", "The plan is for other year groups than those of the class.").into()
            );
        }
        let pupil_id = audience_of(tx, by, &self, class.id).await?;
        let Some(author) = by.viewer.staff_member() else {
            return Err(UserError::new(UserErrorCode::Forbidden, "", "A plan is adapted by a member of staff.").into());
        };
        let row = adaptation::Model {
            id: Uuid::now_v7(),
            trust_id: plan.trust_id,
            school_id: plan.school_id,
            subject_id: plan.subject_id,
            plan_id: plan.id,
            class_id: class.id,
            year_group: class.lowest_year_group,
            audience: self.audience,
            pupil_group: self.pupil_group,
            pupil_id,
            author_id: author,
            need: self.need,
            what: self.what,
            reason: self.reason,
            made_on: by.today(),
            helped: None,
            found: None,
            found_on: None,
            version: 1,
        };
        let row = row.checked(())?;
        refuse_named(tx, &row).await?;
        Ok(tx.insert(&permit, row.into_active_model()).await?)
    }
}

impl Change for UpdateAdaptationInput {
    type Changed = adaptation::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<adaptation::Model, Refusal> {
        let row = by.to_change(tx, self.adaptation_id, "adaptationId").await?;
        let plan = by.named::<Plan>(tx, row.plan_id.into(), "adaptationId").await?;
        let class = by.named::<Class>(tx, row.class_id.into(), "adaptationId").await?;
        let permit = permit(by, &plan, &class)?;
        let helped = self.helped.or(row.helped);
        let wanted = adaptation::Model {
            need: self.need.unwrap_or(row.need),
            what: self.what.unwrap_or_else(|| row.what.clone()),
            reason: self.reason.unwrap_or_else(|| row.reason.clone()),
            found: self.found.or_else(|| row.found.clone()),
            found_on: if helped == row.helped { row.found_on } else { Some(by.today()) },
            helped,
            ..row.clone()
        };
        let wanted = wanted.changed_from(&row, ())?;
        if wanted != row {
            refuse_named(tx, &wanted).await?;
        }
        if wanted.found.is_some() && wanted.helped.is_none() {
            return Err(UserError::invalid("helped", "Say whether it helped.").into());
        }
        let shared = shared_row(tx, by, row.id).await?;
        let words = match self.shared_as {
            MaybeUndefined::Undefined => shared.as_ref().map(|shared| shared.what.clone()),
            MaybeUndefined::Null => None,
            MaybeUndefined::Value(words) => Some(sound_words(tx, words, class.id).await?),
        };
        let told = told_as(&wanted, &plan, words, shared.as_ref(), by)?;
        if row.version == self.expected_version && told != shared {
            share(tx, shared, told).await?;
            // What is told of it is a part of it, though it stands in a row of its own.
            return Ok(tx
                .count_up(&permit, row, self.expected_version, wanted.into_active_model().reset_all())
                .await??);
        }
        Ok(tx.update_to(&permit, row, self.expected_version, wanted).await??)
    }
}

impl Change for RemoveAdaptationInput {
    type Changed = Removed<adaptation::Entity>;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<Self::Changed, Refusal> {
        let row = by.to_change(tx, self.adaptation_id, "adaptationId").await?;
        let plan = by.named::<Plan>(tx, row.plan_id.into(), "adaptationId").await?;
        let class = by.named::<Class>(tx, row.class_id.into(), "adaptationId").await?;
        let permit = permit(by, &plan, &class)?;
        share(tx, shared_row(tx, by, row.id).await?, None).await?;
        remove(tx, &permit, row, "adaptationId", Vec::new()).await
    }
}

/// What colleagues of all schools are told of it now.
async fn shared_row(tx: &Tx, by: &Acting<'_>, adaptation: Uuid) -> Result<Option<shared_adaptation::Model>> {
    let of_it = Scoped::<shared_adaptation::Entity>::of(by.viewer)
        .filter(shared_adaptation::COLUMN.adaptation_id.eq(adaptation))
        .order_by(shared_adaptation::Column::Id, Order::Asc);
    tx.one(of_it.to_change()).await
}

/// Refuses words that name a pupil of the class in what colleagues read who do not see the pupils: all of what is for no single one.
async fn refuse_named(tx: &Tx, row: &adaptation::Model) -> Result<(), Refusal> {
    if row.audience == AdaptationAudience::Pupil {
        return Ok(());
    }
    let names = names_of(tx, row.class_id).await?;
    let texts = [
        ("pupilGroup", row.pupil_group.as_deref()),
        ("what", Some(row.what.as_str())),
        ("reason", Some(row.reason.as_str())),
        ("found", row.found.as_deref()),
    ];
    for (field, text) in texts {
        rules::names_nobody(text.unwrap_or_default(), &names).at(field)?;
    }
    Ok(())
}

/// Words that name no pupil who is or was in the class.
async fn sound_words(tx: &Tx, mut words: String, class: Uuid) -> Result<String, Refusal> {
    let names = names_of(tx, class).await?;
    rules::shared_words(&mut words, &names).at("sharedAs")?;
    Ok(words)
}

/// The names of all pupils who are or were in a class.
async fn names_of(tx: &Tx, class: Uuid) -> Result<Vec<String>> {
    let placed = NamesOfTheClass.of::<enrolment::Entity>().filter(enrolment::COLUMN.class_id.eq(class));
    let pupils = NamesOfTheClass
        .of::<pupil::Entity>()
        .filter(pupil::Column::Id.in_subquery(placed.values_of(enrolment::Column::PupilId)));
    let pupils = tx.all(pupils.rows().to_look_at()).await?;
    let names: Vec<String> =
        pupils.into_iter().flat_map(|pupil| [pupil.given_name, pupil.family_name]).flatten().collect();
    Ok(names)
}

/// The row that tells of it, if it is told.
fn told_as(
    wanted: &adaptation::Model,
    plan: &plan::Model,
    words: Option<String>,
    before: Option<&shared_adaptation::Model>,
    by: &Acting<'_>,
) -> Result<Option<shared_adaptation::Model>, UserError> {
    let Some(what) = words else { return Ok(None) };
    let helped = match wanted.helped {
        Some(helped @ (AdaptationHelped::Helped | AdaptationHelped::Partly)) => helped,
        _ => {
            let message = "What did not help, or is not known to help, is not told to others. Say that it helped, or tell them no longer: `sharedAs: null`.";
            return Err(UserError::invalid("sharedAs", message));
        }
    };
    Ok(Some(shared_adaptation::Model {
        id: before.map_or_else(Uuid::now_v7, |row| row.id),
        trust_id: wanted.trust_id,
        subject_id: wanted.subject_id,
        adaptation_id: wanted.id,
        need: wanted.need,
        audience: wanted.audience,
        lowest_year_group: plan.lowest_year_group,
        highest_year_group: plan.highest_year_group,
        what,
        helped,
        shared_on: before.map_or_else(|| by.today(), |row| row.shared_on),
    }))
}

/// Tells it, tells it in another way, or no longer.
async fn share(
    tx: &Tx,
    before: Option<shared_adaptation::Model>,
    told: Option<shared_adaptation::Model>,
) -> Result<(), Refusal> {
    let Some(trust) = before.as_ref().or(told.as_ref()).map(|row| row.trust_id) else { return Ok(()) };
    let permit = SharingWhatHelped.permit::<shared_adaptation::Entity>(trust);
    match (before, told) {
        (None, Some(told)) => drop(tx.insert(&permit, told.into_active_model()).await?),
        (Some(before), Some(told)) => drop(tx.amend(&permit, &before, told.into_active_model().reset_all()).await?),
        (Some(before), None) => tx.erase(&permit, &[before]).await?,
        (None, None) => {}
    }
    Ok(())
}

mutation! {
    /// Adapts a plan for a class, a group or a pupil; the plan stays as it is. For class teachers, in their classes, and for those who lead
    /// the subject, the phase or the school.
    CreateAdaptation { create_adaptation: CreateAdaptationInput => CreateAdaptationPayload {
        adaptation: Adaptation, "The new adaptation."
    } }

    /// Changes an adaptation, says whether it helped, and tells colleagues of all schools of what helped. For those who may make it.
    UpdateAdaptation { update_adaptation: UpdateAdaptationInput => UpdateAdaptationPayload {
        adaptation: Adaptation, "The adaptation as it is now."
    } }

    /// Removes an adaptation that should not be there, and what colleagues of all schools were told of it. For those who may make it.
    RemoveAdaptation { remove_adaptation: RemoveAdaptationInput => RemoveAdaptationPayload {
        removed_id: (Adaptation), "The id by which it was known."
    } }
}
