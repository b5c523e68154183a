//! What day it is, the clocks of the trust say, and not those of Greenwich.

use axum::http::StatusCode;
use chrono::{DateTime, Duration, Utc};
use plumbline::assessment::{AssessmentWindow, Framework};
use plumbline::clock::Clock;
use plumbline::config::TimeZone;
use plumbline::curriculum::Subject;
use plumbline::organisation::Pupil;
use plumbline::protocol::{Service, router};
use plumbline_entity::assessment_window::Term;
use plumbline_tests::{Answer, Caller, Size, TestApp, World, db_test, global_id};
use sea_orm::ConnectionTrait as _;
use serde_json::json;

fn at(moment: &str) -> DateTime<Utc> {
    moment.parse().unwrap()
}

/// Somebody records a judgement of today in a window.
async fn judge(by: &Caller, world: &World, term: Term) -> Answer {
    let input = json!({
        "windowId": global_id::<AssessmentWindow>(world.windows[&term]),
        "subjectId": global_id::<Subject>(world.subjects["writing"]), "frameworkId": global_id::<Framework>(world.framework),
        "judgement": { "pupilId": global_id::<Pupil>(world.schools[0].classes[0].pupils[0]), "gradeCode": "EXS" },
    });
    by.mutate("recordJudgement", input, "judgement { judgedOn }").await
}

/// The same person at another moment, asking a service in another time zone.
async fn elsewhere(app: &TestApp, zone: &str, email: &str, moment: DateTime<Utc>) -> Caller {
    let there = app.set_up(|config| config.time_zone = TimeZone::try_from(zone.to_owned()).unwrap());
    let person = plumbline_tests::find_staff_by_email(&app.db, email).await.unwrap().unwrap();
    let token = app.app.keys.issue(person.id, moment, Duration::hours(1)).unwrap();
    let then = Service { clock: Clock::Fixed(moment), ..there.app.clone() };
    Caller::new(router(then), Some(token), app.db.clone())
}

db_test! {
    async fn a_window_opens_at_midnight_in_london_in_summer_and_in_winter(app) {
        let world = World::build(&app, Size::default()).await;
        let teacher = world.schools[0].classes[0].teacher.as_str();
        app.raw.execute_unprepared("UPDATE assessment_window SET opens_on = '2026-07-01' WHERE opens_on = '2026-04-01'").await.unwrap();
        // The spring opens on 1 January, when London's clocks are those of Greenwich.
        for (moment, term, judged) in [
            ("2025-12-31T23:30:00Z", Term::Spring, None),
            ("2026-01-01T00:30:00Z", Term::Spring, Some("2026-01-01")),
            ("2026-06-30T22:30:00Z", Term::Summer, None),
            ("2026-06-30T23:30:00Z", Term::Summer, Some("2026-07-01")),
        ] {
            let answer = judge(&app.sign_in_at(teacher, at(moment)).await, &world, term).await;
            match judged {
                Some(day) => assert_eq!(answer.of("recordJudgement")["judgement"]["judgedOn"], day, "{moment}"),
                None => assert_eq!(answer.user_errors("recordJudgement"), ["INVALID judgement.judgedOn"], "{moment}"),
            }
        }
        let by_utc = elsewhere(&app, "UTC", teacher, at("2026-06-30T23:30:00Z")).await;
        let answer = judge(&by_utc, &world, Term::Summer).await;
        assert_eq!(answer.user_errors("recordJudgement"), ["INVALID judgement.judgedOn"], "another zone is another day");
        app.assert_cells_are_right(world.trust).await;
    }

    async fn an_appointment_holds_from_midnight_to_midnight_in_london(app) {
        let world = World::build(&app, Size::default()).await;
        let theirs = format!("staff_member_id = (SELECT id FROM staff_member WHERE email = '{}')", world.analyst);
        let sql = format!("UPDATE appointment SET starts_on = '2026-07-01', ends_on = '2026-07-01' WHERE {theirs}");
        app.raw.execute_unprepared(&sql).await.unwrap();
        for (moment, holds) in [
            ("2026-06-30T22:59:00Z", false),
            ("2026-06-30T23:01:00Z", true),
            ("2026-07-01T22:59:00Z", true),
            ("2026-07-01T23:01:00Z", false),
        ] {
            let answer = app.sign_in_at(&world.analyst, at(moment)).await.ask("{ schools { totalCount } }").await;
            assert_eq!(answer.status, StatusCode::OK);
            assert_eq!(answer["data"]["schools"]["totalCount"] == 2, holds, "{moment}: {:#}", answer.body);
        }
    }
}
