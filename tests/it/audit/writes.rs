//! Whatever is changed is recorded with the change: both or neither.

use plumbline::audit::{self, Entry};
use plumbline::db::{Filling, Reason};
use plumbline::organisation::{AcademicYear, Pupil, School};
use plumbline_entity::{audit_entry::AuditKind, phase, year_group::YearGroup};
use plumbline_tests::{Attempt, Size, TestApp, World, db_test, global_id};
use sea_orm::ActiveValue::Set;
use serde_json::json;
use uuid::Uuid;

fn a_phase(trust: Uuid) -> phase::ActiveModel {
    phase::ActiveModel {
        id: Set(Uuid::now_v7()),
        trust_id: Set(trust),
        name: Set("Nursery".to_owned()),
        lowest_year_group: Set(YearGroup::Nursery1),
        highest_year_group: Set(YearGroup::Nursery1),
        version: Set(1),
    }
}

db_test! {
    async fn a_mutation_leaves_who_did_it_and_to_which_rows(app) {
        let world = World::build(&app, Size::default()).await;
        let (school, class) = (&world.schools[0], &world.schools[0].classes[0]);
        let before = app.audited().await;
        world.judge(&app, class, |_| "EXS").await;
        Attempt::new(&app, "createClass", "class { id }", json!({
            "schoolId": global_id::<School>(school.id), "academicYearId": global_id::<AcademicYear>(world.year), "name": "Kestrel", "lowestYearGroup": "YEAR_5",
        })).done(&school.head).await;
        Attempt::new(&app, "recordPupilCharacteristics", "pupilCharacteristics { id }", json!({
            "pupilId": global_id::<Pupil>(class.pupils[0]), "academicYearId": global_id::<AcademicYear>(world.year), "expectedVersion": 1, "sen": "EHC_PLAN",
        })).by(&school.head).await;
        let entries = app.recorded_after(before).await;
        let judged = &entries[0];
        assert_eq!((judged.kind(), judged.row.operation.as_str()), (AuditKind::Write, "recordJudgements"));
        assert_eq!(judged.pupils["judgement"].len(), 8);
        assert!(judged.pupils["judgement"].iter().eq(class.pupils.iter()), "pupils, not judgements");
        assert_eq!((judged.pupils.len(), judged.rows.len()), (1, 0), "cells and keys are the service's own");
        let made = &entries[1];
        assert_eq!((made.kind(), made.row.operation.as_str()), (AuditKind::Write, "createClass"));
        assert_eq!(made.rows["class"].len(), 1);
        assert!(judged.row.staff_member_id != made.row.staff_member_id && made.row.staff_member_id.is_some());
        assert!(app.verified().await.is_ok());
    }

    async fn a_change_that_nobody_answers_for_is_not_committed(app) {
        let world = World::build(&app, Size { schools: 1, classes: 1, pupils: 1 }).await;
        let permit = Filling.permit::<phase::Entity>(world.trust);
        let tx = app.db.begin().await.unwrap();
        tx.insert(&permit, a_phase(world.trust)).await.unwrap();
        let error = tx.commit().await.unwrap_err().to_string();
        assert!(error.contains("audit::commit"), "{error}");
        assert_eq!(app.rows("phase").await, 2);

        let before = app.audited().await;
        let tx = app.db.begin().await.unwrap();
        tx.insert(&permit, a_phase(world.trust)).await.unwrap();
        let entry = Entry::at_console(AuditKind::Console, Some(world.trust), "by hand", TestApp::now());
        audit::commit(tx, entry).await.unwrap();
        let entries = app.recorded_after(before).await;
        assert_eq!((app.rows("phase").await, entries.len(), entries[0].rows["phase"].len()), (3, 1, 1));
    }

    async fn neither_is_there_without_the_other(app) {
        use sea_orm::ConnectionTrait;
        let world = World::build(&app, Size::default()).await;
        app.raw.execute_unprepared("ALTER TABLE audit_entry RENAME TO audit_entry_gone").await.unwrap();
        let create = Attempt::new(&app, "createPhase", "phase { id }", json!({ "name": "Nursery", "lowestYearGroup": "NURSERY_1", "highestYearGroup": "NURSERY_2" }));
        let before = app.everything().await;
        let answer = create.by(&world.lead).await;
        assert_eq!(answer.error_code(), "INTERNAL", "{:#}", answer.body);
        assert!(answer.body["data"].is_null(), "{:#}", answer.body);
        assert_eq!(app.everything().await, before, "nothing is changed that is not recorded");
        app.raw.execute_unprepared("ALTER TABLE audit_entry_gone RENAME TO audit_entry").await.unwrap();
        create.done(&world.lead).await;
    }
}
