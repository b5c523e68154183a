//! `removeSchool`: a trust lead takes a school away that was added by mistake.

use plumbline_entity::{
    access_grant, appointment, class, client_application, curriculum, enrolment, focus, plan, pupil_erasure,
    pupil_merge, school, school_predecessor,
};
use sea_orm::ColumnTrait as _;
use sea_orm::sea_query::{Expr, ExprTrait as _};

use crate::{
    db::Tx,
    graphql::{Acting, Change, Hanging, Refusal, Removed, mutation, removal, remove},
    organisation::School,
};

removal! {
    /// A school to remove.
    RemoveSchoolInput of school_id: School
}

impl Change for RemoveSchoolInput {
    type Changed = Removed<school::Entity>;

    async fn apply(self, tx: &Tx, by: &Acting<'_>) -> Result<Self::Changed, Refusal> {
        let school = by.to_change(tx, self.school_id, "schoolId").await?;
        let permit = by.may_in_trust::<school::Entity>()?;
        // The schools that an application is kept to are a list of their ids.
        let kept_to = Expr::col((client_application::Entity, client_application::Column::SchoolIds)).cast_as("text");
        let kept_to = kept_to.like(format!("%{}%", school.id));
        let hanging = vec![
            Hanging::of::<class::Entity>("classes", class::Column::SchoolId.eq(school.id)),
            Hanging::of::<curriculum::Entity>("curricula", curriculum::Column::SchoolId.eq(school.id)),
            Hanging::of::<plan::Entity>("plans", plan::Column::SchoolId.eq(school.id)),
            Hanging::of::<focus::Entity>("focuses", focus::Column::SchoolId.eq(school.id)),
            Hanging::of::<enrolment::Entity>("enrolments", enrolment::Column::SchoolId.eq(school.id)),
            Hanging::of::<appointment::Entity>("appointments", appointment::Column::SchoolId.eq(school.id)),
            Hanging::of::<access_grant::Entity>("access grants", access_grant::Column::SchoolId.eq(school.id)),
            Hanging::of::<client_application::Entity>("client applications that are kept to it", kept_to),
            Hanging::of::<school_predecessor::Entity>(
                "predecessors",
                school_predecessor::Column::SchoolId.eq(school.id),
            ),
            Hanging::of::<pupil_erasure::Entity>(
                "records of erased pupils",
                pupil_erasure::Column::SchoolId.eq(school.id),
            ),
            Hanging::of::<pupil_merge::Entity>("records of merged pupils", pupil_merge::Column::SchoolId.eq(school.id)),
        ];
        remove(tx, &permit, school, "schoolId", hanging).await
    }
}

mutation! {
    /// Removes a school that has no classes and to which nobody was ever appointed. A school that has closed is not removed: it has
    /// a day on which it closed (`updateSchool`). For trust leads.
    RemoveSchool { remove_school: RemoveSchoolInput => RemoveSchoolPayload { removed_id: (School), "The id by which it was known." } }
}
