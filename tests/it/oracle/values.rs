//! Rows as the schema names what is in them: plain values by field, and links to other rows.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use plumbline_entity::year_group::YearGroup;
use serde_json::{Value, json};
use uuid::Uuid;

use super::shape::Kind;
use super::world::World;

/// A plain value. Values of one field can be compared, as its orders and filters do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    Nothing,
    Number(i64),
    /// Text, an enum, a day or a moment.
    Text(String),
    Flag(bool),
    YearGroup(YearGroup),
    Texts(Vec<String>),
}

impl Cell {
    /// As it stands in an answer.
    pub fn json(&self) -> Value {
        match self {
            Self::Nothing => Value::Null,
            Self::Number(number) => json!(number),
            Self::Text(text) => json!(text),
            Self::Flag(flag) => json!(flag),
            Self::YearGroup(year_group) => json!(year_group),
            Self::Texts(texts) => json!(texts),
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}
impl From<&String> for Cell {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}
impl From<i32> for Cell {
    fn from(number: i32) -> Self {
        Self::Number(number.into())
    }
}
impl From<i16> for Cell {
    fn from(number: i16) -> Self {
        Self::Number(number.into())
    }
}
impl From<bool> for Cell {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}
impl From<NaiveDate> for Cell {
    fn from(day: NaiveDate) -> Self {
        Self::Text(day.to_string())
    }
}
impl From<DateTime<Utc>> for Cell {
    fn from(moment: DateTime<Utc>) -> Self {
        Self::Text(moment.to_rfc3339())
    }
}
impl From<YearGroup> for Cell {
    fn from(year_group: YearGroup) -> Self {
        Self::YearGroup(year_group)
    }
}
impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, Into::into)
    }
}

/// A row as the schema shows it.
#[derive(Clone, Debug)]
pub struct Row {
    pub id: Uuid,
    pub cells: BTreeMap<&'static str, Cell>,
    pub links: BTreeMap<&'static str, Option<Uuid>>,
}

impl Row {
    fn new(id: Uuid, trust: Uuid) -> Self {
        Self { id, cells: BTreeMap::new(), links: BTreeMap::from([("trust", Some(trust))]) }
    }

    fn has(mut self, field: &'static str, value: impl Into<Cell>) -> Self {
        self.cells.insert(field, value.into());
        self
    }

    fn leads(mut self, field: &'static str, to: impl Into<Option<Uuid>>) -> Self {
        self.links.insert(field, to.into());
        self
    }
}

/// All rows, by type and id.
pub type Rows = HashMap<Kind, BTreeMap<Uuid, Row>>;

/// All rows of a world.
pub fn rows(world: &World) -> Rows {
    let mut rows = Rows::new();
    let mut put = |kind: Kind, row: Row| {
        rows.entry(kind).or_default().insert(row.id, row);
    };
    organisation(world, &mut put);
    pupils(world, &mut put);
    access(world, &mut put);
    moderation(world, &mut put);
    rows
}

