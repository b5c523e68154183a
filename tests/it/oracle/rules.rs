//! The rules of `docs/authorization.md` implemented a second time, row by row over lists in memory.
//!
//! Nothing here shares a line with the policies of the service. It was written from the document before they were
//! read. It answers for one row at a time; the policies write SQL for all rows.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use plumbline_entity::{
    access_grant, appointment, appointment::Role, client_application, client_application::ClientScope, enrolment,
    judgement, moderation_exercise::ExerciseState, pupil_characteristics, sampled_work, year_group::YearGroup,
};
use uuid::Uuid;

use super::facts::Facts;
use super::shape::Kind;

/// Whose request it is: a person, a client application, or one for the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asker {
    pub person: Option<Uuid>,
    pub client: Option<Uuid>,
}

/// A way in which somebody comes to rows of pupils. Each is used as a whole: no part of one is combined with a part
/// of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Teacher { class: Uuid },
    Subject { school: Uuid, subject: Uuid },
    Phase { school: Uuid, lowest: YearGroup, highest: YearGroup },
    Senco { school: Uuid },
    Senior { school: Uuid },
    Grant { school: Option<Uuid>, names: bool },
}

/// Somebody as they stand at the moment of the request.
pub struct Who<'f, 'w> {
    pub facts: &'f Facts<'w>,
    pub trust: Uuid,
    pub person: Option<Uuid>,
    /// Appointments that are current.
    pub held: Vec<&'w appointment::Model>,
    /// Grants that are in force.
    pub grants: Vec<&'w access_grant::Model>,
    pub client: Option<Registered>,
    pub ways: Vec<Way>,
}

/// A client application as it is registered.
#[derive(Clone, Debug)]
pub struct Registered {
    pub scopes: Vec<ClientScope>,
    pub schools: Option<Vec<Uuid>>,
}

impl Registered {
    pub fn of(row: &client_application::Model) -> Self {
        Self {
            scopes: serde_json::from_value(row.scopes.clone()).expect("scopes"),
            schools: row.school_ids.clone().map(|ids| serde_json::from_value(ids).expect("ids")),
        }
    }

    pub fn has(&self, scope: ClientScope) -> bool {
        self.scopes.contains(&scope)
    }

    pub(super) fn keeps_out(&self, school: Uuid) -> bool {
        self.schools.as_ref().is_some_and(|schools| !schools.contains(&school))
    }
}

const NAMES: &[&str] = &["upn", "givenName", "familyName", "dateOfBirth"];
const NOT_FOR_MIS: &[&str] = &["givenName", "familyName", "dateOfBirth", "sex"];
const SEED: &[&str] = &["seed"];
const BESIDE_SEN: &[&str] = &[
    "freeSchoolMeals",
    "everSixFreeSchoolMeals",
    "everInCare",
    "serviceChild",
    "disadvantaged",
    "pupilPremium",
    "firstLanguage",
];
const DESCRIBES: &[&str] = &[
    "freeSchoolMeals",
    "everSixFreeSchoolMeals",
    "everInCare",
    "serviceChild",
    "disadvantaged",
    "pupilPremium",
    "firstLanguage",
    "sen",
];

/// In which of their rows somebody may use a field to choose or to order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// In all.
    Everywhere,
    /// In those in which they may read it.
    WhereRead,
    /// In none: such a question is refused.
    Refused,
}

/// What exists for somebody: the ids of each type, and the fields hidden in each row.
#[derive(Default)]
pub struct Sight {
    pub(super) rows: HashMap<Kind, HashMap<Uuid, &'static [&'static str]>>,
}

impl Sight {
    /// Whether a row exists.
    pub fn has(&self, kind: Kind, id: Uuid) -> bool {
        self.rows.get(&kind).is_some_and(|rows| rows.contains_key(&id))
    }

    /// Whether a field of a row that exists may be read.
    pub fn reads(&self, kind: Kind, id: Uuid, field: &str) -> bool {
        self.rows[&kind].get(&id).is_some_and(|hidden| !hidden.contains(&field))
    }

    /// The rows that exist, with what is hidden in each.
    pub fn of(&self, kind: Kind) -> HashMap<Uuid, &'static [&'static str]> {
        self.rows.get(&kind).cloned().unwrap_or_default()
    }
}

