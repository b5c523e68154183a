//! How a token comes with a request, and what is answered if it comes in another way.

use axum::body::Body;
use axum::http::{HeaderValue, Request, header};
use plumbline::protocol::router;
use plumbline_tests::{Size, World, db_test};
use tower::ServiceExt as _;

use super::{REFUSAL, WELCOME, ask_with};

/// The answer to a token that is there twice or in the address.
const MISPLACED: &str = r#"{"errors":[{"message":"Send one token, in one `Authorization: Bearer` header and not in the address.","extensions":{"code":"BAD_USER_INPUT"}}]}"#;

db_test! {
    async fn a_token_is_taken_from_the_one_authorization_header(app) {
        let world = World::build(&app, Size::default()).await;
        let token = app.sign_in(&world.schools[0].head).await.token().to_owned();
        let router = router(app.app.clone());
        for scheme in ["Bearer", "bearer", "BEARER"] {
            let reply = ask_with(&router, "/graphql", &[&format!("{scheme} {token}")]).await;
            assert_eq!(reply.body, WELCOME, "{scheme}");
        }
        let reply = ask_with(&router, "/graphql", &[&format!("Bearer   {token}")]).await;
        assert_eq!(reply.body, WELCOME, "more blanks than one (RFC 6750, 2.1)");
        let reply = ask_with(&router, "/graphql?other=1", &[&format!("Bearer {token}")]).await;
        assert_eq!(reply.body, WELCOME, "what else stands in the address is nobody's concern");
    }

    async fn without_a_bearer_token_one_is_asked_for_and_nothing_is_said_of_an_error(app) {
        let world = World::build(&app, Size::default()).await;
        let token = app.sign_in(&world.schools[0].head).await.token().to_owned();
        let router = router(app.app.clone());
        let schemes = ["Basic", "DPoP", "Token", "Digest", "Bearer:", "Bearers", ""];
        let mut headers: Vec<Vec<String>> = schemes.iter().map(|scheme| vec![format!("{scheme} {token}")]).collect();
        headers.extend([vec![], vec![token.clone()], vec!["Bearer".to_owned()], vec![format!("Bearer\t{token}")], vec![String::new()]]);
        for values in headers {
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            let reply = ask_with(&router, "/graphql", &values).await;
            assert_eq!((reply.status.as_u16(), reply.body.as_str()), (401, REFUSAL), "{values:?}");
            assert_eq!(reply.header(header::WWW_AUTHENTICATE), Some(r#"Bearer realm="plumbline""#), "{values:?}");
        }
    }

    async fn a_token_that_is_no_text_is_refused_like_any_other(app) {
        for bytes in [&b"Bearer \xff\xfe"[..], "Bearer t\u{e9}".as_bytes()] {
            let value = HeaderValue::from_bytes(bytes).unwrap();
            let request = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
            let request = request.header(header::AUTHORIZATION, value).body(Body::from("{}")).unwrap();
            let response = router(app.app.clone()).oneshot(request).await.unwrap();
            assert_eq!(response.headers()[header::WWW_AUTHENTICATE], r#"Bearer realm="plumbline", error="invalid_token""#);
        }
    }

    async fn two_tokens_or_one_in_the_address_are_a_mistake_that_is_named(app) {
        let world = World::build(&app, Size::default()).await;
        let token = app.sign_in(&world.schools[0].head).await.token().to_owned();
        let router = router(app.app.clone());
        let bearer = format!("Bearer {token}");
        let twice = vec![bearer.as_str(), bearer.as_str()];
        for (address, headers) in [
            ("/graphql".to_owned(), twice),
            ("/graphql".to_owned(), vec![bearer.as_str(), "Bearer other"]),
            ("/graphql".to_owned(), vec!["Basic YTpi", bearer.as_str()]),
            (format!("/graphql?access_token={token}"), vec![]),
            (format!("/graphql?a=1&access_token={token}"), vec![bearer.as_str()]),
            (format!("/graphql?access%5Ftoken={token}"), vec![bearer.as_str()]),
            ("/graphql?ACCESS_TOKEN".to_owned(), vec![bearer.as_str()]),
        ] {
            let reply = ask_with(&router, &address, &headers).await;
            assert_eq!((reply.status.as_u16(), reply.body.as_str()), (400, MISPLACED), "{address} {headers:?}");
            let challenge = reply.header(header::WWW_AUTHENTICATE);
            assert_eq!(challenge, Some(r#"Bearer realm="plumbline", error="invalid_request""#), "{address}");
        }
    }
}
