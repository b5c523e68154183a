//! A permit is for one place, whoever holds it: it also refuses what the code of a mutation could get wrong.

use plumbline::auth::{Standing, Viewer};
use plumbline::db::{Permit, Place};
use plumbline_entity::{appointment, appointment::Role, staff_member};
use plumbline_tests::{Size, TestApp, World, db_test};
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

const fn serving(role: Role, school: Option<Uuid>) -> Standing {
    Standing { role, school, phase: None, subject: None, class: None }
}

fn viewer(trust: Uuid, standing: Standing) -> Viewer {
    Viewer::staff(Uuid::now_v7(), trust, TestApp::now().date_naive(), vec![standing])
}

#[test]
fn no_role_is_permitted_anything_in_another_trust() {
    let (own, other) = (Uuid::now_v7(), Uuid::now_v7());
    let lead = viewer(own, serving(Role::TrustLead, None));
    assert!(Permit::<staff_member::Entity>::ask(&lead, Place::trust(own)).is_ok());
    assert!(Permit::<staff_member::Entity>::ask(&lead, Place::trust(other)).is_err());
    // Not even with a school that is claimed to be in that trust.
    let school = Uuid::now_v7();
    let head = viewer(own, serving(Role::SeniorLeader, Some(school)));
    for (trust, may) in [(own, true), (other, false)] {
        let place = Place::school(trust, school);
        assert_eq!(Permit::<appointment::Entity>::ask(&head, place).is_ok(), may);
    }
}

db_test! {
    async fn a_permit_for_one_school_does_not_write_into_another(app) {
        let world = World::build(&app, Size::default()).await;
        let (own, other) = (world.schools[0].id, world.schools[1].id);
        let head = viewer(world.trust, serving(Role::SeniorLeader, Some(own)));
        let permit = Permit::<appointment::Entity>::ask(&head, Place::school(world.trust, own)).unwrap();
        let person = plumbline_tests::find_staff_by_email(&app.db, &world.nobody).await.unwrap().unwrap();
        let row = |trust: Uuid, school: Option<Uuid>| appointment::ActiveModel {
            id: Set(Uuid::now_v7()),
            trust_id: Set(trust),
            staff_member_id: Set(person.id),
            role: Set(Role::Senco),
            school_id: Set(school),
            phase_id: Set(None),
            subject_id: Set(None),
            class_id: Set(None),
            starts_on: Set(TestApp::now().date_naive()),
            ends_on: Set(None),
            version: Set(1),
        };
        let tx = app.db.begin().await.unwrap();
        for (trust, school) in [(world.trust, Some(other)), (world.trust, None), (Uuid::now_v7(), Some(own))] {
            for error in [
                tx.insert(&permit, row(trust, school)).await.unwrap_err(),
                tx.insert_many(&permit, vec![row(world.trust, Some(own)), row(trust, school)]).await.unwrap_err(),
            ] {
                assert!(format!("{error:?}").contains("outside its place"), "{error:?}");
            }
        }
        let before = app.rows("appointment").await;
        tx.insert(&permit, row(world.trust, Some(own))).await.unwrap();
        plumbline_tests::commit(tx).await;
        assert_eq!(app.rows("appointment").await, before + 1, "the sound one alone");
    }
}

#[test]
fn every_way_past_the_scope_is_on_the_page() {
    let page = include_str!("../../../docs/authorization.md");
    let line = |reason: &plumbline::db::ListedReason| {
        let tables: Vec<String> = reason.tables.iter().map(|table| format!("`{table}`")).collect();
        format!("| `{}` | {} | {} | {} |\n", reason.name, reason.why, reason.gives, tables.join(", "))
    };
    let table: String = plumbline::db::REASONS.iter().map(line).collect();
    let head = "| Reason | Why | Gives | Tables |\n| --- | --- | --- | --- |\n";
    assert!(page.contains(&format!("{head}{table}\n")), "docs/authorization.md is to say:\n\n{head}{table}");
}

db_test! {
    async fn every_table_is_declared_by_a_slice(app) {
        let declared: Vec<String> = plumbline::app::tables().into_iter().map(|table| table.name).collect();
        // `caller_cost` holds the budgets of callers. It is made anew at each start where several instances share
        // them, and has no rows of a trust.
        for table in app.tables().await.into_iter().filter(|table| table != "caller_cost") {
            let times = declared.iter().filter(|name| **name == table).count();
            assert_eq!(times, 1, "`{table}` is declared {times} times: add it to `tables!` of the slice that owns it");
        }
        for table in declared {
            assert!(app.tables().await.contains(&table), "`{table}` is declared and not there");
        }
    }
}
