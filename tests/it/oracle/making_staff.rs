//! Staff of a random trust: appointments of every role, past, running and to come, several at once;
//! grants in force, ended and taken back; client applications of every kind.

use chrono::{DateTime, Utc};
use plumbline_entity::{
    access_grant, appointment, appointment::Role, client_application, client_application::ClientScope, staff_member,
};
use plumbline_tests::TestApp;
use uuid::Uuid;

use super::chance::day;
use super::making::{Making, name, of_trust};

/// Every role.
pub const ROLES: [Role; 8] = [
    Role::ClassTeacher,
    Role::SubjectLeader,
    Role::PhaseLeader,
    Role::Senco,
    Role::SeniorLeader,
    Role::Moderator,
    Role::TrustLead,
    Role::TrustAnalyst,
];

const SCOPES: [ClientScope; 7] = [
    ClientScope::Synchronise,
    ClientScope::Compare,
    ClientScope::ReadPupils,
    ClientScope::ReadStaff,
    ClientScope::Moderate,
    ClientScope::Write,
    ClientScope::WriteStaff,
];

/// Makes the staff of a trust, their appointments and grants, and its client applications.
pub fn staff(making: &mut Making<'_>) {
    for (nth, role) in ROLES.into_iter().enumerate() {
        let person = making.person(nth);
        making.appoint(person, role, true);
    }
    // Nobody may moderate their own work or that of their own pupils: pairs of roles that try it.
    for (nth, pair) in [
        [Role::Moderator, Role::ClassTeacher],
        [Role::Senco, Role::SubjectLeader],
        [Role::Moderator, Role::SubjectLeader],
        [Role::SeniorLeader, Role::TrustAnalyst],
        [Role::SubjectLeader, Role::SubjectLeader],
        [Role::PhaseLeader, Role::PhaseLeader],
    ]
    .into_iter()
    .enumerate()
    {
        let person = making.person(100 + nth);
        for role in pair {
            making.appoint(person, role, true);
        }
    }
    for nth in 0..8 {
        let person = making.person(200 + nth);
        for _ in 0..making.chance.below(4) {
            let role = *making.chance.pick(&ROLES);
            making.appoint(person, role, false);
        }
    }
    grants(making);
    clients(making);
}

impl Making<'_> {
    fn person(&mut self, nth: usize) -> Uuid {
        let id = self.chance.id();
        self.world.staff_member.push(staff_member::Model {
            id,
            trust_id: self.trust,
            email: format!("person{nth}@trust{}.example", self.nth),
            given_name: name(self.chance),
            family_name: name(self.chance),
            version: 1,
        });
        id
    }

    fn appoint(&mut self, person: Uuid, role: Role, surely: bool) {
        let schools = of_trust!(self, school);
        let school = self.chance.pick(&schools).id;
        let classes: Vec<Uuid> = of_trust!(self, class)
            .into_iter()
            .filter(|class| class.school_id == school)
            .map(|class| class.id)
            .collect();
        let (phases, subjects) = (of_trust!(self, phase), of_trust!(self, subject));
        let at_school = [Role::ClassTeacher, Role::SubjectLeader, Role::PhaseLeader, Role::Senco, Role::SeniorLeader]
            .contains(&role);
        let (starts, ends) = if surely {
            ("2025-09-01", None)
        } else {
            *self.chance.pick(&[
                ("2025-09-01", None),
                ("2024-09-01", Some("2026-07-31")),
                ("2026-07-01", None),
                ("2025-09-01", Some("2026-07-01")),
                // Over, taken back, and to come.
                ("2025-09-01", Some("2026-06-30")),
                ("2026-07-01", Some("2026-06-30")),
                ("2026-07-02", None),
                ("2024-09-01", Some("2025-08-31")),
            ])
        };
        self.world.appointment.push(appointment::Model {
            id: self.chance.id(),
            trust_id: self.trust,
            staff_member_id: person,
            role,
            school_id: at_school.then_some(school),
            phase_id: (role == Role::PhaseLeader).then(|| self.chance.pick(&phases).id),
            subject_id: (role == Role::SubjectLeader).then(|| self.chance.pick(&subjects).id),
            class_id: (role == Role::ClassTeacher).then(|| *self.chance.pick(&classes)),
            starts_on: day(starts),
            ends_on: ends.map(day),
            version: 1,
        });
    }
}

