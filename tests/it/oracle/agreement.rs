//! Comparisons: the counts of `moderationAgreement` are checked against counting the work itself, and everybody who
//! sees the same must get the same answer.

use std::collections::{BTreeMap, BTreeSet};

use plumbline_entity::agreement_cell::AgreementBasis;
use plumbline_entity::judgement_cell::GroupAttribute;
use plumbline_entity::moderation_exercise::ExerciseState;
use plumbline_entity::pupil_characteristics::FirstLanguage;
use plumbline_entity::{judgement, moderation_exercise, sampled_work};
use serde_json::{Value, json};
use uuid::Uuid;

use super::facts::Facts;
use super::rules::Who;
use super::run::{Asked, Run};

/// Rows that can be asked for: the dimensions, and the attribute among them.
const BY: &[(&str, GroupAttribute)] = &[
    ("", GroupAttribute::All),
    ("SCHOOL", GroupAttribute::All),
    ("CLASS", GroupAttribute::All),
    ("YEAR_GROUP", GroupAttribute::All),
    ("SCHOOL, YEAR_GROUP", GroupAttribute::All),
    ("CLASS, SEX", GroupAttribute::Sex),
    ("SCHOOL, SEN", GroupAttribute::Sen),
    ("EAL", GroupAttribute::Eal),
    ("DISADVANTAGED", GroupAttribute::Disadvantaged),
];

/// The smallest count that is shown to people who may not see the pupils.
const THRESHOLD: u64 = 6;

/// The part of a row's key that says which row it is: its school, class, year group and pupil group, as far as rows
/// are split by them.
type Key = (Option<Uuid>, Option<Uuid>, Option<String>, Option<String>);

/// What is asked of an answer.
const FIGURES: &str = "basis { reliability direction }
    population { pupils schools sampled moderated }
    rows { key { school { id } class { id } yearGroup group { value } }
           result { __typename ... on Agreement { n exact { estimate } shift { estimate } matrix { from to count } } } }";

