//! All that is held of a pupil, for the person who asks for it (Article 15 of the UK GDPR).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use plumbline_entity::{
    academic_year, assessment_window, audit_entry, audit_entry::AuditKind, class, grade, moderation_exercise, pupil,
    pupil_erasure, pupil_merge, school, subject,
};
use sea_orm::sea_query::{Expr, ExprTrait, Func, sea_value_to_json_value};
use sea_orm::{ColumnTrait, Condition, IdenStatic, Iterable, ModelTrait, Order};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Holding, TABLES, held::Held};
use crate::{
    audit::{self, Entry, Subjects},
    db::{Covers, Db, Erasing, Identified, Read, Reason, SubjectAccess, Tx},
    error::Result,
    graphql::decode_id,
};

/// The pupil whom an id names, as callers of the API know it or as the database has it.
#[must_use]
pub fn pupil_named(id: &str) -> Option<Uuid> {
    let known = decode_id(&async_graphql::ID::from(id)).filter(|(kind, _)| kind == "Pupil").map(|(_, id)| id);
    known.or_else(|| id.parse().ok())
}

/// All that is held of a pupil, as JSON: the rows of each table, the names of what their ids lead to, and why other tables
/// hold nothing of it. Of a pupil who was erased: that they were. `None` if there was never such a pupil. That it was given
/// out is recorded.
///
/// # Errors
/// The database failed; then nothing is given.
pub async fn export(db: &Db, id: Uuid, now: DateTime<Utc>) -> Result<Option<Value>> {
    let tx = db.begin().await?;
    let erased = tx.one(SubjectAccess.of::<pupil_erasure::Entity>().rows().id(id)).await?;
    let pupil = tx.one(Erasing.of::<pupil::Entity>().rows().id(id).to_look_at()).await?;
    let Some(trust) = pupil.map(|row| row.trust_id).or(erased.as_ref().map(|row| row.trust_id)) else {
        return Ok(None);
    };
    let mut tables: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    if let Some(held) = Held::of(&tx, trust, id).await? {
        tables.insert("pupil", vec![shown(&held.pupil)]);
        tables.insert("pupil_characteristics", held.characteristics.iter().map(shown).collect());
        tables.insert("enrolment", held.enrolments.iter().map(shown).collect());
        tables.insert("former_name", held.former_names.iter().map(shown).collect());
        tables.insert("former_upn", held.former_upns.iter().map(shown).collect());
        tables.insert("judgement", held.judgements.iter().map(shown).collect());
        tables.insert("sampled_work", held.works.iter().map(shown).collect());
        tables.insert("second_judgement", held.second_judgements.iter().map(shown).collect());
        tables.insert("moderation_outcome", held.outcomes.iter().map(shown).collect());
        tables.insert("adaptation", held.adaptations.iter().map(shown).collect());
        tables.insert("insecure_pupil", held.insecure.iter().map(shown).collect());
    }
    tables.insert("pupil_erasure", erased.iter().map(shown).collect());
    let merged = SubjectAccess.of::<pupil_merge::Entity>().filter(pupil_merge::COLUMN.pupil_id.eq(id)).rows();
    let merged = tx.all(merged.order_by(pupil_merge::Column::Id, Order::Asc)).await?;
    tables.insert("pupil_merge", merged.iter().map(shown).collect());
    let known_as = std::iter::once(id).chain(merged.iter().map(|row| row.id));
    tables.insert("audit_entry", entries(&tx, known_as).await?);
    let named = names(&tx, &tables).await?;
    let others = TABLES.iter().filter_map(|(table, holding)| match holding {
        Holding::Erased | Holding::Stays(_) => None,
        Holding::CountedAnew => Some((*table, "counts of pupils, which name nobody")),
        Holding::Dropped(why) | Holding::NotOfPupils(why) => Some((*table, *why)),
    });
    let others: BTreeMap<&str, &str> = others.collect();
    let given = json!({ "pupil": id, "asOf": now, "held": tables, "named": named, "notGiven": others });
    let subjects = Subjects::rows(BTreeMap::from([("pupil".to_owned(), vec![id])]));
    let entry = Entry::at_console(AuditKind::Console, Some(trust), "subject-access", now).about(subjects);
    audit::commit(tx, entry).await?;
    Ok(Some(given))
}

