//! One viewer for each role, and for each kind of client application: who stands in the table of access.

use serde_json::json;

use crate::{Caller, Office, TestApp, World, global_id};

/// The part of the table in which somebody stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// People of a school, and people without a current appointment.
    School,
    /// People of the whole trust.
    Trust,
    /// Client applications.
    Client,
    /// Not in the table. They show that what others are refused can be done.
    Beside,
}

/// Somebody who is signed in, on any copy of the database in which they were made.
pub struct Seat {
    /// The head of their column.
    pub title: &'static str,
    /// What they are, in a sentence.
    pub who: &'static str,
    /// Where they stand.
    pub side: Side,
    token: String,
}

impl Seat {
    fn new(side: Side, title: &'static str, who: &'static str, caller: &Caller) -> Self {
        Self { title, who, side, token: caller.token().to_owned() }
    }

    /// Signs them in on a copy.
    #[must_use]
    pub fn at(&self, app: &TestApp) -> Caller {
        Caller::new(app.router.clone(), Some(self.token.clone()), app.db.clone())
    }
}

/// All scopes that a client application may have.
pub const ALL_SCOPES: &[&str] =
    &["READ_PUPILS", "READ_STAFF", "MODERATE", "COMPARE", "WRITE", "WRITE_STAFF", "SYNCHRONISE"];

/// Those who stand in the table. Their own school is the world's first, and their own class its first.
pub async fn seats(app: &TestApp, world: &World) -> Vec<Seat> {
    let mut seats = people(app, world).await;
    seats.extend(clients(app, world).await);
    seats
}

async fn people(app: &TestApp, world: &World) -> Vec<Seat> {
    let office = Office::of(app, world).await;
    let (own, other) = (world.schools[0].id, world.schools[1].id);
    let phase = world.phase_of_one_year_group(app).await;
    let (head, teacher) = (world.serving(0, "SENIOR_LEADER"), world.teaching(0, 0));
    let (mut was, mut is_to_be) = (head.clone(), head.clone());
    (was["startsOn"], was["endsOn"]) = (json!("2025-09-01"), json!("2026-06-30"));
    is_to_be["startsOn"] = json!("2026-07-02");
    let (analyst, moderator) = (json!({ "role": "TRUST_ANALYST" }), json!({ "role": "MODERATOR" }));
    let mut moderated = moderator.clone();
    (moderated["startsOn"], moderated["endsOn"]) = (json!("2025-09-01"), json!("2026-06-30"));
    let subject = world.leading_subject(0, "writing");
    for (name, appointments) in [
        ("subject.leader", vec![subject.clone()]),
        ("phase.leader", vec![world.leading_phase(0, phase)]),
        ("senco", vec![world.serving(0, "SENCO")]),
        ("was.head", vec![was]),
        ("next.head", vec![is_to_be]),
        ("two.subjects", vec![subject, world.leading_subject(1, "reading")]),
        ("teacher.moderator", vec![teacher, moderator]),
        ("senco.teacher", vec![world.serving(0, "SENCO"), world.teaching(0, 1)]),
        ("head.reader", vec![head]),
        ("school.reader", vec![analyst.clone()]),
        ("trust.reader", vec![analyst]),
        ("was.moderator", vec![moderated]),
    ] {
        let person = office.employ(&format!("{name}@test.example"), &appointments).await;
        match name {
            "school.reader" => drop(office.grant(&person, Some(own), false).await),
            "trust.reader" => drop(office.grant(&person, None, true).await),
            "head.reader" => drop(office.grant(&person, Some(other), false).await),
            _ => (),
        }
    }
    judged_while_a_moderator(app, world).await;
    let mut seats = Vec::new();
    for (side, title, name, who) in PEOPLE {
        let email = match *name {
            "teacher" => world.schools[0].classes[0].teacher.clone(),
            name => format!("{name}@test.example"),
        };
        seats.push(Seat::new(*side, title, who, &app.sign_in(&email).await));
    }
    seats
}

/// Somebody who was a moderator yesterday judges a work, as of then.
async fn judged_while_a_moderator(app: &TestApp, world: &World) {
    let yesterday = TestApp::now() - chrono::Duration::days(1);
    let moderator = app.sign_in_at("was.moderator@test.example", yesterday).await;
    let work = app.work(world.trust, world.schools[0].classes[0].id, "Reading, being judged", 0).await;
    let input = json!({
        "workId": global_id::<plumbline::moderation::SampledWork>(work), "gradeCode": "EXS", "rationale": "Seen in three pieces.",
    });
    let answer = moderator.mutate("recordSecondJudgement", input, "secondJudgement { id }").await;
    assert_eq!(answer.user_errors("recordSecondJudgement"), Vec::<String>::new());
}

