//! Trying a mutation: as the one who may, and as those who may not.

use serde_json::Value;
use uuid::Uuid;

use crate::{Answer, Caller, TestApp};

/// A mutation with an input, to be tried by several people and in several ways.
///
/// ```ignore
/// let create = Attempt::new(&app, "createPhase", "phase { id name }", json!({ "name": "Early Years" }));
/// create.refused(&world.analyst, "FORBIDDEN").await;
/// create.with("name", json!("")).refused(&world.lead, "INVALID name").await;
/// let phase = create.done(&world.lead).await;
/// ```
#[derive(Clone)]
pub struct Attempt<'a> {
    app: &'a TestApp,
    name: &'static str,
    fields: &'static str,
    input: Value,
}

impl<'a> Attempt<'a> {
    /// The mutation `name` with an input; `fields` is the changed object in the payload, as in `phase { id name }`.
    #[must_use]
    pub const fn new(app: &'a TestApp, name: &'static str, fields: &'static str, input: Value) -> Self {
        Self { app, name, fields, input }
    }

    /// The same with another value of one field of the input; null leaves the field out.
    #[must_use]
    pub fn with(&self, field: &str, value: Value) -> Self {
        let mut changed = self.clone();
        let fields = changed.input.as_object_mut().expect("an input object");
        if value.is_null() {
            fields.remove(field);
        } else {
            fields.insert(field.to_owned(), value);
        }
        changed
    }

    /// What somebody is answered.
    pub async fn by(&self, email: &str) -> Answer {
        self.through(&self.app.sign_in(email).await).await
    }

    /// What a caller who is signed in already is answered.
    pub async fn through(&self, caller: &Caller) -> Answer {
        caller.mutate(self.name, self.input.clone(), self.fields).await
    }

    /// Somebody carries it out. Returns the object as it is then.
    pub async fn done(&self, email: &str) -> Value {
        let answer = self.by(email).await;
        assert_eq!(answer.user_errors(self.name), Vec::<String>::new(), "{email}: {:#}", answer.body);
        let object = self.object(&answer);
        assert!(!object.is_null(), "{email} is answered nothing");
        object
    }

    /// Somebody tries and is refused with `expected` (`INVALID name`; several are parted by commas). Nothing else is
    /// answered, and nothing has changed anywhere.
    pub async fn refused(&self, email: &str, expected: &str) -> Answer {
        let before = self.app.everything().await;
        let answer = self.by(email).await;
        assert_eq!(answer.user_errors(self.name).join(", "), expected, "{email}: {} {:#}", self.input, answer.body);
        assert!(self.object(&answer).is_null(), "{email} is answered more than the refusal: {:#}", answer.body);
        assert_eq!(self.app.everything().await, before, "{email} was refused, and yet something changed");
        answer
    }

    /// Somebody who saw an older version tries: they are shown the object as it is, and nothing has changed.
    pub async fn stale(&self, email: &str) -> Value {
        let before = self.app.everything().await;
        let answer = self.by(email).await;
        assert_eq!(answer.user_errors(self.name), ["STALE expectedVersion"]);
        assert_eq!(self.app.everything().await, before, "{email} was too late, and yet something changed");
        let object = self.object(&answer);
        assert!(!object.is_null(), "the object as it is now");
        object
    }

    fn object(&self, answer: &Answer) -> Value {
        let field = self.fields.split_whitespace().next().expect("a field");
        answer.of(self.name)[field].clone()
    }
}

/// Tables that record what was asked and tried: they grow even if nothing else changes.
pub(crate) const RECORDS: &[&str] = &["audit_entry", "caller_cost"];

impl TestApp {
    /// All rows of all tables, without those that record what was asked and tried.
    pub async fn everything(&self) -> Vec<(String, Vec<Value>)> {
        let mut tables = Vec::new();
        for table in self.tables().await {
            if RECORDS.contains(&table.as_str()) {
                continue;
            }
            let rows = self.snapshot(&table).await;
            tables.push((table, rows));
        }
        tables
    }

    /// Fails unless the cells are what counting everything anew makes of them.
    pub async fn assert_cells_are_right(&self, trust: Uuid) {
        const CELLS: [&str; 2] = ["judgement_cell", "coverage_cell"];
        let mut kept = Vec::new();
        for table in CELLS {
            kept.push(self.snapshot(table).await);
        }
        let tx = self.db.begin().await.expect("a transaction");
        plumbline::comparison::cells::rebuild(&tx, trust).await.expect("a rebuild");
        tx.commit().await.expect("a rebuild");
        for (table, kept) in CELLS.into_iter().zip(kept) {
            assert_eq!(kept, self.snapshot(table).await, "the cells did not follow: {table}");
        }
    }
}