fn organisation(world: &World, put: &mut impl FnMut(Kind, Row)) {
    for row in &world.trust {
        put(Kind::Trust, Row::new(row.id, row.id).has("name", &row.name));
    }
    for row in &world.school {
        let laestab = format!("{:03}/{:04}", row.la_code, row.establishment_number);
        let shown = Row::new(row.id, row.trust_id).has("urn", row.urn).has("laestab", &laestab).has("name", &row.name);
        let shown = shown.has("educationPhase", row.education_phase.code()).has("version", row.version);
        let shown = shown.has("lowestAge", row.lowest_age).has("highestAge", row.highest_age);
        put(Kind::School, shown.has("openedOn", row.opened_on).has("closedOn", row.closed_on));
    }
    for row in &world.academic_year {
        let shown = Row::new(row.id, row.trust_id).has("year", row.year);
        put(Kind::AcademicYear, shown.has("startsOn", row.starts_on).has("endsOn", row.ends_on));
    }
    for row in &world.phase {
        let shown = Row::new(row.id, row.trust_id).has("name", &row.name).has("version", row.version);
        let shown = shown.has("lowestYearGroup", row.lowest_year_group);
        put(Kind::Phase, shown.has("highestYearGroup", row.highest_year_group));
    }
    for row in &world.class {
        let shown = Row::new(row.id, row.trust_id).has("name", &row.name).has("version", row.version);
        let shown = shown.has("lowestYearGroup", row.lowest_year_group).has("highestYearGroup", row.highest_year_group);
        put(Kind::Class, shown.leads("school", row.school_id).leads("academicYear", row.academic_year_id));
    }
    for row in &world.staff_member {
        let shown = Row::new(row.id, row.trust_id).has("email", &row.email).has("version", row.version);
        put(Kind::StaffMember, shown.has("givenName", &row.given_name).has("familyName", &row.family_name));
    }
    for row in &world.appointment {
        let shown = Row::new(row.id, row.trust_id).has("role", row.role.code()).has("version", row.version);
        let shown = shown.has("startsOn", row.starts_on).has("endsOn", row.ends_on);
        let shown = shown.leads("staffMember", row.staff_member_id).leads("school", row.school_id);
        let shown = shown.leads("phase", row.phase_id).leads("subject", row.subject_id);
        put(Kind::Appointment, shown.leads("class", row.class_id));
    }
    for row in &world.subject {
        put(Kind::Subject, Row::new(row.id, row.trust_id).has("code", &row.code).has("name", &row.name));
    }
}

fn pupils(world: &World, put: &mut impl FnMut(Kind, Row)) {
    for row in &world.pupil {
        let shown = Row::new(row.id, row.trust_id).has("upn", row.upn.as_ref()).has("version", row.version);
        let shown = shown.has("givenName", row.given_name.as_ref()).has("familyName", row.family_name.as_ref());
        let shown = shown.has("dateOfBirth", row.date_of_birth);
        put(Kind::Pupil, shown.has("sex", row.sex.map(plumbline_entity::pupil::Sex::code)));
    }
    for row in &world.pupil_characteristics {
        let shown = Row::new(row.id, row.trust_id).has("freeSchoolMeals", row.free_school_meals);
        let shown = shown.has("everSixFreeSchoolMeals", row.ever_six_free_school_meals);
        let shown = shown.has("everInCare", row.ever_in_care).has("serviceChild", row.service_child);
        let shown = shown.has("disadvantaged", row.disadvantaged).has("pupilPremium", row.pupil_premium);
        let shown = shown.has("sen", row.sen.map(plumbline_entity::pupil_characteristics::SenProvision::code));
        let language = row.first_language.map(plumbline_entity::pupil_characteristics::FirstLanguage::code);
        let shown = shown.has("firstLanguage", language).has("version", row.version);
        put(Kind::PupilCharacteristics, shown.leads("pupil", row.pupil_id).leads("academicYear", row.academic_year_id));
    }
    for row in &world.enrolment {
        let shown = Row::new(row.id, row.trust_id).has("yearGroup", row.year_group).has("version", row.version);
        let shown = shown.has("startsOn", row.starts_on).has("endsOn", row.ends_on).leads("school", row.school_id);
        put(Kind::Enrolment, shown.leads("pupil", row.pupil_id).leads("class", row.class_id));
    }
    for row in &world.judgement {
        let shown = Row::new(row.id, row.trust_id).has("yearGroup", row.year_group).has("judgedOn", row.judged_on);
        let shown = shown.has("recordedAt", row.recorded_at).has("isCurrent", row.is_current);
        let shown = shown.leads("pupil", row.pupil_id).leads("class", row.class_id).leads("school", row.school_id);
        let shown = shown.leads("subject", row.subject_id).leads("window", row.window_id);
        let shown = shown.leads("grade", row.grade_id).leads("judgedBy", row.judged_by_id);
        put(Kind::Judgement, shown.leads("supersedes", row.supersedes_id));
    }
}