impl<'f, 'w> Who<'f, 'w> {
    /// The person or client application as they stand now.
    pub fn of(facts: &'f Facts<'w>, asker: Asker, now: DateTime<Utc>) -> Self {
        let (world, today) = (facts.world, now.date_naive());
        let client = asker.client.map(|id| world.client_application.iter().find(|row| row.id == id).expect("a client"));
        let person = asker.person.map(|id| world.staff_member.iter().find(|row| row.id == id).expect("a person"));
        let trust = person.map(|row| row.trust_id).or_else(|| client.map(|row| row.trust_id)).expect("somebody");
        let is_current = |row: &&appointment::Model| {
            Some(row.staff_member_id) == asker.person
                && row.starts_on <= today
                && row.ends_on.is_none_or(|last| last >= today)
        };
        let held: Vec<_> = world.appointment.iter().filter(is_current).collect();
        let in_force = |row: &&access_grant::Model| {
            Some(row.staff_member_id) == asker.person
                && row.granted_at <= now
                && now < row.expires_at
                && row.revoked_at.is_none()
                && !held.is_empty()
        };
        let grants: Vec<_> = world.access_grant.iter().filter(in_force).collect();
        let ways = held.iter().filter_map(|held| way(facts, held));
        let granted = grants.iter().map(|grant| Way::Grant { school: grant.school_id, names: grant.with_names });
        let ways = ways.chain(granted).collect();
        Self { facts, trust, person: asker.person, held, grants, client: client.map(Registered::of), ways }
    }

    /// Whether they hold a current appointment of a role.
    pub fn is(&self, role: Role) -> bool {
        self.held.iter().any(|held| held.role == role)
    }

    /// The schools in which they hold any appointment.
    pub fn schools(&self) -> BTreeSet<Uuid> {
        self.held.iter().filter_map(|held| held.school_id).collect()
    }

    /// Whether they lead a school.
    pub fn leads(&self, school: Uuid) -> bool {
        self.ways.contains(&Way::Senior { school })
    }

    pub(super) fn alone(&self) -> Option<&Registered> {
        self.client.as_ref().filter(|_| self.person.is_none())
    }

    /// The schools that a client application by itself keeps in step.
    pub fn synchronises(&self) -> &[Uuid] {
        let client = self.alone().filter(|client| client.has(ClientScope::Synchronise));
        client.and_then(|client| client.schools.as_deref()).unwrap_or_default()
    }

    /// Whether the trust's frame is theirs to read.
    pub fn belongs(&self) -> bool {
        self.person.is_none() || !self.held.is_empty()
    }

    /// Whether the client application is registered for this area and for the row's school.
    pub(super) fn within(&self, scope: ClientScope, of: impl Fn(&Registered) -> bool) -> bool {
        self.client.as_ref().is_none_or(|client| client.has(scope) && of(client))
    }

    fn enrolled_by(&self, way: &Way, place: &enrolment::Model) -> bool {
        match *way {
            Way::Teacher { class } => place.class_id == class,
            Way::Subject { .. } => false,
            Way::Phase { school, lowest, highest } => {
                place.school_id == school && (lowest..=highest).contains(&place.year_group)
            }
            Way::Senco { school } => place.school_id == school && self.facts.with_needs.contains(&place.pupil_id),
            Way::Senior { school } => place.school_id == school,
            Way::Grant { school, .. } => {
                place.trust_id == self.trust && school.is_none_or(|school| place.school_id == school)
            }
        }
    }

    fn pupil_by(&self, way: &Way, pupil: Uuid) -> bool {
        match *way {
            Way::Subject { .. } => {
                self.facts.judgements_of(pupil).iter().any(|judgement| self.judged_by(way, judgement))
            }
            // "Of all: every pupil of the trust, one without a place included."
            Way::Grant { school: None, .. } => true,
            _ => self.facts.places_of(pupil).iter().any(|place| self.enrolled_by(way, place)),
        }
    }

    /// Whether a place is one of that year or of a later one: through it, what is recorded of the pupil for the year
    /// is seen.
    fn reaches(&self, place: &enrolment::Model, year: Uuid) -> bool {
        self.facts.begins[&year] <= self.facts.begins[&place.academic_year_id]
    }

    fn described_by(&self, way: &Way, row: &pupil_characteristics::Model) -> bool {
        let places = self.facts.places_of(row.pupil_id).iter();
        places.filter(|place| self.reaches(place, row.academic_year_id)).any(|place| self.enrolled_by(way, place))
    }

