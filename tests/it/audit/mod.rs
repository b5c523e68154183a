//! Who read, changed or was refused what: all of it is recorded, and nobody can undo it unseen.

mod archived;
mod asking;
mod console;
mod failing;
mod instances;
mod killed;
mod reads;
mod refusals;
mod tampering;
mod writes;

use plumbline_tests::{Answer, TestApp};

/// Somebody asks, and is answered without an error.
async fn ask(app: &TestApp, email: &str, query: &str) -> Answer {
    let answer = app.sign_in(email).await.ask(query).await;
    assert!(answer.body["data"].is_object() && answer.body["errors"].is_null(), "{:#}", answer.body);
    answer
}
