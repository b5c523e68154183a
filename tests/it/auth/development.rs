//! The key of this machine: accepted if no issuer is configured, or if the settings ask for it.

use chrono::Duration;
use plumbline::auth::DEVELOPMENT_ISSUER;
use plumbline::config::Auth;
use plumbline_tests::{Console, Size, TestApp, World, db_test};
use serde_json::json;

use super::issuer::{TestIssuer, header_of};
use super::keys::{Whose, key};
use super::{assert_refused, assert_welcome, with_auth, with_issuers};

db_test! {
    async fn tokens_of_this_machine_hold_beside_issuers_only_where_the_settings_say_so(app) {
        let world = World::build(&app, Size::default()).await;
        let signing = key("EdDSA", Whose::Issuer);
        let issuer = TestIssuer::start(vec![signing.jwk("a")]).await;
        let person = plumbline_tests::find_staff_by_email(&app.db, &world.schools[0].head).await.unwrap().unwrap();
        let own = app.app.keys.issue(person.id, TestApp::now(), Duration::hours(1)).unwrap();
        assert_welcome(&app.app, &own, "no issuer").await;
        let issuers = vec![issuer.settings()];
        assert_refused(&with_issuers(&app, issuers.clone()), &own, "an issuer").await;
        let both = with_auth(&app, Auth { issuers: issuers.clone(), development_key: Some(true), ..Auth::default() });
        assert_welcome(&both, &own, "both").await;
        let token = issuer.token(signing, "a", &world.schools[0].head);
        assert_welcome(&both, &token, "both").await;
        let off = with_auth(&app, Auth { issuers, development_key: Some(false), ..Auth::default() });
        assert_refused(&off, &own, "turned off").await;
        assert_welcome(&off, &token, "the issuer").await;

        // A token in the name of this machine, signed by the issuer's key, with and without the name of that key.
        let now = TestApp::now().timestamp();
        let claims = json!({ "iss": DEVELOPMENT_ISSUER, "aud": "plumbline", "sub": person.id, "iat": now, "exp": now + 60 });
        for header in [header_of(signing, "a"), json!({ "alg": "EdDSA" }).to_string()] {
            assert_refused(&both, &signing.token(&header, &claims.to_string()), &header).await;
        }
    }
}

#[tokio::test]
async fn commands_that_sign_say_so_where_what_they_sign_would_not_be_accepted() {
    let console = Console::new("sqlite:plumbline.sqlite");
    let settings = "[[auth.issuers]]\nissuer = \"https://login.example.org\"\naudience = \"plumbline\"\n";
    let file = console.folder.join("plumbline.toml");
    std::fs::write(&file, settings).unwrap();
    let said = console.run(&["token", "--as", "ann@test.example"]).await;
    assert!(said.failure().contains("set auth.development_key = true"), "{said:?}");
    std::fs::write(&file, format!("[auth]\ndevelopment_key = true\n{settings}")).unwrap();
    let said = console.run(&["token", "--as", "ann@test.example"]).await;
    assert!(said.failure().contains("nobody has the address ann@test.example"), "{said:?}");
    std::fs::write(&file, format!("[auth]\ndevelopment_key = false\n{settings}")).unwrap();
    let said = console.run(&["demo", "--listen", "127.0.0.1:0"]).await;
    assert!(said.failure().contains("auth.development_key turns off"), "{said:?}");
}