impl Run<'_> {
    /// A comparison, its counts checked against the work itself.
    pub(super) async fn agreement(&mut self, asked: &Asked<'_>) {
        let (who, world) = (asked.expecting.who, asked.expecting.who.facts.world);
        // Of an exercise of their own trust in which there is work.
        let early = self.chance.percent(30) || who.compares_all();
        let drawn = |exercise: &&moderation_exercise::Model| match exercise.state {
            ExerciseState::Draft => false,
            ExerciseState::Judging | ExerciseState::Discussing => early,
            ExerciseState::Released | ExerciseState::Closed => true,
        };
        let own = world.moderation_exercise.iter().filter(|exercise| exercise.trust_id == who.trust);
        let own: Vec<_> = own.filter(drawn).collect();
        let Some(exercise) = self.chance.pick_any(&own).copied() else { return };
        let (by, attribute) = *self.chance.pick(BY);
        let basis = *self.chance.pick(&[None, Some(AgreementBasis::Agreed), Some(AgreementBasis::BlindSecond)]);
        let subject = world.subject.iter().find(|row| row.id == exercise.subject_id).expect("a subject");
        let window = world.assessment_window.iter().find(|row| row.id == exercise.window_id).expect("a window");
        let year = world.academic_year.iter().find(|row| row.id == window.academic_year_id).expect("a year");
        let compared = basis.map_or_else(String::new, |basis| format!(", basis: {}", basis.code()));
        let query = format!(
            "{{ moderationAgreement(where: {{ subject: {}, academicYear: {}, window: {}, level: {} }}, by: [{by}]{compared}) {{ {FIGURES} }} }}",
            json!(subject.code),
            year.year,
            window.term.code(),
            exercise.level.code(),
        );
        let body = self.send(asked, &query).await;
        self.tally.next();
        self.tally.comparisons += 1;
        let answer = &body["data"]["moderationAgreement"];
        let alike = |other: &&moderation_exercise::Model| {
            other.trust_id == who.trust
                && other.subject_id == subject.id
                && other.window_id == window.id
                && other.level == exercise.level
        };
        let exercises: BTreeSet<Uuid> = world.moderation_exercise.iter().filter(alike).map(|row| row.id).collect();
        let direction = basis.unwrap_or(AgreementBasis::Agreed);
        let counting = Counting { who, facts: who.facts, exercises, attribute, basis: direction };
        let fine = ["CLASS", "SCHOOL, YEAR_GROUP"].iter().any(|level| by.starts_with(level));
        if who.compares_all() && fine && attribute != GroupAttribute::All {
            self.expect(asked, &query, &json!("BAD_USER_INPUT"), &body["errors"][0]["extensions"]["code"]);
            return;
        }
        if who.leads_subjects_alone() && attribute != GroupAttribute::All {
            self.expect(asked, &query, &json!("FORBIDDEN"), &body["errors"][0]["extensions"]["code"]);
            return;
        }
        if self.chance.percent(30) {
            let windows: Vec<_> = world.assessment_window.iter().filter(|row| row.trust_id == who.trust).collect();
            let other = *self.chance.pick(&windows);
            let others = world.academic_year.iter().find(|row| row.id == other.academic_year_id).expect("a year");
            let several = format!(
                "{{ moderationAgreements(where: {{ subject: {}, level: {}, windows: [{{ academicYear: {}, window: {} }}, \
                 {{ academicYear: {}, window: {} }}] }}, by: [{by}]{compared}) {{ {FIGURES} }} }}",
                json!(subject.code),
                exercise.level.code(),
                year.year,
                window.term.code(),
                others.year,
                other.term.code(),
            );
            let of_several = self.send(asked, &several).await;
            // With others beside it, an answer is what it is alone.
            self.expect(asked, &several, answer, &of_several["data"]["moderationAgreements"][0]);
        }
        let reliability = basis.unwrap_or(AgreementBasis::BlindSecond);
        let told = json!({ "reliability": reliability.code(), "direction": direction.code() });
        self.expect(asked, &query, &told, &answer["basis"]);
        let true_rows = if who.compares_all() { counting.protected_rows(by) } else { counting.rows(by) };
        let got = rows_of(answer);
        // Nobody sees a row of what is not theirs, and every count that is shown is right.
        for (key, result) in &got {
            let Some(true_count) = true_rows.get(key) else {
                self.expect(asked, &query, &json!({ "no such row": format!("{key:?}") }), result);
                continue;
            };
            if result["__typename"] == "Agreement" {
                self.tally.counted += 1;
                self.expect(asked, &query, &json!(true_count), &result["n"]);
                let small = who.compares_all() && result["n"].as_u64().expect("a count") < THRESHOLD;
                self.expect(
                    asked,
                    &query,
                    &json!({ "small": false, "row": result }),
                    &json!({ "small": small, "row": result }),
                );
            }
        }
        let missing: Vec<String> =
            true_rows.keys().filter(|key| !got.contains_key(key)).map(|key| format!("{key:?}")).collect();
        self.expect(asked, &query, &json!({ "missing rows": [] }), &json!({ "missing rows": missing }));
        if !who.compares_all() {
            let expected = counting.population(subject.id, window.id, true_rows.values().sum());
            self.expect(asked, &query, &expected, &answer["population"]);
        }
        let counted = usize::try_from(true_rows.values().sum::<u64>()).expect("few");
        self.tally.rows(got.len(), world.sampled_work.len().saturating_sub(counted));
        // Everybody who sees the same cells gets the same answer.
        let moderated = world.agreement_cell.iter().map(|cell| who.agreement_cell(cell));
        let judged = world.judgement_cell.iter().map(|cell| who.judgement_cell(cell));
        let protected = world.agreement_edition_cell.iter().map(|cell| who.edition_cell(cell));
        let seen: String = moderated.chain(judged).chain(protected).map(|seen| if seen { '1' } else { '0' }).collect();
        let key = format!("{} {} {} {query} {seen}", who.trust, who.belongs(), who.compares_all());
        let before = self.answers.entry(key).or_insert_with(|| body.clone()).clone();
        self.expect(asked, &query, &before, &body);
    }
}

fn rows_of(answer: &Value) -> BTreeMap<Key, Value> {
    let id = |value: &Value| value["id"].as_str().map(|id| plumbline::graphql::decode_id(id).expect("an id").1);
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let rows = answer["rows"].as_array().into_iter().flatten();
    let keyed = rows.map(|row| {
        let key = &row["key"];
        let group = &key["group"]["value"];
        ((id(&key["school"]), id(&key["class"]), text(&key["yearGroup"]), text(group)), row["result"].clone())
    });
    keyed.collect()
}

/// Counts the work that somebody may compare.
struct Counting<'a> {
    who: &'a Who<'a, 'a>,
    facts: &'a Facts<'a>,
    exercises: BTreeSet<Uuid>,
    attribute: GroupAttribute,
    /// With which grade first ones are compared.
    basis: AgreementBasis,
}

