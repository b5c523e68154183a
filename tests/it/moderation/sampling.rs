//! How much is drawn of which work: by a share, more at a boundary, at least and at most so many of a class; told before it is drawn.

use plumbline::assessment::Grade;
use plumbline::organisation::School;
use plumbline_tests::{Attempt, Office, Size, World, db_test, global_id};
use serde_json::{Value, json};

use super::Setting;

const SAMPLE: &str =
    "query($id: ID!) { exerciseSample(exerciseId: $id) { isDrawn judgements works moderators worksPerModerator
    schools { school { id } classes judgements works moderators } } }";

fn grade(at: usize) -> &'static str {
    ["WTS", "EXS", "EXS", "GDS"][at % 4]
}

impl Setting<'_> {
    async fn sample(&self, email: &str, exercise: &Value) -> Value {
        let answer = self.app.sign_in(email).await.ask_with(SAMPLE, json!({ "id": exercise })).await;
        answer.of("exerciseSample").clone()
    }
}

db_test! {
    async fn what_will_be_drawn_is_told_to_the_trust_lead_before_anything_is(app) {
        let world = World::build(&app, Size { schools: 2, classes: 2, pupils: 12 }).await;
        for class in world.schools.iter().flat_map(|school| &school.classes) {
            world.judge(&app, class, grade).await;
        }
        let setting = Setting { app: &app, world: &world };
        let create = setting.create().with("samplePercent", json!(10)).with("minimumPerClass", json!(2));
        let exs = setting.grade("EXS").await;
        let create = create.with("boundaryGradeId", json!(exs)).with("boundaryPercent", json!(40)).with("maximumPerClass", json!(6));
        let made = create.done(&world.lead).await;
        assert_eq!((&made["boundaryGrade"]["code"], &made["boundaryPercent"], &made["maximumPerClass"]), (&json!("EXS"), &json!(40), &json!(6)));
        // Of each class: of 3 WTS and 6 EXS 40 %, so 2 and 3; of 3 GDS 10 %, so 1.
        let told = setting.sample(&world.lead, &made["id"]).await;
        assert_eq!((&told["isDrawn"], &told["judgements"], &told["works"]), (&json!(false), &json!(48), &json!(24)));
        let judge = |at: usize, told: &Value| -> Value {
            let school = json!({ "id": global_id::<School>(world.schools[at].id) });
            let schools = told["schools"].as_array().expect("schools").iter();
            let rows: Vec<&Value> = schools.filter(|row| row["school"] == school).collect();
            assert_eq!(rows.len(), 1, "{told:#}");
            assert_eq!((&rows[0]["classes"], &rows[0]["judgements"], &rows[0]["works"]), (&json!(2), &json!(24), &json!(12)));
            rows[0]["moderators"].clone()
        };
        assert_eq!((&told["moderators"], &told["worksPerModerator"]), (&json!(1), &json!(24)));
        assert_eq!([judge(0, &told), judge(1, &told)], [1, 1]);
        // Somebody who moderates, and serves in a school, judges the work of the others alone.
        let both = [json!({ "role": "MODERATOR" }), world.serving(0, "SENCO")];
        Office::of(&app, &world).await.employ("second@test.example", &both).await;
        let before = setting.sample(&world.lead, &made["id"]).await;
        assert_eq!((&before["moderators"], &before["worksPerModerator"]), (&json!(2), &json!(12)));
        assert_eq!([judge(0, &before), judge(1, &before)], [1, 2]);
        // Others are told nothing of it.
        for email in [&world.analyst, &world.schools[0].head, &world.schools[0].classes[0].teacher, &world.moderator, &world.nobody] {
            let answer = app.sign_in(email).await.ask_with(SAMPLE, json!({ "id": made["id"] })).await;
            assert_eq!(answer.error_code(), "FORBIDDEN", "{email}");
        }
        // It is what is drawn.
        let draw = json!({ "exerciseId": made["id"], "expectedVersion": 1 });
        Attempt::new(&app, "drawSample", "moderationExercise { state }", draw).done(&world.lead).await;
        let drawn = app.sign_in(&world.lead).await.ask("{ sampledWorks { totalCount } }").await;
        assert_eq!(drawn.of("sampledWorks")["totalCount"], told["works"]);
        for (code, works) in [("WTS", 2), ("EXS", 3), ("GDS", 1)] {
            let sql = format!(
                "SELECT CAST(MIN(s.drawn) AS BIGINT) AS n FROM sample_stratum s JOIN grade g ON g.id = s.grade_id WHERE g.code = '{code}'");
            assert_eq!(app.number(&sql).await, works, "{code}");
        }
        let mut now = setting.sample(&world.lead, &made["id"]).await;
        assert_eq!((&told["isDrawn"], &now["isDrawn"]), (&json!(false), &json!(true)));
        for part in ["judgements", "works", "schools"] {
            assert_eq!(now[part].take(), before[part], "{part}");
        }
        let never = app.sign_in(&world.lead).await.ask_with(SAMPLE, json!({ "id": global_id::<plumbline::moderation::ModerationExercise>(uuid::Uuid::now_v7()) })).await;
        assert_eq!(never.error_code(), "BAD_USER_INPUT");
    }

    async fn how_much_is_drawn_is_checked_and_changed_while_nothing_is_drawn(app) {
        let world = World::build(&app, Size::default()).await;
        for class in world.schools.iter().flat_map(|school| &school.classes) {
            world.judge(&app, class, grade).await;
        }
        let setting = Setting { app: &app, world: &world };
        let create = setting.create();
        let exs = json!(setting.grade("EXS").await);
        let lowest = json!(setting.grade("WTS").await);
        create.with("boundaryGradeId", exs.clone()).refused(&world.lead, "INVALID boundaryPercent").await;
        create.with("boundaryPercent", json!(40)).refused(&world.lead, "INVALID boundaryGradeId").await;
        let both = create.with("boundaryPercent", json!(40)).with("boundaryGradeId", exs.clone());
        both.with("boundaryPercent", json!(101)).refused(&world.lead, "INVALID boundaryPercent").await;
        both.with("boundaryGradeId", lowest).refused(&world.lead, "INVALID boundaryGradeId").await;
        both.with("boundaryGradeId", json!(setting.grade("A").await)).refused(&world.lead, "INVALID boundaryGradeId").await;
        both.with("boundaryGradeId", json!(global_id::<Grade>(uuid::Uuid::now_v7()))).refused(&world.lead, "INVALID boundaryGradeId").await;
        create.with("maximumPerClass", json!(0)).refused(&world.lead, "INVALID maximumPerClass").await;
        create.with("maximumPerClass", json!(101)).refused(&world.lead, "INVALID maximumPerClass").await;
        create.with("minimumPerClass", json!(7)).with("maximumPerClass", json!(6)).refused(&world.lead, "INVALID maximumPerClass").await;
        create.with("judgeBy", json!("1999-01-01")).refused(&world.lead, "INVALID judgeBy").await;
        let made = both.with("judgeBy", json!("2026-07-10")).done(&world.lead).await;
        assert_eq!(made["judgeBy"], "2026-07-10");
        let update = Attempt::new(&app, "updateModerationExercise", "moderationExercise { version boundaryGrade { code } boundaryPercent maximumPerClass judgeBy }",
            json!({ "exerciseId": made["id"], "expectedVersion": 1, "boundaryGradeId": null, "boundaryPercent": null, "maximumPerClass": 8 }));
        update.refused(&world.schools[0].head, "FORBIDDEN").await;
        update.with("boundaryGradeId", exs.clone()).refused(&world.lead, "INVALID boundaryPercent").await;
        update.with("judgeBy", json!("1999-01-01")).refused(&world.lead, "INVALID judgeBy").await;
        assert_eq!(update.done(&world.lead).await, json!({ "version": 2, "boundaryGrade": null, "boundaryPercent": null, "maximumPerClass": 8, "judgeBy": "2026-07-10" }));
        Attempt::new(&app, "drawSample", "moderationExercise { state }", json!({ "exerciseId": made["id"], "expectedVersion": 2 })).done(&world.lead).await;
        let late = update.with("expectedVersion", json!(3)).with("maximumPerClass", json!(9));
        late.refused(&world.lead, "WRONG_STATE exerciseId").await;
        // By when it is to be judged may change while it is.
        let longer = Attempt::new(&app, "updateModerationExercise", "moderationExercise { judgeBy }", json!({ "exerciseId": made["id"], "expectedVersion": 3, "judgeBy": "2026-07-17" }));
        assert_eq!(longer.done(&world.lead).await, json!({ "judgeBy": "2026-07-17" }));
    }
}