    fn judged_by(&self, way: &Way, judgement: &judgement::Model) -> bool {
        match *way {
            Way::Teacher { class } => {
                let window = self.facts.years[&judgement.window_id];
                self.facts
                    .places_of(judgement.pupil_id)
                    .iter()
                    .any(|place| place.class_id == class && self.reaches(place, window))
            }
            Way::Subject { school, subject } => judgement.school_id == school && judgement.subject_id == subject,
            Way::Phase { school, lowest, highest } => {
                judgement.school_id == school && (lowest..=highest).contains(&judgement.year_group)
            }
            Way::Senco { school } => {
                judgement.school_id == school && self.facts.with_needs.contains(&judgement.pupil_id)
            }
            Way::Senior { school } => judgement.school_id == school,
            Way::Grant { school, .. } => {
                judgement.trust_id == self.trust && school.is_none_or(|school| judgement.school_id == school)
            }
        }
    }

    /// Whether the person can read a first judgement, whatever they ask through.
    fn knows(&self, judgement: Uuid) -> bool {
        self.ways.iter().any(|way| self.judged_by(way, self.facts.judgements[&judgement]))
    }

    /// Whether what they ask through keeps hidden from a moderator of which school work is.
    fn stays_blind(&self) -> bool {
        self.client.as_ref().is_none_or(|client| client.schools.is_none())
    }

    fn work(&self, work: &sampled_work::Model) -> bool {
        let exercise = self.facts.exercises[&work.exercise_id];
        let moderates = self.stays_blind()
            && self.is(Role::Moderator)
            && exercise.state == ExerciseState::Judging
            && exercise.trust_id == self.trust
            && !self.schools().contains(&work.school_id)
            && !self.knows(work.judgement_id);
        self.is(Role::TrustLead) && work.trust_id == self.trust || moderates || self.released_to(work)
    }

    /// Whether a piece of work is released and lies where they lead.
    fn released_to(&self, work: &sampled_work::Model) -> bool {
        let exercise = self.facts.exercises[&work.exercise_id];
        let led = self.ways.iter().any(|way| match *way {
            Way::Subject { school, subject } => work.school_id == school && exercise.subject_id == subject,
            Way::Phase { school, lowest, highest } => {
                work.school_id == school && (lowest..=highest).contains(&work.year_group)
            }
            Way::Senior { school } => work.school_id == school,
            Way::Teacher { .. } | Way::Senco { .. } | Way::Grant { .. } => false,
        });
        led && self.facts.is_released(exercise.id)
    }

    fn kept_within(&self, client: &Registered, pupil: Uuid) -> bool {
        client.schools.is_none() || self.facts.places_of(pupil).iter().any(|place| !client.keeps_out(place.school_id))
    }

    /// All that exists for them.
    pub fn sight(&self) -> Sight {
        let mut sight = Sight::default();
        for kind in Kind::ALL {
            sight.rows.insert(*kind, HashMap::new());
        }
        self.frame(&mut sight);
        self.staff(&mut sight);
        self.pupils(&mut sight);
        self.moderation(&mut sight);
        self.planning(&mut sight);
        sight
    }

    fn frame(&self, sight: &mut Sight) {
        let world = self.facts.world;
        if !self.belongs() {
            return;
        }
        let mut put = |kind: Kind, id: Uuid, trust: Uuid| {
            if trust == self.trust {
                sight.rows.entry(kind).or_default().insert(id, &[]);
            }
        };
        world.trust.iter().for_each(|row| put(Kind::Trust, row.id, row.id));
        macro_rules! put_all {
            ($($table:ident: $kind:ident),+ $(,)?) => {
                $(world.$table.iter().for_each(|row| put(Kind::$kind, row.id, row.trust_id));)+
            };
        }
        put_all!(
            school: School, academic_year: AcademicYear, phase: Phase, class: Class,
            subject: Subject, curriculum: Curriculum, curriculum_version: CurriculumVersion, objective: Objective,
            framework: Framework, grade: Grade, assessment_window: AssessmentWindow, exercise_step: ExerciseStep,
        );
        for row in world.moderation_exercise.iter().filter(|row| row.trust_id == self.trust) {
            let leads =
                self.is(Role::TrustLead) && self.within(ClientScope::Moderate, |client| client.schools.is_none());
            let knows_seed = leads || self.facts.is_released(row.id);
            let hidden = if knows_seed { &[] } else { SEED };
            sight.rows.entry(Kind::ModerationExercise).or_default().insert(row.id, hidden);
        }
    }

