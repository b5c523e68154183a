//! `createFramework`, `updateFramework`, `updateGrade` and `removeFramework`: a trust lead adds a scale of grades, corrects how it and
//! its grades are called, takes a mistaken one away.

use async_graphql::InputObject;
use plumbline_entity::{framework, grade, judgement, moderation_exercise};
use sea_orm::{ActiveModelTrait as _, ColumnTrait as _, IntoActiveModel as _, Order};
use uuid::Uuid;

use crate::{
    assessment::{Framework, Grade},
    db::{Read as _, Scoped, Tx},
    graphql::{
        Acting, Change, Hanging, Refusal, Removed, UnlessTaken, inputs, mutation, refuse_removal, removal, remove,
    },
    rulebook::{Faults, Ruled as _},
};

inputs! {
    framework, "framework":
    /// A framework to add, with its grades.
    create CreateFrameworkInput {}
    update UpdateFrameworkInput of framework_id: Framework
    both {
        /// Short name: lower-case letters, digits and hyphens, 1 to 40, such as `ks2-ta`.
        code: String,
        /// Which edition of it, such as 2018, 1 to 100 characters; unique for its code in the trust.
        edition: String,
        /// The name that people read, 1 to 100 characters.
        name: String,
    }
    then create {
        /// The grades, the lowest first, 2 to 30.
        grades: Vec<GradeInput>,
        /// Codes that are not grades and are never ordered, such as A for absent, at most 30.
        #[graphql(default)]
        other_codes: Vec<GradeInput>,
    }
}

inputs! {
    grade, "grade":
    update UpdateGradeInput of grade_id: Grade {
        /// Short name, 1 to 10 characters without spaces, unique in the framework, such as EXS.
        code: String,
        /// The name that people read, 1 to 100 characters.
        name: String,
    }
}

/// A grade of a framework, or a code that is not a grade.
#[derive(InputObject)]
pub struct GradeInput {
    /// Short name, 1 to 10 characters without spaces, unique in the framework, such as EXS.
    code: String,
    /// The name that people read, 1 to 100 characters.
    name: String,
}

removal! {
    /// A framework to remove, with its grades.
    RemoveFrameworkInput of framework_id: Framework
}

const EDITION_TAKEN: &str = "The trust has this edition of a framework with this code.";

impl Change for CreateFrameworkInput {
    type Changed = framework::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<framework::Model, Refusal> {
        let permit = by.may_in_trust::<framework::Entity>()?;
        let grades_permit = by.may_in_trust::<grade::Entity>()?;
        let framework = framework::Model {
            id: Uuid::now_v7(),
            trust_id: by.trust(),
            code: self.code,
            edition: self.edition,
            name: self.name,
            version: 1,
        };
        let grade = |(given, rank): (GradeInput, Option<i16>)| grade::Model {
            id: Uuid::now_v7(),
            trust_id: framework.trust_id,
            framework_id: framework.id,
            code: given.code,
            name: given.name,
            rank,
            version: 1,
        };
        let ranked = self.grades.into_iter().enumerate().map(|(at, given)| (given, i16::try_from(at).ok()));
        let scale: Vec<_> = ranked.chain(self.other_codes.into_iter().map(|code| (code, None))).map(grade).collect();
        let mut faults = Faults::default();
        let (scale, framework) = (faults.check(scale, ()), faults.check(framework, ()));
        faults.none()?;
        let framework =
            tx.insert(&permit, framework.into_active_model()).await.unless_taken("edition", EDITION_TAKEN)?;
        let grades = scale.into_iter().map(|grade| grade.into_active_model().reset_all());
        tx.insert_many(&grades_permit, grades.collect()).await?;
        Ok(framework)
    }
}

impl Change for UpdateFrameworkInput {
    type Changed = framework::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<framework::Model, Refusal> {
        let framework = by.to_change(tx, self.framework_id, "frameworkId").await?;
        let permit = by.may_in_trust::<framework::Entity>()?;
        let wanted = self.over(&framework).changed_from(&framework, ())?;
        let updated = tx.update_to(&permit, framework, self.expected_version, wanted).await;
        Ok(updated.unless_taken("edition", EDITION_TAKEN)??)
    }
}

impl Change for UpdateGradeInput {
    type Changed = grade::Model;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<grade::Model, Refusal> {
        let grade = by.to_change(tx, self.grade_id, "gradeId").await?;
        let permit = by.may_in_trust::<grade::Entity>()?;
        let wanted = self.over(&grade).changed_from(&grade, ())?;
        let updated = tx.update_to(&permit, grade, self.expected_version, wanted).await;
        Ok(updated.unless_taken("code", "The framework has a grade with this code.")??)
    }
}

impl Change for RemoveFrameworkInput {
    type Changed = Removed<framework::Entity>;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<Self::Changed, Refusal> {
        let framework = by.to_change(tx, self.framework_id, "frameworkId").await?;
        let permit = by.may_in_trust::<framework::Entity>()?;
        let grades_permit = by.may_in_trust::<grade::Entity>()?;
        let grades = Scoped::<grade::Entity>::of(by.viewer).filter(grade::Column::FrameworkId.eq(framework.id));
        let grades = tx.all(grades.order_by(grade::Column::Id, Order::Asc).to_change()).await?;
        let judged = judgement::Column::GradeId.is_in(grades.iter().map(|grade| grade.id));
        let hanging = vec![
            Hanging::of::<moderation_exercise::Entity>(
                "moderation exercises",
                moderation_exercise::Column::FrameworkId.eq(framework.id),
            ),
            Hanging::of::<judgement::Entity>("judgements", judged),
        ];
        refuse_removal(tx, "frameworkId", hanging).await?;
        tx.erase(&grades_permit, &grades).await?;
        remove(tx, &permit, framework, "frameworkId", Vec::new()).await
    }
}

mutation! {
    /// Adds a framework: an ordered scale of grades, and codes that are not grades. For trust leads.
    CreateFramework { create_framework: CreateFrameworkInput => CreateFrameworkPayload {
        framework: Framework, "The new framework."
    } }

    /// Corrects the code, the edition or the name of a framework. For trust leads.
    UpdateFramework { update_framework: UpdateFrameworkInput => UpdateFrameworkPayload {
        framework: Framework, "The framework as it is now."
    } }

    /// Corrects the code or the name of a grade, wherever it is shown; its rank stays, for judgements stand by it. For trust leads.
    UpdateGrade { update_grade: UpdateGradeInput => UpdateGradePayload { grade: Grade, "The grade as it is now." } }

    /// Removes a framework by which nothing was judged, with its grades. For trust leads.
    RemoveFramework { remove_framework: RemoveFrameworkInput => RemoveFrameworkPayload {
        removed_id: (Framework), "The id by which it was known."
    } }
}
