//! What the demo's schools intend to teach: a curriculum of the trust in all subjects of the primary curriculum, in our own words, from
//! Reception to Year 6. Most schools follow it; one adapts writing, one has a history of its own.

use std::collections::HashMap;

use plumbline_entity::{
    curriculum, curriculum::CurriculumStanding, curriculum_version, curriculum_version::CurriculumStatus, objective,
    objective::ObjectiveCategory, objective_link, subject,
};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    chance::Ids,
    fixed::{FOUNDATION, SUBJECTS},
    rows::year_group,
    world::World,
};

/// The trust's objectives, in sequence, with the codes of what each builds on.
const OBJECTIVES: &str = include_str!("curriculum.csv");

/// Ids of the curriculum follow from the seed and this number, which no other part of the demo uses.
const IDS: u64 = 1_000_000;

/// The subject of which the trust's curriculum has an earlier version, once there are two years.
const REFINED: &str = "writing";
/// What came into it: clauses, before the dialogue that needs them.
const CAME_LATER: &str = "wr-grammar-3";
/// What it said in other words before.
const REWORDED: (&str, &str) = ("wr-composition-4", "Build setting and character in a story.");

/// The school, by its place among them, that adapts a subject.
const ADAPTS: (usize, &str) = (1, "writing");
/// What it adds of its own, which stands for nothing of the trust's.
const ADDED: (&str, i16, &str) = ("wr-own-5", 5, "Write for a local paper and answer its editor.");

/// The school that has its own instead of the trust's, in a subject.
const REPLACES: (usize, &str) = (2, "history");
/// The history of the school that has its own: year group, statement, and what of the trust's it stands for.
const OWN_HISTORY: [(i16, &str, Option<&str>); 7] = [
    (0, "Know who is in the family and what grandparents remember.", Some("hi-societies-r")),
    (1, "Know what the school was like when it was built.", Some("hi-societies-1")),
    (2, "Know three people of the town whose work is still seen.", Some("hi-societies-2")),
    (3, "Know who farmed the hill fort above the town.", Some("hi-societies-3")),
    (4, "Know the Roman road through the parish and what it carried.", Some("hi-societies-4")),
    (5, "Know how the canal and the mills changed the town.", None),
    (6, "Know what the war memorial tells, and how to find out what it does not.", None),
];

/// A line of the file of objectives.
#[derive(Clone, Debug, Deserialize)]
struct Line {
    subject: String,
    code: String,
    category: String,
    strand: String,
    year: i16,
    statement: String,
    reason: String,
    builds_on: String,
}

/// The rows of the curriculum.
#[derive(Debug, Default)]
pub(super) struct Curricula {
    /// The subjects in which nothing is judged.
    pub(super) subjects: Vec<subject::Model>,
    pub(super) curricula: Vec<curriculum::Model>,
    pub(super) versions: Vec<curriculum_version::Model>,
    pub(super) objectives: Vec<objective::Model>,
    pub(super) links: Vec<objective_link::Model>,
}

impl World {
    /// What the trust and its schools intend to teach.
    pub(super) fn curricula(&self) -> Curricula {
        let lines: Vec<Line> =
            csv::Reader::from_reader(OBJECTIVES.as_bytes()).deserialize().filter_map(Result::ok).collect();
        let mut ids = Ids::new(self.options.seed, IDS, self.founded);
        let keys = lines.iter().map(|line| (line.code.clone(), ids.next())).collect();
        let mut making = Making { world: self, ids, keys, made: Curricula::default() };
        for (subject, code, name) in making.subjects() {
            let of_subject: Vec<Line> = lines.iter().filter(|line| line.subject == code).cloned().collect();
            making.of_trust(subject, code, name, of_subject.clone());
            for school in 0..self.schools.len() {
                making.of_school(subject, code, school, &of_subject);
            }
        }
        making.made
    }
}

struct Making<'a> {
    world: &'a World,
    ids: Ids,
    /// The key of each of the trust's objectives, by code.
    keys: HashMap<String, Uuid>,
    made: Curricula,
}