fn grants(making: &mut Making<'_>) {
    let (people, schools) = (of_trust!(making, staff_member), of_trust!(making, school));
    for _ in 0..7 {
        let time = *making.chance.pick(&[
            ("2026-05-01T08:00:00Z", "2026-09-01T08:00:00Z"),
            ("2026-05-01T08:00:00Z", "2026-07-01T10:00:01Z"),
            ("2026-07-01T10:00:00Z", "2026-12-01T10:00:00Z"),
            // Just over, long over, and to come.
            ("2026-05-01T08:00:00Z", "2026-07-01T10:00:00Z"),
            ("2026-05-01T08:00:00Z", "2026-06-01T10:00:00Z"),
            ("2026-07-01T10:00:01Z", "2026-12-01T10:00:00Z"),
        ]);
        // Each of the first staff holds one role. They must not be left out.
        let whom = if making.chance.percent(45) { &people[..8] } else { &people[..] };
        let person = making.chance.pick(whom).id;
        let school = making.chance.percent(65).then(|| making.chance.pick(&schools).id);
        let with_names = making.chance.percent(50);
        let revoked = making.chance.percent(15);
        making.grant(person, school, with_names, time, revoked);
    }
    // One grant gives names for one school, another gives none for another school or for all others. Whoever holds
    // both must not see more names, or fewer.
    let both = making.person(300);
    making.appoint(both, Role::TrustAnalyst, true);
    for with_names in [true, false] {
        let school = (with_names || making.chance.percent(50)).then(|| making.chance.pick(&schools).id);
        making.grant(both, school, with_names, ("2026-05-01T08:00:00Z", "2026-09-01T08:00:00Z"), false);
    }
}

impl Making<'_> {
    fn grant(&mut self, person: Uuid, school: Option<Uuid>, with_names: bool, (from, to): (&str, &str), revoked: bool) {
        let at = |text: &str| -> DateTime<Utc> { text.parse().expect("a time") };
        let people = of_trust!(self, staff_member);
        let granted_by_id = self.chance.percent(70).then(|| self.chance.pick(&people).id);
        self.world.access_grant.push(access_grant::Model {
            id: self.chance.id(),
            trust_id: self.trust,
            staff_member_id: person,
            school_id: school,
            with_names,
            exact_figures: false,
            purpose: format!("Review number {}", self.world.access_grant.len()),
            granted_at: at(from),
            granted_by_id,
            expires_at: at(to),
            revoked_at: revoked.then(TestApp::now),
            version: 1,
        });
    }
}

fn clients(making: &mut Making<'_>) {
    let (people, schools) = (of_trust!(making, staff_member), of_trust!(making, school));
    let schools: Vec<Uuid> = schools.iter().map(|school| school.id).collect();
    for nth in 0..8 {
        let mut scopes = making.chance.some(&SCOPES, 5);
        // At least one application of each scope alone, and one that is kept to schools to synchronise them.
        if let Some(scope) = SCOPES.get(nth) {
            scopes = vec![*scope];
        }
        scopes.sort_unstable();
        let synchronises = scopes.contains(&ClientScope::Synchronise);
        let mut kept = making.chance.some(&schools, 2);
        if kept.is_empty() && synchronises {
            kept.push(*making.chance.pick(&schools));
        }
        let registered_by_id = making.chance.percent(50).then(|| making.chance.pick(&people).id);
        making.world.client_application.push(client_application::Model {
            id: making.chance.id(),
            trust_id: making.trust,
            name: format!("Client {}", nth % 5),
            issuer: if making.chance.percent(85) { "development" } else { "https://login.example" }.to_owned(),
            client_id: format!("client-{}-{nth}", making.nth),
            scopes: serde_json::to_value(&scopes).expect("scopes"),
            school_ids: (!kept.is_empty()).then(|| serde_json::to_value(&kept).expect("ids")),
            trusted_documents_only: false,
            registered_at: "2026-03-01T08:00:00Z".parse().expect("a time"),
            registered_by_id,
            revoked_at: making.chance.percent(10).then(TestApp::now),
            version: 1,
        });
    }
}