    fn staff(&self, sight: &mut Sight) {
        let world = self.facts.world;
        if self.person.is_none() {
            return;
        }
        let (me, lead) = (self.person.expect("a person"), self.is(Role::TrustLead));
        let here = self.schools();
        let led: BTreeSet<Uuid> = here.iter().copied().filter(|school| self.leads(*school)).collect();
        for row in &world.staff_member {
            let appointed = || world.appointment.iter().filter(|held| held.staff_member_id == row.id);
            let colleague = appointed().any(|held| held.school_id.is_some_and(|school| here.contains(&school)));
            let new = !led.is_empty() && appointed().next().is_none();
            let ours = row.trust_id == self.trust && (lead || colleague || new || row.id == me);
            let of = |client: &Registered| {
                client.schools.as_ref().is_none_or(|schools| {
                    appointed().any(|held| held.school_id.is_some_and(|school| schools.contains(&school)))
                })
            };
            if ours && self.within(ClientScope::ReadStaff, of) {
                sight.rows.entry(Kind::StaffMember).or_default().insert(row.id, &[]);
            }
        }
        let at = |client: &Registered, school: Option<Uuid>| {
            client.schools.is_none() || school.is_some_and(|school| !client.keeps_out(school))
        };
        for row in &world.appointment {
            let mine = row.staff_member_id == me;
            let ours = row.trust_id == self.trust
                && (lead || mine || row.school_id.is_some_and(|school| led.contains(&school)));
            if ours && self.within(ClientScope::ReadStaff, |client| at(client, row.school_id)) {
                sight.rows.entry(Kind::Appointment).or_default().insert(row.id, &[]);
            }
        }
        for row in &world.access_grant {
            let ours = row.trust_id == self.trust && (lead || row.staff_member_id == me);
            if ours && self.within(ClientScope::ReadStaff, |client| at(client, row.school_id)) {
                sight.rows.entry(Kind::AccessGrant).or_default().insert(row.id, &[]);
            }
        }
        for row in &world.client_application {
            let ours = row.trust_id == self.trust && lead;
            if ours && self.within(ClientScope::ReadStaff, |client| client.schools.is_none()) {
                sight.rows.entry(Kind::ClientApplication).or_default().insert(row.id, &[]);
            }
        }
    }

    fn pupils(&self, sight: &mut Sight) {
        let world = self.facts.world;
        let kept: &[Uuid] = self.synchronises();
        let for_a_person = self.person.is_some();
        for row in &world.pupil {
            let by: Vec<&Way> = self.ways.iter().filter(|way| self.pupil_by(way, row.id)).collect();
            let of = |client: &Registered| self.kept_within(client, row.id);
            if row.trust_id == self.trust && for_a_person && !by.is_empty() && self.within(ClientScope::ReadPupils, of)
            {
                let named = by.iter().any(|way| !matches!(way, Way::Grant { names: false, .. }));
                let hidden = if named { &[] } else { NAMES };
                sight.rows.entry(Kind::Pupil).or_default().insert(row.id, hidden);
            }
            if self.facts.places_of(row.id).iter().any(|place| kept.contains(&place.school_id)) {
                sight.rows.entry(Kind::Pupil).or_default().insert(row.id, NOT_FOR_MIS);
            }
        }
        for row in &world.pupil_characteristics {
            let by = self.ways.iter().filter(|way| !matches!(way, Way::Subject { .. }));
            let by: Vec<&Way> = by.filter(|way| self.described_by(way, row)).collect();
            let places = self.facts.places_of(row.pupil_id);
            let reaching = places.iter().filter(|place| self.reaches(place, row.academic_year_id));
            let is_kept = reaching.clone().any(|place| kept.contains(&place.school_id));
            let of = |client: &Registered| {
                client.schools.is_none() || reaching.clone().any(|place| !client.keeps_out(place.school_id))
            };
            if row.trust_id == self.trust && for_a_person && !by.is_empty() && self.within(ClientScope::ReadPupils, of)
            {
                let all = by.iter().any(|way| !matches!(way, Way::Senco { .. }));
                let hidden = if all { &[] } else { BESIDE_SEN };
                sight.rows.entry(Kind::PupilCharacteristics).or_default().insert(row.id, hidden);
            }
            if is_kept {
                sight.rows.entry(Kind::PupilCharacteristics).or_default().insert(row.id, DESCRIBES);
            }
        }
        for row in &world.enrolment {
            let seen = for_a_person && self.ways.iter().any(|way| self.enrolled_by(way, row));
            let seen = seen && self.within(ClientScope::ReadPupils, |client| !client.keeps_out(row.school_id));
            if seen || kept.contains(&row.school_id) {
                sight.rows.entry(Kind::Enrolment).or_default().insert(row.id, &[]);
            }
        }
        for row in &world.judgement {
            let seen = for_a_person && self.ways.iter().any(|way| self.judged_by(way, row));
            if seen && self.within(ClientScope::ReadPupils, |client| !client.keeps_out(row.school_id)) {
                sight.rows.entry(Kind::Judgement).or_default().insert(row.id, &[]);
            }
        }
    }

