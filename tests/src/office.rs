//! What a trust lead does at their desk, through the API, for a test that needs it done.

use plumbline::organisation::{Class, Phase, School};
use plumbline::{curriculum::Subject, organisation::StaffMember};
use plumbline_entity::phase;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::world::{Hand, put};
use crate::{Caller, TestApp, World, global_id};

/// A trust lead at work.
pub struct Office<'a> {
    app: &'a TestApp,
    lead: Caller,
}

impl<'a> Office<'a> {
    /// The office of the trust lead of a world.
    pub async fn of(app: &'a TestApp, world: &World) -> Self {
        Self { app, lead: app.sign_in(&world.lead).await }
    }

    /// Carries out a mutation that must succeed. Returns the object in its payload (`phase { id }`).
    pub async fn does(&self, mutation: &'static str, input: Value, fields: &'static str) -> Value {
        let answer = self.lead.mutate(mutation, input.clone(), fields).await;
        assert_eq!(answer.user_errors(mutation), Vec::<String>::new(), "{mutation} {input:#}");
        let object = fields.split_whitespace().next().expect("a field");
        answer.of(mutation)[object].clone()
    }

    /// Makes an account and gives it appointments, each an input without the person. Returns the id of the account.
    pub async fn employ(&self, email: &str, appointments: &[Value]) -> Value {
        let account = json!({ "email": email, "givenName": "Bo", "familyName": email.split('@').next() });
        let person = self.does("createStaffMember", account, "staffMember { id }").await["id"].clone();
        for appointment in appointments {
            self.appoint(&person, appointment).await;
        }
        person
    }

    /// Appoints somebody. Returns the appointment's id and version.
    pub async fn appoint(&self, person: &Value, appointment: &Value) -> Value {
        let mut input = appointment.clone();
        input["staffMemberId"] = person.clone();
        self.does("createAppointment", input, "appointment { id version }").await
    }

    /// Gives a grant for 30 days. Returns its id and version.
    pub async fn grant(&self, person: &Value, school: Option<Uuid>, with_names: bool) -> Value {
        let input = json!({
            "staffMemberId": person, "schoolId": school.map(global_id::<School>), "withNames": with_names,
            "purpose": "Audit of attainment in writing", "expiresAt": TestApp::now() + chrono::Duration::days(30),
        });
        self.does("createAccessGrant", input, "accessGrant { id version }").await
    }

    /// Registers a client application of the development issuer. Returns its id and version.
    pub async fn register(&self, client_id: &str, scopes: &[&str], schools: Option<&[Uuid]>) -> Value {
        let schools = schools.map(|schools| schools.iter().map(|id| global_id::<School>(*id)).collect::<Vec<_>>());
        let input = json!({
            "name": client_id, "issuer": "development", "clientId": client_id, "scopes": scopes, "schoolIds": schools,
        });
        self.does("registerClient", input, "clientApplication { id version }").await
    }

    /// The global id of somebody's account.
    pub async fn person(&self, email: &str) -> Value {
        let found = crate::find_staff_by_email(&self.app.db, email).await.expect("the database");
        json!(global_id::<StaffMember>(found.expect(email).id))
    }
}

impl World {
    /// The appointment of a class teacher, for [`Office::employ`].
    #[must_use]
    pub fn teaching(&self, school: usize, class: usize) -> Value {
        let class = global_id::<Class>(self.schools[school].classes[class].id);
        json!({ "role": "CLASS_TEACHER", "schoolId": self.school(school), "classId": class })
    }

    /// The appointment of a subject leader.
    #[must_use]
    pub fn leading_subject(&self, school: usize, subject: &str) -> Value {
        let subject = global_id::<Subject>(self.subjects[subject]);
        json!({ "role": "SUBJECT_LEADER", "schoolId": self.school(school), "subjectId": subject })
    }

    /// The appointment of a phase leader.
    #[must_use]
    pub fn leading_phase(&self, school: usize, phase: Uuid) -> Value {
        json!({ "role": "PHASE_LEADER", "schoolId": self.school(school), "phaseId": global_id::<Phase>(phase) })
    }

    /// The appointment of a SENCO or a senior leader.
    #[must_use]
    pub fn serving(&self, school: usize, role: &str) -> Value {
        json!({ "role": role, "schoolId": self.school(school) })
    }

    /// The global id of a school.
    #[must_use]
    pub fn school(&self, school: usize) -> String {
        global_id::<School>(self.schools[school].id)
    }

    /// Makes a phase of one year group alone, that of the first class of each school. Returns its id.
    pub async fn phase_of_one_year_group(&self, app: &TestApp) -> Uuid {
        let tx = app.db.begin().await.expect("a transaction");
        let hand = Hand { tx: &tx, trust: self.trust };
        let year_group = self.schools[0].classes[0].year_group;
        let id = Uuid::now_v7();
        put!(
            hand,
            phase {
                id: id,
                trust_id: self.trust,
                name: "First juniors".to_owned(),
                lowest_year_group: year_group,
                highest_year_group: year_group,
                version: 1
            }
        );
        crate::commit(tx).await;
        id
    }
}
