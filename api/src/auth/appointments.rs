//! What a member of staff may see today, from their appointments.

use chrono::NaiveDate;
use plumbline_entity::{appointment, phase, staff_member, year_group::YearGroup};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{Condition, FromQueryResult, JoinType, QuerySelect};
use uuid::Uuid;

use super::{Standing, Viewer};
use crate::{
    db::{Db, Read, Scoped},
    error::Result,
};

/// The viewer that a member of staff is on `today`; `None` where there is no such person.
/// One statement, whatever they are.
///
/// # Errors
/// The database failed.
pub async fn viewer_of(db: &Db, staff: Uuid, today: NaiveDate) -> Result<Option<Viewer>> {
    #[derive(FromQueryResult)]
    struct Row {
        trust_id: Uuid,
        role: Option<appointment::Role>,
        school_id: Option<Uuid>,
        subject_id: Option<Uuid>,
        class_id: Option<Uuid>,
        lowest_year_group: Option<YearGroup>,
        highest_year_group: Option<YearGroup>,
    }
    // Who somebody is must be known before what they may see: this read, and the one below, are
    // made as the operator and return nothing of anybody else.
    let me = Viewer::operator(Uuid::nil(), today);
    let current = Condition::all()
        .add(appointment::COLUMN.starts_on.lte(today))
        .add(appointment::COLUMN.ends_on.is_null().or(appointment::COLUMN.ends_on.gte(today)));
    let rows = Scoped::<staff_member::Entity>::of(&me).id(staff).aggregate::<Row>(|select| {
        select
            .column(staff_member::Column::TrustId)
            .columns([
                appointment::Column::Role,
                appointment::Column::SchoolId,
                appointment::Column::SubjectId,
                appointment::Column::ClassId,
            ])
            .columns([phase::Column::LowestYearGroup, phase::Column::HighestYearGroup])
            .join(JoinType::LeftJoin, appointments_held(current))
            .join(JoinType::LeftJoin, phase_led())
    });
    let rows = db.figures(rows).await?;
    let Some(trust) = rows.first().map(|row| row.trust_id) else {
        return Ok(None);
    };
    let standings = rows.into_iter().filter_map(|row| {
        Some(Standing {
            role: row.role?,
            school: row.school_id,
            phase: row.lowest_year_group.zip(row.highest_year_group),
            subject: row.subject_id,
            class: row.class_id,
        })
    });
    Ok(Some(Viewer::staff(staff, trust, today, standings.collect())))
}

fn appointments_held(current: Condition) -> sea_orm::RelationDef {
    use sea_orm::EntityTrait;
    let held = staff_member::Entity::belongs_to(appointment::Entity)
        .from(staff_member::Column::Id)
        .to(appointment::Column::StaffMemberId);
    let held: sea_orm::RelationDef = held.into();
    held.on_condition(move |_, _| current.clone())
}

fn phase_led() -> sea_orm::RelationDef {
    use sea_orm::EntityTrait;
    appointment::Entity::belongs_to(phase::Entity).from(appointment::Column::PhaseId).to(phase::Column::Id).into()
}

/// The member of staff with this email address, whatever the trust: for the console.
///
/// # Errors
/// The database failed.
pub async fn find_staff_by_email(db: &Db, email: &str) -> Result<Option<staff_member::Model>> {
    let operator = Viewer::operator(Uuid::nil(), NaiveDate::default());
    let wanted = staff_member::COLUMN.email.eq(email.to_lowercase());
    db.one(Scoped::<staff_member::Entity>::of(&operator).filter(wanted)).await
}