const PEOPLE: &[(Side, &str, &str, &str)] = &[
    (Side::School, "Nobody", "nobody", "An account of the trust that was never appointed to anything."),
    (Side::School, "Class teacher", "teacher", "Teaches the own class, of Year 3."),
    (Side::School, "Subject leader", "subject.leader", "Leads writing in the own school."),
    (Side::School, "Phase leader", "phase.leader", "Leads a phase of Year 3 alone in the own school."),
    (Side::School, "SENCO", "senco", "Of the own school."),
    (Side::School, "Senior leader", "head1", "Of the own school."),
    (Side::School, "Senior leader until yesterday", "was.head", "Of the own school; the last day was yesterday."),
    (Side::School, "Senior leader from tomorrow", "next.head", "Of the own school; the first day is tomorrow."),
    (
        Side::School,
        "Leader of two subjects",
        "two.subjects",
        "Leads writing in the own school, and reading in the other one.",
    ),
    (Side::School, "SENCO who teaches", "senco.teacher", "SENCO of the own school, and teaches its other class."),
    (
        Side::School,
        "Senior leader with a grant",
        "head.reader",
        "Senior leader of the own school, with a grant without names for the other school.",
    ),
    (Side::Trust, "Moderator", "moderator", "Moderates, and is appointed in no school."),
    (
        Side::Trust,
        "Moderator until yesterday",
        "was.moderator",
        "Moderated until yesterday, and judged a work of the own class then.",
    ),
    (Side::Trust, "Teacher who moderates", "teacher.moderator", "Moderates, and teaches the own class."),
    (Side::Trust, "Trust lead", "lead", "Of the trust."),
    (Side::Trust, "Trust analyst", "analyst", "Of the trust, without a grant."),
    (
        Side::Trust,
        "Analyst with a grant without names",
        "school.reader",
        "Trust analyst, with a grant without names for the own school.",
    ),
    (
        Side::Trust,
        "Analyst with a grant with names",
        "trust.reader",
        "Trust analyst, with a grant with names for all schools of the trust.",
    ),
];

async fn clients(app: &TestApp, world: &World) -> Vec<Seat> {
    let office = Office::of(app, world).await;
    let (own, other) = (world.schools[0].id, world.schools[1].id);
    office.register("mis", &["SYNCHRONISE"], Some(&[own])).await;
    office.register("comparing", &["COMPARE"], None).await;
    office.register("reading", &["READ_PUPILS"], None).await;
    office.register("elsewhere", ALL_SCOPES, Some(&[other])).await;
    office.register("everything", ALL_SCOPES, Some(&[own])).await;
    let (head, lead) = (&world.schools[0].head, &world.lead);
    vec![
        Seat::new(
            Side::Client,
            "MIS",
            "The management information system of the own school, by itself: SYNCHRONISE for that school.",
            &app.sign_in_client("mis"),
        ),
        Seat::new(Side::Client, "Comparing client", "By itself: COMPARE.", &app.sign_in_client("comparing")),
        Seat::new(
            Side::Client,
            "Client with all scopes",
            "By itself: all scopes, kept to the own school.",
            &app.sign_in_client("everything"),
        ),
        Seat::new(
            Side::Client,
            "Senior leader through a reading client",
            "The senior leader of the own school, through a client with READ_PUPILS alone.",
            &app.sign_in_through(head, "reading").await,
        ),
        Seat::new(
            Side::Client,
            "Senior leader through a client of the other school",
            "The senior leader of the own school, through a client with all scopes that is kept to the other school.",
            &app.sign_in_through(head, "elsewhere").await,
        ),
        Seat::new(
            Side::Client,
            "Trust lead through a client of the other school",
            "The trust lead, through the same client.",
            &app.sign_in_through(lead, "elsewhere").await,
        ),
        Seat::new(
            Side::Client,
            "Trust lead through a reading client",
            "The trust lead, through the client with READ_PUPILS alone.",
            &app.sign_in_through(lead, "reading").await,
        ),
    ]
}

/// People who can do what is tried in the other school and in the other trust.
pub async fn beside(app: &TestApp, here: &World, there: &World) -> Vec<Seat> {
    let mut seats = Vec::new();
    for (title, email) in [
        ("head of the other school", &here.schools[1].head),
        ("lead of the other trust", &there.lead),
        ("head in the other trust", &there.schools[0].head),
        ("moderator of the other trust", &there.moderator),
    ] {
        seats.push(Seat::new(Side::Beside, title, "", &app.sign_in(email).await));
    }
    seats
}