/// A row under the names of its columns.
fn shown<M: ModelTrait>(row: &M) -> Value {
    let column = |column: <M::Entity as sea_orm::EntityTrait>::Column| {
        (column.as_str().to_owned(), sea_value_to_json_value(&row.get(column)))
    };
    Value::Object(<M::Entity as sea_orm::EntityTrait>::Column::iter().map(column).collect::<Map<_, _>>())
}

/// Who read and changed what of the pupil, without whom else they read at once.
async fn entries(tx: &Tx, ids: impl Iterator<Item = Uuid>) -> Result<Vec<Value>> {
    let about = ids.fold(Condition::any(), |any, id| {
        let place = Func::cust("instr")
            .arg(Expr::col(audit_entry::Column::Subjects.as_column_ref()))
            .arg(Expr::val(id.as_bytes().to_vec()));
        any.add(Expr::from(place).gt(0))
    });
    let found = SubjectAccess.of::<audit_entry::Entity>().filter(about).rows();
    let found = tx.all(found.order_by(audit_entry::Column::Sequence, Order::Asc)).await?;
    let entry = |row: &audit_entry::Model| {
        json!({ "sequence": row.sequence, "at": row.at, "kind": row.kind, "operation": row.operation,
                "staffMember": row.staff_member_id, "client": row.client_id })
    };
    Ok(found.iter().map(entry).collect())
}

/// The names of the schools, classes, subjects, grades and so on to which the ids in some rows lead. Of staff there is the
/// id alone: their names are theirs.
async fn names(tx: &Tx, tables: &BTreeMap<&str, Vec<Value>>) -> Result<BTreeMap<Uuid, String>> {
    let rows = tables.values().flatten().filter_map(Value::as_object);
    let ids: BTreeSet<Uuid> = rows.flat_map(Map::values).filter_map(|value| value.as_str()?.parse().ok()).collect();
    let mut names = BTreeMap::new();
    name::<school::Entity>(tx, &ids, &mut names, |row| row.name.clone()).await?;
    name::<class::Entity>(tx, &ids, &mut names, |row| row.name.clone()).await?;
    name::<subject::Entity>(tx, &ids, &mut names, |row| row.name.clone()).await?;
    name::<grade::Entity>(tx, &ids, &mut names, |row| format!("{} ({})", row.name, row.code)).await?;
    name::<academic_year::Entity>(tx, &ids, &mut names, |row| row.year.to_string()).await?;
    name::<assessment_window::Entity>(tx, &ids, &mut names, |row| format!("{} to {}", row.opens_on, row.closes_on))
        .await?;
    name::<moderation_exercise::Entity>(tx, &ids, &mut names, |row| row.title.clone()).await?;
    Ok(names)
}

async fn name<E>(
    tx: &Tx,
    ids: &BTreeSet<Uuid>,
    names: &mut BTreeMap<Uuid, String>,
    called: fn(&E::Model) -> String,
) -> Result<()>
where
    E: Identified,
    SubjectAccess: Covers<E>,
{
    const AT_ONCE: usize = 1_000;
    let ids: Vec<Uuid> = ids.iter().copied().collect();
    for ids in ids.chunks(AT_ONCE) {
        let these = SubjectAccess.of::<E>().filter(E::id_column().is_in(ids.iter().copied())).rows();
        for row in tx.all(these.to_look_at()).await? {
            if let sea_orm::Value::Uuid(Some(id)) = row.get(E::id_column()) {
                names.insert(id, called(&row));
            }
        }
    }
    Ok(())
}
