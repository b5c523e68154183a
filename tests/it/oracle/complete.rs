//! The oracle knows all of the schema: a type, field, filter, order or mutation that it does not ask
//! about fails here, so that what is added is asked about too.

use std::collections::BTreeSet;

use plumbline::{app::schema, config::Config};
use serde_json::{Value, json};

use super::attempts::MUTATIONS;
use super::shape::{Kind, Shape};

/// Root fields that are asked for in ways of their own.
const APART: [&str; 7] =
    ["node", "nodes", "trust", "viewer", "moderationAgreement", "publishedOutcomes", "auditEntries"];

/// The audit grows with each question: it has tests of its own, and who reads it is asked in `tables`.
const AUDIT: &str = "AuditEntry";

async fn types() -> Vec<Value> {
    let question = "{ __schema { types { name fields { name } inputFields { name } enumValues { name } possibleTypes { name } } } }";
    let answer = schema(&Config::default()).execute(question).await;
    let answer = serde_json::to_value(answer).unwrap();
    answer["data"]["__schema"]["types"].as_array().unwrap().clone()
}

/// The names in a part of a type; none where there is no such type.
fn names(types: &[Value], name: &str, part: &str) -> BTreeSet<String> {
    let found = types.iter().find(|found| found["name"] == json!(name));
    let names = found.into_iter().flat_map(|found| found[part].as_array().into_iter().flatten());
    names.map(|part| part["name"].as_str().unwrap().to_owned()).collect()
}

fn set<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    names.into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn the_oracle_asks_about_every_type_field_filter_and_order() {
    let types = types().await;
    let mut nodes: BTreeSet<String> = Kind::ALL.iter().map(|kind| format!("{kind:?}")).collect();
    nodes.insert(AUDIT.to_owned());
    assert_eq!(names(&types, "Node", "possibleTypes"), nodes);
    for kind in Kind::ALL {
        let Shape { plain, leads, lists, filters, orders, .. } = kind.shape();
        let mut fields = set(plain.iter().copied());
        fields.extend(set(leads.iter().map(|lead| lead.0)));
        fields.extend(set(lists.iter().map(|list| list.0)));
        fields.insert("id".to_owned());
        if kind == Kind::ClientApplication {
            fields.insert("keptToSchools".to_owned());
        }
        assert_eq!(names(&types, &format!("{kind:?}"), "fields"), fields, "{kind:?}");
        let filter = names(&types, &format!("{kind:?}Filter"), "inputFields");
        assert_eq!(filter, set(filters.iter().map(|filter| filter.0)), "{kind:?}");
        let order = names(&types, &format!("{kind:?}Order"), "enumValues");
        assert_eq!(order, set(orders.iter().map(|order| order.0)), "{kind:?}");
    }
    let mut roots = set(APART);
    roots.extend(set(Kind::ALL.iter().flat_map(|kind| [kind.shape().list, kind.shape().one]).flatten()));
    assert_eq!(names(&types, "Query", "fields"), roots);
}

#[tokio::test]
async fn the_oracle_tries_every_mutation() {
    assert_eq!(names(&types().await, "Mutation", "fields"), set(MUTATIONS.iter().map(|mutation| mutation.0)));
}
