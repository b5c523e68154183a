//! Two trusts in one database: neither learns of the other by what is taken, and none makes itself the one that a token
//! means.

use axum::body::Body;
use axum::http::{Request, header};
use plumbline::auth::TRUST_HEADER;
use plumbline::config::IssuerSettings;
use plumbline::protocol::{Service, router};
use plumbline_tests::{Answer, Attempt, Caller, Size, TestApp, World, db_test, find_staff_by_email};
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use super::issuer::{TestIssuer, header_of};
use super::keys::{TestKey, Whose, key};
use super::with_issuers;

fn signing() -> &'static TestKey {
    key("EdDSA", Whose::Issuer)
}

async fn issuer() -> TestIssuer {
    TestIssuer::start(vec![signing().jwk("a")]).await
}

/// A token without a client, but for what `changes` say.
fn token(issuer: &TestIssuer, email: &str, changes: Value) -> String {
    let mut claims = issuer.claims(email);
    claims.as_object_mut().unwrap().insert("azp".to_owned(), Value::Null);
    claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    signing().token(&header_of(signing(), "a"), &claims.to_string())
}

/// Who the service says somebody is, who asks in the trusts that they name.
async fn asked(app: &TestApp, service: &Service, token: &str, trusts: &[&str]) -> Answer {
    let mut request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    for trust in trusts {
        request = request.header(TRUST_HEADER, *trust);
    }
    let body = json!({ "query": "{ viewer { name roles } trust { name } }" }).to_string();
    let caller = Caller::new(router(service.clone()), None, app.db.clone());
    caller.send(request.body(Body::from(body)).unwrap()).await
}

/// The trust in which somebody is let in; none if they are not.
async fn trust_of(app: &TestApp, service: &Service, token: &str, trusts: &[&str]) -> Option<String> {
    let answer = asked(app, service, token, trusts).await;
    (answer.status.as_u16() == 200).then(|| answer.of("trust")["name"].as_str().unwrap_or_default().to_owned())
}

/// Makes an account in the trust of a lead, and appoints it there.
async fn account(app: &TestApp, lead: &str, email: &str) {
    let create = Attempt::new(
        app,
        "createStaffMember",
        "staffMember { id }",
        json!({
            "email": email, "givenName": "Ann", "familyName": "Lee",
        }),
    );
    let made = create.done(lead).await;
    let appoint = json!({ "staffMemberId": made["id"], "role": "TRUST_ANALYST" });
    Attempt::new(app, "createAppointment", "appointment { id }", appoint).done(lead).await;
}

const ONE: &str = "Test Trust";
const OTHER: &str = "Other Trust";

