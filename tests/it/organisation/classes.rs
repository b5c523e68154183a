//! A senior leader keeps the classes of their school.

use plumbline::organisation::{AcademicYear, Class, School};
use plumbline_tests::{Attempt, Office, Size, World, db_test, global_id};
use serde_json::json;
use uuid::Uuid;

db_test! {
    async fn a_senior_leader_opens_a_class_in_their_school(app) {
        let world = World::build(&app, Size::default()).await;
        let (school, head) = (&world.schools[0], &world.schools[0].head);
        let create = Attempt::new(&app, "createClass", "class { id name highestYearGroup version }", json!({
            "schoolId": global_id::<School>(school.id), "academicYearId": global_id::<AcademicYear>(world.year),
            "name": "Kingfisher", "lowestYearGroup": "YEAR_5", "idempotencyKey": "class",
        }));
        for email in [&world.schools[1].head, &school.classes[0].teacher, &world.lead, &world.analyst] {
            create.refused(email, "FORBIDDEN").await;
        }
        create.refused(&world.nobody, "NOT_FOUND schoolId").await;
        create.with("name", json!("Class 1")).refused(head, "DUPLICATE name").await;
        create.with("name", json!("")).refused(head, "INVALID name").await;
        create.with("highestYearGroup", json!("YEAR_4")).refused(head, "INVALID lowestYearGroup").await;
        create.with("academicYearId", json!(global_id::<AcademicYear>(Uuid::now_v7()))).refused(head, "NOT_FOUND academicYearId").await;
        let class = create.done(head).await;
        assert_eq!(class["highestYearGroup"], "YEAR_5");
        assert_eq!(create.done(head).await, class);
        create.with("name", json!("Heron")).refused(head, "IDEMPOTENCY_CONFLICT idempotencyKey").await;
    }

    async fn a_senior_leader_changes_a_class_but_leaves_no_pupil_out(app) {
        let world = World::build(&app, Size::default()).await;
        let (class, head) = (&world.schools[0].classes[0], &world.schools[0].head);
        let update = Attempt::new(&app, "updateClass", "class { name lowestYearGroup highestYearGroup version }", json!({
            "classId": global_id::<Class>(class.id), "expectedVersion": 1, "name": "Heron", "highestYearGroup": "YEAR_4",
        }));
        for email in [&world.schools[1].head, &class.teacher, &world.lead] {
            update.refused(email, "FORBIDDEN").await;
        }
        update.with("name", json!("Class 2")).refused(head, "DUPLICATE name").await;
        update.with("highestYearGroup", json!("YEAR_2")).refused(head, "INVALID lowestYearGroup").await;
        update.with("lowestYearGroup", json!("YEAR_4")).refused(head, "INVALID lowestYearGroup").await;
        let changed = update.done(head).await;
        assert_eq!(changed, json!({ "name": "Heron", "lowestYearGroup": "YEAR_3", "highestYearGroup": "YEAR_4", "version": 2 }));
        assert_eq!(update.stale(head).await, changed);
    }

    async fn a_client_that_reads_no_pupils_leaves_none_out_either(app) {
        let world = World::build(&app, Size::default()).await;
        let (class, head) = (&world.schools[0].classes[0], &world.schools[0].head);
        Office::of(&app, &world).await.register("timetables", &["WRITE"], None).await;
        let timetables = app.sign_in_through(head, "timetables").await;
        let update = Attempt::new(&app, "updateClass", "class { lowestYearGroup highestYearGroup }", json!({
            "classId": global_id::<Class>(class.id), "expectedVersion": 1, "lowestYearGroup": "YEAR_4", "highestYearGroup": "YEAR_4",
        }));
        let before = app.everything().await;
        let answer = update.through(&timetables).await;
        assert_eq!(answer.user_errors("updateClass"), ["INVALID lowestYearGroup"]);
        assert_eq!(app.everything().await, before);
        let wider = update.with("lowestYearGroup", json!("YEAR_3")).through(&timetables).await;
        assert_eq!(wider.user_errors("updateClass"), Vec::<String>::new(), "{:#}", wider.body);
    }
}
