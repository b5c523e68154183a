//! If an issuer cannot be reached, known keys hold for a while; without any, the answer says that it cannot be
//! reached.

use std::time::{Duration, Instant};

use axum::http::header;
use chrono::TimeDelta;
use plumbline::config::Auth;
use plumbline_tests::{Size, TestApp, World, db_test};
use serde_json::Value;

use super::issuer::{Mood, TestIssuer};
use super::keys::{TestKey, Whose, key};
use super::{Reply, ask, assert_refused, assert_welcome, at, with_auth, with_issuers};

fn signing() -> &'static TestKey {
    key("ES256", Whose::Issuer)
}

fn assert_unreachable(reply: &Reply, seconds: i64) {
    assert_eq!(reply.status.as_u16(), 503, "{reply:?}");
    let after = seconds.to_string();
    assert_eq!(reply.header(header::RETRY_AFTER), Some(after.as_str()), "{reply:?}");
    let body: Value = serde_json::from_str(&reply.body).unwrap();
    assert_eq!(body["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{reply:?}");
    let message = body["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("cannot be reached") && message.contains(&format!("in {seconds} seconds")), "{message}");
    assert!(body.get("data").is_none() && !reply.body.contains("127.0.0.1"), "{reply:?}");
}

db_test! {
    async fn without_any_keys_it_is_said_when_to_come_again_and_the_issuer_is_left_in_peace(app) {
        let world = World::build(&app, Size::default()).await;
        let issuer = TestIssuer::start(vec![signing().jwk("a")]).await;
        issuer.set(|answers| answers.mood = Mood::Status(500));
        let service = with_issuers(&app, vec![issuer.settings()]);
        let token = issuer.token(signing(), "a", &world.schools[0].head);
        let after = |seconds| at(&service, TestApp::now() + TimeDelta::seconds(seconds));
        assert_unreachable(&ask(&service, &token).await, 30);
        assert_unreachable(&ask(&after(10), &token).await, 20);
        assert_unreachable(&ask(&after(29), &token).await, 1);
        assert_eq!(issuer.fetches(), 1);
        // A token that could never hold is refused without the keys.
        assert_refused(&after(29), &issuer.token_at(signing(), "a", "x", TestApp::now() - TimeDelta::days(1)), "expired").await;
        issuer.set(|answers| answers.mood = Mood::Well);
        assert_unreachable(&ask(&after(29), &token).await, 1);
        assert_welcome(&after(30), &token, "it is back").await;
        assert_eq!(issuer.fetches(), 2);
    }

    async fn known_keys_hold_while_the_issuer_is_down_until_the_limit_of_the_settings(app) {
        let world = World::build(&app, Size::default()).await;
        let head = &world.schools[0].head;
        let issuer = TestIssuer::start(vec![signing().jwk("a")]).await;
        let auth = |hours| Auth { issuers: vec![issuer.settings()], keep_keys_hours: hours, ..Auth::default() };
        for hours in [1, 24] {
            issuer.set(|answers| answers.mood = Mood::Well);
            let service = with_auth(&app, auth(hours));
            assert_welcome(&service, &issuer.token(signing(), "a", head), "before").await;
            issuer.set(|answers| answers.mood = Mood::Status(503));
            let end = TestApp::now() + TimeDelta::hours(hours.into());
            for (moment, holds) in [(end - TimeDelta::seconds(1), true), (end, false), (end + TimeDelta::hours(1), false)] {
                let token = issuer.token_at(signing(), "a", head, moment);
                let reply = ask(&at(&service, moment), &token).await;
                assert_eq!(reply.status.as_u16(), if holds { 200 } else { 503 }, "{hours} hours, {moment}");
            }
            issuer.set(|answers| answers.mood = Mood::Well);
            let later = end + TimeDelta::hours(2);
            assert_welcome(&at(&service, later), &issuer.token_at(signing(), "a", head, later), "it is back").await;
        }
    }

    async fn an_issuer_that_does_not_answer_holds_somebody_up_once_and_for_five_seconds(app) {
        let world = World::build(&app, Size::default()).await;
        let head = &world.schools[0].head;
        let issuer = TestIssuer::start(vec![signing().jwk("a")]).await;
        let service = with_issuers(&app, vec![issuer.settings()]);
        assert_welcome(&service, &issuer.token(signing(), "a", head), "before").await;
        issuer.set(|answers| answers.mood = Mood::Slow(Duration::from_secs(60)));
        let later = TestApp::now() + TimeDelta::minutes(30);
        let began = Instant::now();
        assert_welcome(&at(&service, later), &issuer.token_at(signing(), "a", head, later), "kept").await;
        let took = began.elapsed();
        assert!((Duration::from_secs(5)..Duration::from_secs(20)).contains(&took), "{took:?}");
        let later = later + TimeDelta::minutes(5);
        let began = Instant::now();
        assert_welcome(&at(&service, later), &issuer.token_at(signing(), "a", head, later), "kept").await;
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    }
}
