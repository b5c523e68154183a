//! Keys are fetched once for all who wait, not too often, and not too seldom.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use plumbline::protocol::Service;
use plumbline_tests::{Size, TestApp, World, db_test};

use super::issuer::{Mood, TestIssuer};
use super::keys::{TestKey, Whose, key};
use super::{assert_refused, assert_welcome, at, with_issuers};

fn signing() -> &'static TestKey {
    key("EdDSA", Whose::Issuer)
}

async fn wait_for_fetches(issuer: &TestIssuer, expected: usize) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while issuer.fetches() < expected {
        assert!(Instant::now() < deadline, "{} fetches", issuer.fetches());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Asks with a thousand tokens at once, each of a key that its issuer never had.
async fn a_thousand_unknown_keys(service: &Service, issuer: &TestIssuer, head: &str) {
    let asked: Vec<_> = (0..1000)
        .map(|n| {
            let token = issuer.token_at(signing(), &format!("unknown-{n}"), head, service.clock.now());
            let service = service.clone();
            tokio::spawn(async move { assert_refused(&service, &token, "an unknown key").await })
        })
        .collect();
    for asked in asked {
        asked.await.unwrap();
    }
}

db_test! {
    async fn the_first_to_come_wait_for_one_fetch_together(app) {
        let world = World::build(&app, Size::default()).await;
        let issuer = TestIssuer::start(vec![signing().jwk("a")]).await;
        issuer.set(|answers| answers.mood = Mood::Slow(Duration::from_millis(200)));
        let service = with_issuers(&app, vec![issuer.settings()]);
        let token = issuer.token(signing(), "a", &world.schools[0].head);
        let asked: Vec<_> = (0..100)
            .map(|_| {
                let (service, token) = (service.clone(), token.clone());
                tokio::spawn(async move { assert_welcome(&service, &token, "one of the first").await })
            })
            .collect();
        for asked in asked {
            asked.await.unwrap();
        }
        assert_eq!(issuer.fetches(), 1);
    }

    async fn those_who_came_a_moment_before_the_one_who_fetched_are_served_too(app) {
        let world = World::build(&app, Size::default()).await;
        let issuer = TestIssuer::start(vec![signing().jwk("a")]).await;
        issuer.set(|answers| answers.mood = Mood::Slow(Duration::from_millis(200)));
        let service = with_issuers(&app, vec![issuer.settings()]);
        let token = issuer.token(signing(), "a", &world.schools[0].head);
        let asked: Vec<_> = (0..50)
            .map(|n| {
                let (service, token) = (at(&service, TestApp::now() - TimeDelta::milliseconds(n)), token.clone());
                tokio::spawn(async move { assert_welcome(&service, &token, "a moment before").await })
            })
            .collect();
        for asked in asked {
            asked.await.unwrap();
        }
        assert_eq!(issuer.fetches(), 1);
    }

    async fn a_clock_that_is_put_back_ends_no_key_and_has_them_fetched_anew(app) {
        let world = World::build(&app, Size::default()).await;
        let head = &world.schools[0].head;
        let issuer = TestIssuer::start(vec![signing().jwk("a")]).await;
        let service = with_issuers(&app, vec![issuer.settings()]);
        assert_welcome(&service, &issuer.token(signing(), "a", head), "before").await;
        let back = TestApp::now() - TimeDelta::hours(2);
        let token = issuer.token_at(signing(), "a", head, back);
        issuer.set(|answers| answers.mood = Mood::Status(500));
        assert_welcome(&at(&service, back), &token, "while it is down").await;
        assert_eq!(issuer.fetches(), 2);
        issuer.set(|answers| answers.mood = Mood::Well);
        let later = back + TimeDelta::seconds(30);
        assert_welcome(&at(&service, later), &token, "while it is fetched").await;
        wait_for_fetches(&issuer, 3).await;
    }

    async fn unknown_keys_by_the_thousand_cost_the_issuer_one_question_in_half_a_minute(app) {
        let world = World::build(&app, Size::default()).await;
        let head = &world.schools[0].head;
        let issuer = TestIssuer::start(vec![signing().jwk("a")]).await;
        let service = with_issuers(&app, vec![issuer.settings()]);
        assert_welcome(&service, &issuer.token(signing(), "a", head), "a known key").await;
        assert_eq!(issuer.fetches(), 1);
        for (seconds, fetches) in [(0, 2), (15, 2), (29, 2), (30, 3), (59, 3), (60, 4)] {
            let service = at(&service, TestApp::now() + TimeDelta::seconds(seconds));
            a_thousand_unknown_keys(&service, &issuer, head).await;
            assert_eq!(issuer.fetches(), fetches, "after {seconds} seconds");
            let honest = issuer.token_at(signing(), "a", head, service.clock.now());
            assert_welcome(&service, &honest, "a known key").await;
        }
    }

    async fn unknown_keys_do_not_cost_more_where_the_issuer_fails(app) {
        let world = World::build(&app, Size::default()).await;
        let head = &world.schools[0].head;
        let issuer = TestIssuer::start(vec![signing().jwk("a")]).await;
        let service = with_issuers(&app, vec![issuer.settings()]);
        assert_welcome(&service, &issuer.token(signing(), "a", head), "a known key").await;
        issuer.set(|answers| answers.mood = Mood::Status(500));
        a_thousand_unknown_keys(&service, &issuer, head).await;
        assert_eq!(issuer.fetches(), 2);
        // Nor do they if the keys are due at the same time.
        let later = at(&service, TestApp::now() + TimeDelta::minutes(25));
        a_thousand_unknown_keys(&later, &issuer, head).await;
        assert_eq!(issuer.fetches(), 3);
    }

    async fn keys_of_ten_minutes_are_fetched_anew_while_nobody_waits(app) {
        let world = World::build(&app, Size::default()).await;
        let head = &world.schools[0].head;
        let issuer = TestIssuer::start(vec![signing().jwk("a")]).await;
        let service = with_issuers(&app, vec![issuer.settings()]);
        let token = issuer.token(signing(), "a", head);
        assert_welcome(&service, &token, "the first").await;
        let before = at(&service, TestApp::now() + TimeDelta::seconds(599));
        assert_welcome(&before, &token, "not yet").await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(issuer.fetches(), 1);
        issuer.set(|answers| answers.mood = Mood::Slow(Duration::from_secs(4)));
        let after = at(&service, TestApp::now() + TimeDelta::seconds(600));
        let began = Instant::now();
        for _ in 0..5 {
            assert_welcome(&after, &token, "while it is slow").await;
        }
        assert!(began.elapsed() < Duration::from_secs(4), "nobody waited");
        wait_for_fetches(&issuer, 2).await;
        assert_eq!(issuer.fetches(), 2);
    }

    async fn a_key_that_the_issuer_withdraws_holds_for_twenty_minutes_at_most(app) {
        let world = World::build(&app, Size::default()).await;
        let head = &world.schools[0].head;
        let issuer = TestIssuer::start(vec![signing().jwk("a")]).await;
        let service = with_issuers(&app, vec![issuer.settings()]);
        let token = issuer.token(signing(), "a", head);
        assert_welcome(&service, &token, "before").await;
        issuer.publish(vec![]);
        // Nobody asked meanwhile, so nothing was fetched.
        let late = at(&service, TestApp::now() + TimeDelta::minutes(20));
        assert_refused(&late, &token, "withdrawn").await;
        assert_eq!(issuer.fetches(), 2, "keys that were fetched after the token came are not fetched again");
    }
}
