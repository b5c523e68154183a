//! An issuer signs with a new key: no restart, and no honest token refused.

use std::time::Duration;

use chrono::TimeDelta;
use plumbline::protocol::Service;
use plumbline_tests::{Size, TestApp, World, db_test};

use super::issuer::{Mood, TestIssuer, header_of};
use super::keys::{TestKey, Whose, key};
use super::{assert_refused, assert_welcome, at, with_issuers};

fn old() -> &'static TestKey {
    key("ES256", Whose::Issuer)
}

fn new() -> &'static TestKey {
    key("ES256", Whose::Stranger)
}

/// Asks many times at once; everybody must be let in.
async fn all_are_welcome(service: &Service, token: &str, many: usize) {
    let asked: Vec<_> = (0..many)
        .map(|_| {
            let (service, token) = (service.clone(), token.to_owned());
            tokio::spawn(async move { assert_welcome(&service, &token, "one of many").await })
        })
        .collect();
    for asked in asked {
        asked.await.unwrap();
    }
}

db_test! {
    async fn a_token_of_a_new_key_holds_at_once_even_right_after_the_keys_were_fetched(app) {
        let world = World::build(&app, Size::default()).await;
        let head = &world.schools[0].head;
        let issuer = TestIssuer::start(vec![old().jwk("old")]).await;
        let service = with_issuers(&app, vec![issuer.settings()]);
        assert_welcome(&service, &issuer.token(old(), "old", head), "the old key").await;
        // The clock stands still: this is the very moment of the first fetch.
        issuer.publish(vec![new().jwk("new"), old().jwk("old")]);
        all_are_welcome(&service, &issuer.token(new(), "new", head), 200).await;
        assert_welcome(&service, &issuer.token(old(), "old", head), "the old key").await;
        assert_eq!(issuer.fetches(), 2, "one for all two hundred");
    }

    async fn of_two_keys_with_one_name_either_may_have_signed(app) {
        let world = World::build(&app, Size::default()).await;
        let head = &world.schools[0].head;
        let issuer = TestIssuer::start(vec![old().jwk("same"), new().jwk("same")]).await;
        let service = with_issuers(&app, vec![issuer.settings()]);
        for (key, what) in [(old(), "the first"), (new(), "the second")] {
            assert_welcome(&service, &issuer.token(key, "same", head), what).await;
        }
        let elsewhere = TestKey::new("ES256");
        assert_refused(&service, &issuer.token(&elsewhere, "same", head), "a third").await;
    }

    async fn a_token_with_fractional_times_and_hundreds_of_groups_holds(app) {
        let world = World::build(&app, Size::default()).await;
        let head = &world.schools[0].head;
        let mut jwk = old().jwk("a");
        jwk["alg"] = serde_json::Value::Null;
        let issuer = TestIssuer::start(vec![jwk]).await;
        let service = with_issuers(&app, vec![issuer.settings()]);
        let mut claims = issuer.claims(head);
        claims["exp"] = serde_json::json!(claims["exp"].as_f64().unwrap() + 0.5);
        claims["iat"] = serde_json::json!(claims["iat"].as_f64().unwrap() + 0.25);
        claims["groups"] = (0..320).map(|_| uuid::Uuid::now_v7().to_string()).collect();
        let token = old().token(&header_of(old(), "a"), &claims.to_string());
        assert!(token.len() > 16_000, "{}", token.len());
        assert_welcome(&service, &token, "somebody who is in hundreds of groups").await;
    }

    async fn a_key_that_is_published_before_it_signs_costs_nothing_when_it_does(app) {
        let world = World::build(&app, Size::default()).await;
        let head = &world.schools[0].head;
        let issuer = TestIssuer::start(vec![old().jwk("old"), new().jwk("new")]).await;
        let service = with_issuers(&app, vec![issuer.settings()]);
        assert_welcome(&service, &issuer.token(old(), "old", head), "the old key").await;
        assert_welcome(&service, &issuer.token(new(), "new", head), "the new key").await;
        assert_eq!(issuer.fetches(), 1);
    }

    async fn a_key_that_is_published_while_the_keys_are_being_fetched_is_fetched_again(app) {
        let world = World::build(&app, Size::default()).await;
        let head = &world.schools[0].head;
        let issuer = TestIssuer::start(vec![old().jwk("old")]).await;
        let service = with_issuers(&app, vec![issuer.settings()]);
        issuer.set(|answers| answers.mood = Mood::Slow(Duration::from_millis(400)));
        let first = tokio::spawn({
            let (service, token) = (service.clone(), issuer.token(old(), "old", head));
            async move { assert_welcome(&service, &token, "who waits for the first fetch").await }
        });
        while issuer.fetches() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // The answer to the fetch that is under way has the old key alone.
        issuer.publish(vec![new().jwk("new")]);
        all_are_welcome(&service, &issuer.token(new(), "new", head), 20).await;
        first.await.unwrap();
        assert_eq!(issuer.fetches(), 2);
    }

    async fn a_token_that_names_no_key_holds_by_the_only_one_and_by_the_next_only_one(app) {
        let world = World::build(&app, Size::default()).await;
        let head = &world.schools[0].head;
        let issuer = TestIssuer::start(vec![old().jwk("a")]).await;
        let service = with_issuers(&app, vec![issuer.settings()]);
        let unnamed = |key: &TestKey| key.token(r#"{"alg":"ES256"}"#, &issuer.claims(head).to_string());
        assert_welcome(&service, &unnamed(old()), "the only key").await;
        issuer.publish(vec![new().jwk("a")]);
        assert_welcome(&service, &unnamed(new()), "the next only key").await;
        assert_refused(&service, &unnamed(old()), "the one before").await;
        assert_eq!(issuer.fetches(), 2);
    }

    async fn while_somebody_makes_up_keys_a_new_one_waits_for_half_a_minute_and_no_longer(app) {
        let world = World::build(&app, Size::default()).await;
        let head = &world.schools[0].head;
        let issuer = TestIssuer::start(vec![old().jwk("old")]).await;
        let service = with_issuers(&app, vec![issuer.settings()]);
        assert_welcome(&service, &issuer.token(old(), "old", head), "the old key").await;
        assert_refused(&service, &issuer.token(new(), "made up", head), "made up").await;
        issuer.publish(vec![new().jwk("new"), old().jwk("old")]);
        let token = issuer.token(new(), "new", head);
        let after = |seconds| at(&service, TestApp::now() + TimeDelta::seconds(seconds));
        assert_refused(&after(29), &token, "for 30 seconds the issuer is not asked because of unknown keys").await;
        assert_welcome(&after(30), &token, "then it is").await;
        assert_welcome(&after(30), &issuer.token(old(), "old", head), "the old key").await;
        assert_eq!(issuer.fetches(), 3);
    }

    async fn two_keys_of_one_name_are_told_apart_by_their_algorithm(app) {
        let world = World::build(&app, Size::default()).await;
        let head = &world.schools[0].head;
        let ed25519 = key("EdDSA", Whose::Issuer);
        let issuer = TestIssuer::start(vec![old().jwk("same"), ed25519.jwk("same")]).await;
        let service = with_issuers(&app, vec![issuer.settings()]);
        assert_welcome(&service, &issuer.token(old(), "same", head), "ES256").await;
        assert_welcome(&service, &issuer.token(ed25519, "same", head), "EdDSA").await;
        let crossed = ed25519.token(&header_of(old(), "same"), &issuer.claims(head).to_string());
        assert_refused(&service, &crossed, "the other's signature").await;
    }
}