impl Counting<'_> {
    /// The moderated judgements of each row.
    fn rows(&self, by: &str) -> BTreeMap<Key, u64> {
        let mut rows = BTreeMap::new();
        for work in &self.facts.world.sampled_work {
            if !self.exercises.contains(&work.exercise_id)
                || !self.sees(work, self.attribute)
                || !self.is_moderated(work)
            {
                continue;
            }
            let judgement = self.facts.judgements[&work.judgement_id];
            let class = by.contains("CLASS");
            let key = (
                (by.contains("SCHOOL") || class).then_some(work.school_id),
                class.then_some(work.class_id),
                by.contains("YEAR_GROUP").then(|| json!(work.year_group).as_str().expect("an enum").to_owned()),
                (self.attribute != GroupAttribute::All).then(|| self.group(judgement)),
            );
            *rows.entry(key).or_insert(0) += 1;
        }
        rows
    }

    /// The protected counts of each row, from the cells of the editions.
    fn protected_rows(&self, by: &str) -> BTreeMap<Key, u64> {
        let world = self.facts.world;
        let of = |edition: Uuid| world.agreement_edition.iter().find(|row| row.id == edition).expect("an edition");
        let mut rows = BTreeMap::new();
        for cell in &world.agreement_edition_cell {
            let asked = cell.attribute == self.attribute && self.exercises.contains(&of(cell.edition_id).exercise_id);
            if !asked || cell.basis != self.basis || !self.who.edition_cell(cell) {
                continue;
            }
            let class = by.contains("CLASS");
            let key = (
                (by.contains("SCHOOL") || class).then_some(cell.school_id),
                class.then_some(cell.class_id),
                by.contains("YEAR_GROUP").then(|| json!(cell.year_group).as_str().expect("an enum").to_owned()),
                (self.attribute != GroupAttribute::All).then(|| cell.group_value.clone()),
            );
            *rows.entry(key).or_insert(0) += u64::from(cell.pupils.unsigned_abs());
        }
        rows
    }

    /// What the rows were computed on: how many of the moderated judgements are in a row.
    fn population(&self, subject: Uuid, window: Uuid, moderated: u64) -> Value {
        let belongs = self.who.belongs();
        let works = self.facts.world.sampled_work.iter().filter(|work| self.exercises.contains(&work.exercise_id));
        let works: Vec<_> = works.filter(|work| self.sees(work, GroupAttribute::All)).collect();
        let judged = self.facts.world.judgement.iter().filter(|judgement| {
            let seen = self.who.counts_judgement(judgement);
            seen && judgement.subject_id == subject && judgement.window_id == window && judgement.is_current
        });
        let ranked: Vec<_> = judged.filter(|judgement| self.rank(judgement.grade_id).is_some() && belongs).collect();
        let schools: BTreeSet<Uuid> = ranked.iter().map(|judgement| judgement.school_id).collect();
        // Whoever sees none has counted none; and until the release the schools do not see what was drawn.
        let exercises = &self.facts.world.moderation_exercise;
        let released = exercises.iter().any(|row| {
            self.exercises.contains(&row.id) && matches!(row.state, ExerciseState::Released | ExerciseState::Closed)
        });
        let (counts, drawn) = (!ranked.is_empty(), !works.is_empty() || released);
        json!({
            "pupils": counts.then_some(ranked.len()), "schools": counts.then_some(schools.len()),
            "sampled": drawn.then_some(works.len()), "moderated": drawn.then_some(moderated),
        })
    }

    fn sees(&self, work: &sampled_work::Model, by: GroupAttribute) -> bool {
        self.who.counts_work(work, by)
    }

    fn rank(&self, grade: Uuid) -> Option<i16> {
        self.facts.ranks[&grade]
    }

    /// Whether a work has a first and a moderated grade that can be compared.
    fn is_moderated(&self, work: &sampled_work::Model) -> bool {
        let first = self.facts.judgements[&work.judgement_id].grade_id;
        let grades = match self.basis {
            AgreementBasis::Agreed => &self.facts.moderated,
            AgreementBasis::BlindSecond => &self.facts.second,
        };
        let moderated = grades.get(&work.id).and_then(|grade| self.rank(*grade));
        self.rank(first).is_some() && moderated.is_some()
    }

    fn group(&self, judgement: &judgement::Model) -> String {
        let year = self.facts.years[&judgement.window_id];
        let recorded = self.facts.recorded.get(&(judgement.pupil_id, year));
        let yes = |yes: bool| if yes { "YES" } else { "NO" };
        let unknown = || "UNKNOWN".to_owned();
        match self.attribute {
            GroupAttribute::All => "ALL".to_owned(),
            GroupAttribute::Sex => {
                let pupil = self.facts.pupils[&judgement.pupil_id];
                pupil.sex.expect("recorded").code().to_owned()
            }
            GroupAttribute::Sen => recorded.map_or_else(unknown, |row| row.sen.expect("recorded").code().to_owned()),
            GroupAttribute::Disadvantaged => {
                recorded.map_or_else(unknown, |row| yes(row.disadvantaged.expect("recorded")).to_owned())
            }
            GroupAttribute::Eal => match recorded.and_then(|row| row.first_language) {
                Some(FirstLanguage::English) => yes(false).to_owned(),
                Some(FirstLanguage::Other) => yes(true).to_owned(),
                Some(FirstLanguage::Unclassified) | None => unknown(),
            },
        }
    }
}