db_test! {
    async fn what_one_trust_has_taken_another_does_not_learn_and_may_take_too(app) {
        let (one, other) = (World::build(&app, Size::default()).await, World::build_another(&app, Size::default()).await);
        let create = Attempt::new(&app, "createStaffMember", "staffMember { email version }", json!({
            "email": "shared@both.example", "givenName": "Ann", "familyName": "Lee",
        }));
        // The same bytes, whether the other trust has it or not.
        let first = create.done(&one.lead).await;
        assert_eq!(create.done(&other.lead).await, first);
        for lead in [&one.lead, &other.lead] {
            create.with("email", json!("Shared@Both.example")).refused(lead, "DUPLICATE email").await;
        }
        // An address that somebody of another trust comes in by, too: made, and given to an account that is there.
        create.with("email", json!(other.analyst)).done(&one.lead).await;
        let nobody = find_staff_by_email(&app.db, &one.nobody).await.unwrap().unwrap();
        let update = Attempt::new(&app, "updateStaffMember", "staffMember { email }", json!({
            "staffMemberId": plumbline_tests::global_id::<plumbline::organisation::StaffMember>(nobody.id),
            "expectedVersion": 1, "email": other.moderator,
        }));
        assert_eq!(update.done(&one.lead).await["email"], json!(other.moderator));

        let register = Attempt::new(&app, "registerClient", "clientApplication { clientId version }", json!({
            "name": "Reports", "issuer": "https://login.example.org", "clientId": "reports", "scopes": ["COMPARE"],
        }));
        let first = register.done(&one.lead).await;
        assert_eq!(register.done(&other.lead).await, first);
        for lead in [&one.lead, &other.lead] {
            register.refused(lead, "DUPLICATE clientId").await;
        }
    }

    async fn nobody_is_made_somebody_else_by_what_another_trust_wrote(app) {
        let (one, other) = (World::build(&app, Size::default()).await, World::build_another(&app, Size::default()).await);
        let issuer = issuer().await;
        let shared = with_issuers(&app, vec![issuer.settings()]);
        let ann = token(&issuer, &one.analyst, json!({}));
        let before = asked(&app, &shared, &ann, &[ONE]).await;
        assert_eq!(before.of("trust")["name"], ONE);
        assert_eq!(trust_of(&app, &shared, &ann, &[OTHER]).await, None, "she is not known there");
        // The other trust takes her address: first where it had nobody, then where it would have been before her.
        account(&app, &other.lead, &one.analyst).await;
        assert_eq!(asked(&app, &shared, &ann, &[ONE]).await.body, before.body, "to the byte as before");
        assert_eq!(trust_of(&app, &shared, &ann, &[OTHER]).await.as_deref(), Some(OTHER), "by her own word alone");
        account(&app, &other.lead, "newcomer@one.example").await;
        let newcomer = token(&issuer, "newcomer@one.example", json!({}));
        assert_eq!(trust_of(&app, &shared, &newcomer, &[ONE]).await, None);
        account(&app, &one.lead, "newcomer@one.example").await;
        assert_eq!(trust_of(&app, &shared, &newcomer, &[ONE]).await.as_deref(), Some(ONE));
        // An issuer that speaks for one trust needs no word of hers, and takes no other.
        let bound = with_issuers(&app, vec![IssuerSettings { trust: Some(ONE.to_owned()), ..issuer.settings() }]);
        for email in [&one.analyst, "newcomer@one.example"] {
            let token = token(&issuer, email, json!({}));
            assert_eq!(trust_of(&app, &bound, &token, &[]).await.as_deref(), Some(ONE));
            assert_eq!(trust_of(&app, &bound, &token, &[ONE]).await.as_deref(), Some(ONE));
            assert_eq!(trust_of(&app, &bound, &token, &[OTHER]).await, None);
        }
    }

    async fn where_there_are_several_trusts_and_nothing_says_which_the_caller_is_asked_to_say(app) {
        let one = World::build(&app, Size::default()).await;
        let issuer = issuer().await;
        let service = with_issuers(&app, vec![issuer.settings()]);
        let ann = token(&issuer, &one.analyst, json!({}));
        assert_eq!(trust_of(&app, &service, &ann, &[]).await.as_deref(), Some(ONE), "the only one");
        World::build_another(&app, Size::default()).await;
        let known = asked(&app, &service, &ann, &[]).await;
        assert_eq!((known.status.as_u16(), known.error_code()), (400, "BAD_USER_INPUT"));
        assert!(known.body["errors"][0]["message"].as_str().unwrap().contains("plumbline-trust"), "{:#}", known.body);
        // Neither that answer nor the one to a name tells whether there is such a person, or such a trust.
        let stranger = token(&issuer, "stranger@nowhere.example", json!({}));
        assert_eq!(asked(&app, &service, &stranger, &[]).await.body, known.body);
        let elsewhere = asked(&app, &service, &ann, &[OTHER]).await;
        assert_eq!(elsewhere.status.as_u16(), 401);
        assert_eq!(asked(&app, &service, &ann, &["No Trust"]).await.body, elsewhere.body);
        assert_eq!(asked(&app, &service, &stranger, &[ONE]).await.body, elsewhere.body);
        assert_eq!(asked(&app, &service, &ann, &[ONE, ONE]).await.status.as_u16(), 400, "once");
        assert_eq!(asked(&app, &service, &ann, &[""]).await.status.as_u16(), 400, "with something in it");
        assert_eq!(trust_of(&app, &service, &ann, &["Test%20Trust"]).await.as_deref(), Some(ONE));
        // A token of this machine names an account by its id, and so its trust.
        let own = app.sign_in(&one.analyst).await;
        assert_eq!(own.ask("{ trust { name } }").await.of("trust")["name"], ONE);
        assert_eq!(trust_of(&app, &app.app, own.token(), &[OTHER]).await, None);
    }

    async fn a_client_application_of_two_trusts_is_what_each_registered_it_for(app) {
        let (one, other) = (World::build(&app, Size::default()).await, World::build_another(&app, Size::default()).await);
        let issuer = issuer().await;
        let service = with_issuers(&app, vec![issuer.settings()]);
        let register = Attempt::new(&app, "registerClient", "clientApplication { id }", json!({
            "name": "Reports", "issuer": issuer.name, "clientId": "reports", "scopes": ["COMPARE", "READ_STAFF"],
        }));
        let itself = token(&issuer, "x", json!({ "sub": "reports", "azp": "reports" }));
        let ann = token(&issuer, &one.lead, json!({ "azp": "reports" }));
        register.done(&one.lead).await;
        for token in [&itself, &ann] {
            assert_eq!(trust_of(&app, &service, token, &[ONE]).await.as_deref(), Some(ONE));
            assert_eq!(trust_of(&app, &service, token, &[OTHER]).await, None);
        }
        let other_way = register.with("scopes", json!(["COMPARE"]));
        let there = other_way.done(&other.lead).await;
        assert_eq!(trust_of(&app, &service, &itself, &[ONE]).await.as_deref(), Some(ONE));
        assert_eq!(trust_of(&app, &service, &itself, &[OTHER]).await.as_deref(), Some(OTHER));
        assert_eq!(trust_of(&app, &service, &ann, &[ONE]).await.as_deref(), Some(ONE));
        assert_eq!(trust_of(&app, &service, &ann, &[OTHER]).await, None, "she is not known there");
        // One trust shuts it out for itself alone.
        let revoke = Attempt::new(&app, "revokeClient", "clientApplication { id }", json!({
            "clientApplicationId": there["id"], "expectedVersion": 1,
        }));
        revoke.refused(&one.lead, "NOT_FOUND clientApplicationId").await;
        revoke.done(&other.lead).await;
        assert_eq!(trust_of(&app, &service, &itself, &[OTHER]).await, None);
        assert_eq!(trust_of(&app, &service, &itself, &[ONE]).await.as_deref(), Some(ONE));
    }
}

