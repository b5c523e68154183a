//! Everybody sees what is theirs, and nothing else exists for them.

use plumbline_tests::{Size, World, db_test};
use serde_json::json;

db_test! {
    async fn each_role_sees_its_own_pupils_and_no_others(app) {
        let world = World::build(&app, Size::default()).await;
        let _ = World::build_another(&app, Size::default()).await;
        let count = "{ pupils { totalCount nodes { id } } judgements { totalCount } }";
        for (email, pupils) in [
            (&world.schools[0].classes[0].teacher, 8),
            (&world.schools[0].head, 16),
            (&world.analyst, 0),
            (&world.lead, 0),
            (&world.moderator, 0),
            (&world.nobody, 0),
        ] {
            let answer = app.sign_in(email).await.ask(count).await;
            assert_eq!(answer.of("pupils")["totalCount"], pupils, "{email}");
            assert_eq!(answer.of("pupils")["nodes"].as_array().map(Vec::len), Some(pupils), "{email}");
        }
    }

    async fn without_an_appointment_the_world_is_empty_and_without_a_token_it_is_closed(app) {
        let world = World::build(&app, Size::default()).await;
        let answer = app.sign_in(&world.nobody).await.ask("{ trust { name } schools { totalCount } viewer { roles } }").await;
        assert_eq!(answer["data"], json!({ "trust": null, "schools": { "totalCount": 0 }, "viewer": { "roles": [] } }));
        let answer = app.stranger().ask("{ trust { name } }").await;
        assert_eq!((answer.status.as_u16(), answer.error_code()), (401, "UNAUTHENTICATED"));
        assert!(answer.body.get("data").is_none());
    }
}