fn access(world: &World, put: &mut impl FnMut(Kind, Row)) {
    for row in &world.access_grant {
        let shown = Row::new(row.id, row.trust_id)
            .has("withNames", row.with_names)
            .has("exactFigures", row.exact_figures)
            .has("purpose", &row.purpose);
        let shown = shown.has("grantedAt", row.granted_at).has("expiresAt", row.expires_at);
        let shown = shown.has("revokedAt", row.revoked_at).has("version", row.version);
        let shown = shown.leads("staffMember", row.staff_member_id).leads("school", row.school_id);
        put(Kind::AccessGrant, shown.leads("grantedBy", row.granted_by_id));
    }
    for row in &world.client_application {
        let shown = Row::new(row.id, row.trust_id).has("name", &row.name).has("issuer", &row.issuer);
        let shown = shown.has("clientId", &row.client_id).has("trustedDocumentsOnly", row.trusted_documents_only);
        let shown = shown.has("registeredAt", row.registered_at).has("revokedAt", row.revoked_at);
        let scopes = serde_json::from_value(row.scopes.clone()).expect("a list of texts");
        let shown = shown.has("scopes", Cell::Texts(scopes)).has("version", row.version);
        put(Kind::ClientApplication, shown.leads("registeredBy", row.registered_by_id));
    }
    for row in &world.framework {
        let shown = Row::new(row.id, row.trust_id).has("code", &row.code);
        put(Kind::Framework, shown.has("edition", &row.edition).has("name", &row.name));
    }
    for row in &world.grade {
        let shown = Row::new(row.id, row.trust_id).has("code", &row.code).has("name", &row.name);
        put(Kind::Grade, shown.has("rank", row.rank).leads("framework", row.framework_id));
    }
    for row in &world.assessment_window {
        let shown = Row::new(row.id, row.trust_id).has("term", row.term.code()).has("opensOn", row.opens_on);
        let shown = shown.has("closesOn", row.closes_on);
        put(Kind::AssessmentWindow, shown.leads("academicYear", row.academic_year_id));
    }
}

fn moderation(world: &World, put: &mut impl FnMut(Kind, Row)) {
    for row in &world.moderation_exercise {
        let shown = Row::new(row.id, row.trust_id).has("title", &row.title).has("level", row.level.code());
        let shown = shown.has("state", row.state.code()).has("samplePercent", row.sample_percent);
        let seed = row.seed.map(|seed| Cell::Text(seed.to_string()));
        let shown = shown.has("minimumPerClass", row.minimum_per_class).has("seed", seed);
        let shown = shown.has("version", row.version).leads("subject", row.subject_id);
        put(Kind::ModerationExercise, shown.leads("window", row.window_id).leads("framework", row.framework_id));
    }
    for row in &world.sampled_work {
        let shown = Row::new(row.id, row.trust_id).has("code", &row.code).has("yearGroup", row.year_group);
        put(Kind::SampledWork, shown.leads("exercise", row.exercise_id).leads("judgement", row.judgement_id));
    }
    for row in &world.second_judgement {
        let shown = Row::new(row.id, row.trust_id).has("rationale", &row.rationale).has("judgedOn", row.judged_on);
        let shown = shown.has("recordedAt", row.recorded_at).has("isCurrent", row.is_current);
        let shown = shown.leads("exercise", row.exercise_id).leads("work", row.work_id);
        put(Kind::SecondJudgement, shown.leads("moderator", row.moderator_id).leads("grade", row.grade_id));
    }
    for row in &world.moderation_outcome {
        let shown = Row::new(row.id, row.trust_id).has("decision", row.decision.code());
        let shown = shown.has("agreedOn", row.agreed_on).has("version", row.version);
        let shown = shown.leads("exercise", row.exercise_id).leads("work", row.work_id);
        put(Kind::ModerationOutcome, shown.leads("agreedGrade", row.agreed_grade_id));
    }
}