db_test! {
    async fn the_step_to_addresses_within_a_trust_keeps_what_is_there_and_goes_back(app) {
        let (one, _) = (World::build(&app, Size::default()).await, World::build_another(&app, Size::default()).await);
        one.judge(&app, &one.schools[0].classes[0], |_| "EXS").await;
        // What the step before it does not know has its usual value afterwards.
        app.raw.execute_unprepared("UPDATE assessment_window SET days_of_grace = 7").await.unwrap();
        let before = app.everything().await;
        let applied = app.db.migration_state().await.unwrap().applied;
        let at = applied.iter().position(|step| step.ends_with("_unique_within_a_trust")).unwrap();
        app.db.migrate_down(u32::try_from(applied.len() - at).unwrap()).await.unwrap();
        app.db.migrate_up().await.unwrap();
        let kept = |tables: Vec<(String, Vec<Value>)>| -> Vec<(String, Vec<Value>)> {
            tables.into_iter().filter(|(table, _)| table != "seaql_migrations").collect()
        };
        assert_eq!(kept(app.everything().await), kept(before));
        if !app.db.is_postgres() {
            assert_eq!(app.number("SELECT COUNT(*) AS n FROM pragma_foreign_key_check()").await, 0);
            assert_eq!(app.number("SELECT COUNT(*) AS n FROM sqlite_master WHERE name LIKE 'for_the_step%'").await, 0);
        }
        // Both ways still hold what they should.
        account(&app, &one.lead, "new@one.example").await;
    }
}