    fn moderation(&self, sight: &mut Sight) {
        let world = self.facts.world;
        let Some(me) = self.person else { return };
        let lead = |trust: Uuid| self.is(Role::TrustLead) && trust == self.trust;
        let within = |work: Uuid| {
            self.within(ClientScope::Moderate, |client| !client.keeps_out(self.facts.works[&work].school_id))
        };
        for row in &world.sampled_work {
            if self.work(row) && within(row.id) {
                sight.rows.entry(Kind::SampledWork).or_default().insert(row.id, &[]);
            }
        }
        for row in &world.second_judgement {
            let mine = row.moderator_id == me && self.is(Role::Moderator) && self.stays_blind();
            let seen = lead(row.trust_id) || mine || self.released_to(self.facts.works[&row.work_id]);
            if seen && within(row.work_id) {
                sight.rows.entry(Kind::SecondJudgement).or_default().insert(row.id, &[]);
            }
        }
        for row in &world.moderation_outcome {
            let seen = lead(row.trust_id) || self.released_to(self.facts.works[&row.work_id]);
            if seen && within(row.work_id) {
                sight.rows.entry(Kind::ModerationOutcome).or_default().insert(row.id, &[]);
            }
        }
    }

    /// In which rows they may filter or order by a field.
    pub fn may_use(&self, kind: Kind, field: &str) -> Use {
        let in_part = |full: bool, part: bool| match (full, part) {
            (_, false) => Use::Everywhere,
            (true, true) => Use::WhereRead,
            (false, true) => Use::Refused,
        };
        let mis = !self.synchronises().is_empty();
        match kind {
            Kind::Pupil if NAMES.contains(&field) || NOT_FOR_MIS.contains(&field) => {
                let nameless = |way: &&Way| matches!(way, Way::Grant { names: false, .. });
                let some = self.ways.iter().any(|way| nameless(&way)) && NAMES.contains(&field);
                let full = self.ways.iter().any(|way| !nameless(&way));
                in_part(full, some || (mis && NOT_FOR_MIS.contains(&field)))
            }
            Kind::PupilCharacteristics if field == "sen" => in_part(false, mis),
            Kind::PupilCharacteristics if BESIDE_SEN.contains(&field) => {
                let leads =
                    [Role::ClassTeacher, Role::SeniorLeader, Role::PhaseLeader].into_iter().any(|role| self.is(role));
                in_part(leads || !self.grants.is_empty(), self.is(Role::Senco) || mis)
            }
            _ => Use::Everywhere,
        }
    }
}

fn way(facts: &Facts<'_>, held: &appointment::Model) -> Option<Way> {
    Some(match held.role {
        Role::ClassTeacher => Way::Teacher { class: held.class_id? },
        Role::SubjectLeader => Way::Subject { school: held.school_id?, subject: held.subject_id? },
        Role::PhaseLeader => {
            let phase = facts.world.phase.iter().find(|phase| Some(phase.id) == held.phase_id)?;
            Way::Phase { school: held.school_id?, lowest: phase.lowest_year_group, highest: phase.highest_year_group }
        }
        Role::Senco => Way::Senco { school: held.school_id? },
        Role::SeniorLeader => Way::Senior { school: held.school_id? },
        Role::Moderator | Role::TrustLead | Role::TrustAnalyst => return None,
    })
}
