//! Tables that have no type in the schema: read through the scope itself, as the service reads them.

use std::collections::BTreeSet;

use plumbline::auth::{Client, StaffKey, Viewer, client_of, viewer_of};
use plumbline::db::{Policy, Read as _, Scoped};
use plumbline_entity::{
    agreement_cell, agreement_edition, agreement_edition_cell, agreement_edition_work, appointment::Role, audit_entry,
    client_application::ClientScope, coverage_cell, demo_fill, idempotency_key, insecure_pupil, judgement_cell,
    plan_objective, published_outcome, sample_stratum, school_predecessor,
};
use plumbline_tests::TestApp;
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::json;

use super::run::{Asked, Run};
use super::world::World;

/// The viewer that the service makes of an asker.
async fn viewer(app: &TestApp, world: &World, asked: &Asked<'_>) -> Viewer {
    let client = match asked.asker.client {
        None => None,
        Some(id) => {
            let row = world.client_application.iter().find(|row| row.id == id).expect("a client");
            let client = client_of(&app.db, row.trust_id, &row.issuer, &row.client_id).await.expect("the database");
            client.map(|client| (client, row.trust_id))
        }
    };
    let today = TestApp::now().date_naive();
    let Some(person) = asked.asker.person else {
        let (client, trust): (Client, _) = client.expect("somebody");
        return Viewer::client(client, trust, today);
    };
    let person = viewer_of(&app.db, StaffKey::Id(person), None, TestApp::now(), app.app.config.time_zone)
        .await
        .expect("the database")
        .expect("a person");
    match client {
        Some((client, _)) => person.through(client),
        None => person,
    }
}

impl Run<'_> {
    /// What the tables without a type hold for somebody.
    pub(super) async fn tables(&mut self, asked: &Asked<'_>) {
        if !self.chance.percent(12) {
            return;
        }
        let (who, world) = (asked.expecting.who, asked.expecting.who.facts.world);
        let viewer = viewer(self.app, world, asked).await;
        self.tally.next();
        let lead = who.is(Role::TrustLead);
        let moderates = |school| {
            who.client.as_ref().is_none_or(|client| {
                client.has(ClientScope::Moderate)
                    && client.schools.as_ref().is_none_or(|schools| schools.contains(&school))
            })
        };
        let own = |trust| trust == who.trust && who.belongs();
        self.table::<sample_stratum::Entity>(asked, &viewer, &world.sample_stratum, |row| {
            lead && row.trust_id == who.trust && moderates(row.school_id)
        })
        .await;
        self.table::<judgement_cell::Entity>(asked, &viewer, &world.judgement_cell, |row| who.judgement_cell(row))
            .await;
        self.table::<agreement_cell::Entity>(asked, &viewer, &world.agreement_cell, |row| who.agreement_cell(row))
            .await;
        self.table::<agreement_edition::Entity>(asked, &viewer, &world.agreement_edition, |row| who.edition(row)).await;
        self.table::<agreement_edition_cell::Entity>(asked, &viewer, &world.agreement_edition_cell, |row| {
            who.edition_cell(row)
        })
        .await;
        self.table::<agreement_edition_work::Entity>(asked, &viewer, &world.agreement_edition_work, |_| false).await;
        self.table::<school_predecessor::Entity>(asked, &viewer, &world.school_predecessor, |row| own(row.trust_id))
            .await;
        self.table::<published_outcome::Entity>(asked, &viewer, &world.published_outcome, |_| who.belongs()).await;
        self.table::<plan_objective::Entity>(asked, &viewer, &world.plan_objective, |row| own(row.trust_id)).await;
        self.insecure(asked, &viewer).await;
        self.table::<coverage_cell::Entity>(asked, &viewer, &world.coverage_cell, |row| {
            who.taught(row.trust_id, row.school_id)
        })
        .await;
        self.audit(asked, &viewer).await;
        // What the service keeps for itself.
        self.table::<idempotency_key::Entity>(asked, &viewer, &[], |_| false).await;
        self.table::<demo_fill::Entity>(asked, &viewer, &[], |_| false).await;
    }

    /// Rows of pupils are given to nobody unwatched, so they are counted.
    async fn insecure(&mut self, asked: &Asked<'_>, viewer: &Viewer) {
        let (who, all) = (asked.expecting.who, &asked.expecting.who.facts.world.insecure_pupil);
        let expected = all.iter().filter(|row| who.insecure(row)).count();
        let got = self.app.db.count(Scoped::<insecure_pupil::Entity>::of(viewer)).await.expect("the database");
        self.tally.rows(expected, all.len() - expected);
        self.expect(asked, "all rows of `insecure_pupil`, counted", &json!(expected), &json!(got));
    }

    /// The audit of the trust belongs to a trust lead, and to no school. It grows meanwhile, so entries are counted
    /// twice.
    async fn audit(&mut self, asked: &Asked<'_>, viewer: &Viewer) {
        let who = asked.expecting.who;
        let of_staff =
            who.client.as_ref().is_none_or(|client| client.has(ClientScope::ReadStaff) && client.schools.is_none());
        let reads = who.is(Role::TrustLead) && of_staff;
        let of_trust = audit_entry::Entity::find().filter(audit_entry::Column::TrustId.eq(who.trust));
        let before = of_trust.clone().count(&self.app.raw).await.expect("the database");
        let got = self.app.db.count(Scoped::<audit_entry::Entity>::of(viewer)).await.expect("the database");
        let after = of_trust.count(&self.app.raw).await.expect("the database");
        let right = if reads { (before..=after).contains(&got) } else { got == 0 };
        self.expect(asked, "all entries of the audit", &json!(true), &json!(right));
    }

    async fn table<E: Policy<Model: std::fmt::Debug>>(
        &mut self,
        asked: &Asked<'_>,
        viewer: &Viewer,
        all: &[E::Model],
        exists: impl Fn(&E::Model) -> bool,
    ) {
        let got = self.app.db.all(Scoped::<E>::of(viewer)).await.expect("the database");
        let got: BTreeSet<String> = got.iter().map(|row| format!("{row:?}")).collect();
        let expected: BTreeSet<String> = all.iter().filter(|row| exists(row)).map(|row| format!("{row:?}")).collect();
        self.tally.table_rows += expected.len();
        self.tally.rows(expected.len(), all.len() - expected.len());
        let table = format!("all rows of `{}`", E::default().table_name());
        if expected != got {
            let missing: Vec<_> = expected.difference(&got).take(3).collect();
            let leaked: Vec<_> = got.difference(&expected).take(3).collect();
            self.expect(
                asked,
                &table,
                &json!({ "missing": [], "leaked": [] }),
                &json!({ "missing": missing, "leaked": leaked }),
            );
        }
    }
}