impl Making<'_> {
    /// All subjects, with code and name. Those in which nothing is judged are made.
    fn subjects(&mut self) -> Vec<(Uuid, &'static str, &'static str)> {
        let judged = self.world.subjects.iter().zip(SUBJECTS).map(|(id, (code, name))| (*id, code, name));
        let mut subjects: Vec<_> = judged.collect();
        for (code, name) in FOUNDATION {
            let (id, trust_id) = (self.ids.next(), self.world.trust);
            self.made.subjects.push(subject::Model {
                id,
                trust_id,
                code: code.to_owned(),
                name: name.to_owned(),
                version: 1,
            });
            subjects.push((id, code, name));
        }
        subjects
    }

    fn of_trust(&mut self, subject: Uuid, code: &str, name: &str, lines: Vec<Line>) {
        let aim = format!("Every pupil leaves Year 6 with what the next school builds on in {}.", name.to_lowercase());
        let curriculum = self.curriculum(subject, None, CurriculumStanding::Core, Some(aim));
        let last = self.world.calendar.years.len() - 1;
        if code != REFINED || last == 0 {
            let why = "Each strand goes from Reception to Year 6 without a gap, and each year leans on the one before.";
            let version = self.version(&curriculum, 1, (0, None), why);
            return self.objectives(&version, lines);
        }
        let mut earlier = lines.clone();
        earlier.retain(|line| line.code != CAME_LATER);
        for line in &mut earlier {
            line.builds_on = line.builds_on.replace(CAME_LATER, "").trim().to_owned();
            if line.code == REWORDED.0 {
                REWORDED.1.clone_into(&mut line.statement);
            }
        }
        let why = "The first version: transcription, composition and grammar, year by year.";
        let version = self.version(&curriculum, 1, (0, Some(last)), why);
        self.objectives(&version, earlier);
        let why = "Clauses come into Year 3: moderation showed that Year 4 met dialogue before it could join clauses.";
        let version = self.version(&curriculum, 2, (last, None), why);
        self.objectives(&version, lines);
    }

    fn of_school(&mut self, subject: Uuid, code: &str, school: usize, lines: &[Line]) {
        let id = Some(self.world.schools[school].id);
        if (school, code) == ADAPTS {
            let curriculum = self.curriculum(subject, id, CurriculumStanding::Adapts, None);
            let why = "The trust's, with a piece of writing that is published in the town.";
            let version = self.version(&curriculum, 1, (0, None), why);
            self.adapted(&version, lines);
        } else if (school, code) == REPLACES {
            let curriculum = self.curriculum(subject, id, CurriculumStanding::Replaces, None);
            let why = "History begins with what can be walked to.";
            let version = self.version(&curriculum, 1, (0, None), why);
            self.own_history(&version);
        } else {
            self.curriculum(subject, id, CurriculumStanding::Follows, None);
        }
    }

    fn curriculum(
        &mut self,
        subject: Uuid,
        school: Option<Uuid>,
        standing: CurriculumStanding,
        aim: Option<String>,
    ) -> curriculum::Model {
        let row = curriculum::Model {
            id: self.ids.next(),
            trust_id: self.world.trust,
            school_id: school,
            subject_id: subject,
            standing,
            aim,
            version: 1,
        };
        self.made.curricula.push(row.clone());
        row
    }

    /// A version that was current from the first day of one year, and retired on the first of another if it was.
    fn version(
        &mut self,
        curriculum: &curriculum::Model,
        number: i32,
        (from, retired): (usize, Option<usize>),
        why: &str,
    ) -> curriculum_version::Model {
        let first_day = |year: usize| self.world.calendar.years[year].starts_on;
        let row = curriculum_version::Model {
            id: self.ids.next(),
            trust_id: self.world.trust,
            school_id: curriculum.school_id,
            subject_id: curriculum.subject_id,
            curriculum_id: curriculum.id,
            number,
            status: if retired.is_some() { CurriculumStatus::Retired } else { CurriculumStatus::Current },
            rationale: why.to_owned(),
            source: None,
            licence: None,
            current_from: Some(first_day(from)),
            retired_on: retired.map(first_day),
            version: 1,
        };
        self.made.versions.push(row.clone());
        row
    }

    fn objective(
        &mut self,
        version: &curriculum_version::Model,
        key: Uuid,
        line: &Line,
        position: usize,
    ) -> objective::Model {
        objective::Model {
            id: self.ids.next(),
            trust_id: self.world.trust,
            school_id: version.school_id,
            subject_id: version.subject_id,
            curriculum_version_id: version.id,
            key,
            code: line.code.clone(),
            category: if line.category == "skill" { ObjectiveCategory::Skill } else { ObjectiveCategory::Knowledge },
            strand: line.strand.clone(),
            lowest_year_group: year_group(line.year),
            highest_year_group: year_group(line.year),
            position: i32::try_from(position + 1).unwrap_or(1) * 10,
            statement: line.statement.clone(),
            reason: (!line.reason.is_empty()).then(|| line.reason.clone()),
            stands_for: None,
            version: 1,
        }
    }

    fn link(&mut self, version: &curriculum_version::Model, objective_key: Uuid, builds_on: Uuid) {
        let id = self.ids.next();
        self.made.links.push(objective_link::Model {
            id,
            trust_id: self.world.trust,
            school_id: version.school_id,
            subject_id: version.subject_id,
            curriculum_version_id: version.id,
            objective_key,
            builds_on,
        });
    }

    /// The objectives of a version of the trust's, and what they build on.
    fn objectives(&mut self, version: &curriculum_version::Model, lines: Vec<Line>) {
        for (at, line) in lines.iter().enumerate() {
            let key = self.keys[&line.code];
            let row = self.objective(version, key, line, at);
            self.made.objectives.push(row);
            for code in line.builds_on.split_whitespace() {
                let earlier = self.keys[code];
                self.link(version, key, earlier);
            }
        }
    }

    /// A school's own, made from the trust's.
    fn adapted(&mut self, version: &curriculum_version::Model, lines: &[Line]) {
        let own: HashMap<&str, Uuid> = lines.iter().map(|line| (line.code.as_str(), self.ids.next())).collect();
        for (at, line) in lines.iter().enumerate() {
            let key = own[line.code.as_str()];
            let stands_for = Some(self.keys[&line.code]);
            let row = self.objective(version, key, line, at);
            self.made.objectives.push(objective::Model { stands_for, ..row });
            for code in line.builds_on.split_whitespace() {
                let earlier = own.get(code).copied().unwrap_or(self.keys[code]);
                self.link(version, key, earlier);
            }
        }
        let (code, year, statement) = ADDED;
        let line = own_line(code, year, statement, "Composition", "skill");
        let key = self.ids.next();
        let row = self.objective(version, key, &line, lines.len());
        self.made.objectives.push(row);
        self.link(version, key, own["wr-composition-4"]);
    }

    /// A school's own, instead of the trust's.
    fn own_history(&mut self, version: &curriculum_version::Model) {
        let mut before = None;
        for (at, (year, statement, of_trust)) in OWN_HISTORY.into_iter().enumerate() {
            let line = own_line(&format!("hi-own-{year}"), year, statement, "Our town", "knowledge");
            let key = self.ids.next();
            let stands_for = of_trust.map(|code| self.keys[code]);
            let row = self.objective(version, key, &line, at);
            self.made.objectives.push(objective::Model { stands_for, ..row });
            if let Some(before) = before.replace(key) {
                self.link(version, key, before);
            }
        }
    }
}

fn own_line(code: &str, year: i16, statement: &str, strand: &str, category: &str) -> Line {
    Line {
        subject: String::new(),
        code: code.to_owned(),
        category: category.to_owned(),
        strand: strand.to_owned(),
        year,
        statement: statement.to_owned(),
        reason: String::new(),
        builds_on: String::new(),
    }
}
