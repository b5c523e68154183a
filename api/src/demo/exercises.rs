//! Moderation. Every summer the trust moderates writing, and in the last summer mathematics too. The last summer's
//! exercise in reading is still being judged, so that a moderator has something to do; and one in mathematics of the spring is set up,
//! of which nothing is drawn yet.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};
use plumbline_entity::{
    assessment_window::Term,
    exercise_step, moderation_exercise,
    moderation_exercise::{ExerciseState, ModerationLevel},
    moderation_outcome,
    moderation_outcome::Decision,
    sample_stratum, sampled_work, second_judgement,
    year_group::YearGroup,
};
use uuid::Uuid;

use super::{
    attainment::{MODERATOR_ERROR, PANEL_ERROR, grade_of},
    calendar::{afternoon, moment, monday, school_day},
    chance::{Chance, Ids, Purpose},
    fixed::{EXPECTED, MATHEMATICS, READING, SUBJECTS, WRITING},
    judgements::{Assessed, Work},
    rationale::rationale,
    world::World,
};
use crate::moderation::rules::{Candidate, DrawnStratum, draw_sample, rule_of};

const SAMPLE_PERCENT: u8 = 30;
const MINIMUM_PER_CLASS: u8 = 6;
/// How often a work is discussed when the teacher's and the moderator's grade differ.
pub(super) const DISCUSSED_IF_DIFFERENT: f64 = 0.6;
/// How often a work is discussed when they do not.
pub(super) const DISCUSSED_IF_EQUAL: f64 = 0.15;
/// How often a discussion of two grades that differ ends without an agreed grade.
pub(super) const NOT_AGREED: f64 = 0.06;

/// An exercise with all that belongs to it.
pub(super) struct Moderated {
    pub(super) exercise: moderation_exercise::Model,
    pub(super) steps: Vec<exercise_step::Model>,
    pub(super) strata: Vec<sample_stratum::Model>,
    pub(super) works: Vec<sampled_work::Model>,
    pub(super) seconds: Vec<second_judgement::Model>,
    pub(super) outcomes: Vec<moderation_outcome::Model>,
    /// First and moderated grade of each work that was moderated, for the tests of what is planted.
    #[cfg(test)]
    pub(super) pairs: Vec<(Work, usize)>,
}

struct Moderating<'a> {
    world: &'a World,
    closes_on: NaiveDate,
    subject: usize,
    chance: Chance,
    ids: Ids,
    /// How many works were allocated so far: moderators take turns.
    turns: usize,
    moderated: Moderated,
}

impl World {
    /// The exercise on what was assessed, if the trust moderates it.
    pub(super) fn moderate(&self, assessed: &Assessed) -> Option<Moderated> {
        let window = &self.calendar.windows[assessed.window];
        let last = window.year == self.calendar.last();
        let state = match assessed.subject {
            MATHEMATICS if last && window.term == Term::Spring => ExerciseState::Draft,
            _ if window.term != Term::Summer => return None,
            WRITING => ExerciseState::Released,
            MATHEMATICS if last => ExerciseState::Released,
            READING if last => ExerciseState::Judging,
            _ => return None,
        };
        let number = (assessed.window * 3 + assessed.subject) as u64;
        let mut ids = Ids::new(self.options.seed, 2_000 + number, moment(window.closes_on));
        let mut moderating = Moderating {
            world: self,
            closes_on: window.closes_on,
            subject: assessed.subject,
            chance: Chance::new(self.options.seed, Purpose::Moderation, number),
            turns: number as usize,
            moderated: Moderated {
                exercise: self.exercise(ids.next(), assessed, state, number),
                steps: Vec::new(),
                strata: Vec::new(),
                works: Vec::new(),
                seconds: Vec::new(),
                outcomes: Vec::new(),
                #[cfg(test)]
                pairs: Vec::new(),
            },
            ids,
        };
        if state != ExerciseState::Draft {
            moderating.draw(assessed);
            moderating.take_steps();
        }
        Some(moderating.moderated)
    }

    fn exercise(&self, id: Uuid, assessed: &Assessed, state: ExerciseState, number: u64) -> moderation_exercise::Model {
        let window = &self.calendar.windows[assessed.window];
        let year = self.calendar.years[window.year].label();
        // What is only set up asks most where it is decided whether a pupil is at the expected standard.
        let at_boundary = state == ExerciseState::Draft;
        moderation_exercise::Model {
            id,
            trust_id: self.trust,
            title: format!("{}, {} {year}", SUBJECTS[assessed.subject].1, window.term.code().to_lowercase()),
            level: ModerationLevel::Trust,
            subject_id: self.subjects[assessed.subject],
            window_id: window.id,
            framework_id: self.framework,
            state,
            sample_percent: if at_boundary { 10 } else { i16::from(SAMPLE_PERCENT) },
            minimum_per_class: i16::from(MINIMUM_PER_CLASS),
            maximum_per_class: at_boundary.then_some(12),
            boundary_grade_id: at_boundary.then_some(self.grades[EXPECTED]),
            boundary_percent: at_boundary.then_some(30),
            judge_by: Some(monday(window.closes_on) + Days::new(4)),
            seed: Some((self.options.seed % 1_000_000) as i64 * 1_000 + number as i64),
            version: 1,
        }
    }
}

impl Moderating<'_> {
    fn draw(&mut self, assessed: &Assessed) {
        let by_judgement: BTreeMap<Uuid, Work> = assessed.works.iter().map(|work| (work.judgement, *work)).collect();
        let candidates: Vec<Candidate> = assessed.works.iter().map(|work| self.candidate(work)).collect();
        let mut works = Vec::new();
        let seed = self.moderated.exercise.seed.unwrap_or_default();
        let below = |above: Uuid| [self.world.grades[EXPECTED - 1], above];
        let rule = rule_of(&self.moderated.exercise, self.moderated.exercise.boundary_grade_id.map(below));
        for stratum in draw_sample(&candidates, &rule, seed) {
            let stratum_id = self.stratum(&stratum);
            works.extend(stratum.works.into_iter().map(|drawn| (drawn.code, stratum_id, drawn.judgement)));
        }
        // In order of their codes, as the service keeps them: in order of strata, the ids would give away the first
        // grades.
        works.sort_unstable();
        for (code, stratum_id, judgement) in works {
            let Some(work) = by_judgement.get(&judgement) else {
                continue;
            };
            let work_id = self.work(stratum_id, work, code);
            self.judge_again(work_id, work);
        }
    }

    /// How the exercise came to where it is: it was judged, discussed and released. Once it was discussed too early, and went back.
    fn take_steps(&mut self) {
        use ExerciseState::{Discussing, Draft, Judging, Released};
        let drawn_at = self.closes_on.and_time(NaiveTime::default()).and_utc() + TimeDelta::hours(9);
        let mut steps = vec![(Draft, Judging, drawn_at, None)];
        let judged = self.moderated.seconds.iter().map(|second| second.recorded_at).max();
        let agreed = self.moderated.outcomes.iter().map(|outcome| outcome.agreed_on).max();
        if let (Released, Some(judged), Some(agreed)) = (self.moderated.exercise.state, judged, agreed) {
            if self.subject == MATHEMATICS {
                let early = judged - TimeDelta::days(1);
                steps.push((Judging, Discussing, early, None));
                let reason = "Some works had no second judgement yet.";
                steps.push((Discussing, Judging, early + TimeDelta::minutes(40), Some(reason)));
            }
            let released_at = agreed.and_time(NaiveTime::default()).and_utc() + TimeDelta::hours(34);
            steps.push((Judging, Discussing, judged + TimeDelta::hours(1), None));
            steps.push((Discussing, Released, released_at, None));
        }
        for (previous_state, state, taken_at, reason) in steps {
            self.moderated.steps.push(exercise_step::Model {
                id: self.ids.next(),
                trust_id: self.world.trust,
                exercise_id: self.moderated.exercise.id,
                previous_state,
                state,
                taken_because: reason.map(str::to_owned),
                taken_by_id: Some(self.world.staff.people[self.world.staff.lead].id),
                taken_at,
            });
        }
    }

    fn candidate(&self, work: &Work) -> Candidate {
        let class = &self.world.rolls.classes[work.class];
        Candidate {
            judgement: work.judgement,
            school: self.world.schools[class.school].id,
            class: class.id,
            year_group: year_group(work),
            grade: self.world.grades[work.first],
        }
    }

    fn stratum(&mut self, stratum: &DrawnStratum) -> Uuid {
        let id = self.ids.next();
        self.moderated.strata.push(sample_stratum::Model {
            id,
            trust_id: self.world.trust,
            exercise_id: self.moderated.exercise.id,
            school_id: stratum.key.school,
            class_id: Some(stratum.key.class),
            year_group: stratum.key.year_group,
            grade_id: stratum.key.grade,
            size: stratum.size as i32,
            drawn: stratum.works.len() as i32,
        });
        id
    }

    fn work(&mut self, stratum_id: Uuid, work: &Work, code: String) -> Uuid {
        let class = &self.world.rolls.classes[work.class];
        let id = self.ids.next();
        self.moderated.works.push(sampled_work::Model {
            id,
            trust_id: self.world.trust,
            exercise_id: self.moderated.exercise.id,
            stratum_id,
            judgement_id: work.judgement,
            school_id: self.world.schools[class.school].id,
            class_id: class.id,
            year_group: year_group(work),
            code,
        });
        id
    }

    /// One moderator judges each work. Two judge about one work in six, so that moderators can be compared. In an
    /// exercise that is still being judged, few works have a second judgement.
    fn judge_again(&mut self, work_id: Uuid, work: &Work) {
        let released = self.moderated.exercise.state == ExerciseState::Released;
        let judges = match (released, self.chance.share()) {
            (true, share) if share < 0.16 => 2,
            (true, _) => 1,
            (false, share) => usize::from(share < 0.12),
        };
        let school = self.world.rolls.classes[work.class].school;
        let mut grades = Vec::new();
        for _ in 0..judges {
            let moderator = self.next_moderator(school);
            grades.push(self.second_judgement(work_id, work, moderator));
        }
        let Some(second) = grades.first().copied() else {
            return;
        };
        let _agreed = if released { self.outcome(work_id, work, second) } else { None };
        #[cfg(test)]
        self.moderated.pairs.push((*work, _agreed.unwrap_or(second)));
    }

    /// The next moderator in turn who is not of the school.
    fn next_moderator(&mut self, school: usize) -> usize {
        let moderators = &self.world.staff.moderators;
        for _ in 0..moderators.len() {
            self.turns += 1;
            let moderator = moderators[self.turns % moderators.len()];
            if self.world.staff.people[moderator].school != Some(school) {
                return moderator;
            }
        }
        moderators[0]
    }

    fn second_judgement(&mut self, work_id: Uuid, work: &Work, moderator: usize) -> usize {
        let person = &self.world.staff.people[moderator];
        let seen = work.level + person.as_moderator + MODERATOR_ERROR * self.chance.normal();
        let grade = grade_of(seen, [0.0; 3]);
        let judged_on = school_day(&mut self.chance, self.closes_on, 1);
        self.moderated.seconds.push(second_judgement::Model {
            id: self.ids.next(),
            trust_id: self.world.trust,
            exercise_id: self.moderated.exercise.id,
            work_id,
            moderator_id: person.id,
            grade_id: self.world.grades[grade],
            rationale: rationale(&mut self.chance, self.subject, grade),
            judged_on,
            recorded_at: afternoon(&mut self.chance, judged_on),
            is_current: true,
        });
        grade
    }

    /// A panel discusses the work: mostly if the two grades differ, seldom if they do not. Returns the grade that the
    /// panel agrees, if any.
    fn outcome(&mut self, work_id: Uuid, work: &Work, second: usize) -> Option<usize> {
        let differ = second != work.first;
        if !self.chance.hits(if differ { DISCUSSED_IF_DIFFERENT } else { DISCUSSED_IF_EQUAL }) {
            return None;
        }
        let panel = grade_of(work.level + PANEL_ERROR * self.chance.normal(), [0.0; 3]);
        let agreed = if differ && self.chance.hits(NOT_AGREED) { None } else { Some(panel) };
        let decision = match agreed {
            None if self.chance.hits(0.5) => Decision::MoreEvidence,
            None => Decision::Unresolved,
            Some(agreed) if agreed > work.first => Decision::Raised,
            Some(agreed) if agreed < work.first => Decision::Lowered,
            Some(_) => Decision::Confirmed,
        };
        self.moderated.outcomes.push(moderation_outcome::Model {
            id: self.ids.next(),
            trust_id: self.world.trust,
            exercise_id: self.moderated.exercise.id,
            work_id,
            decision,
            agreed_grade_id: agreed.map(|grade| self.world.grades[grade]),
            agreed_on: school_day(&mut self.chance, self.closes_on + Days::new(5), 1),
            recorded_by_id: Some(self.world.staff.people[self.world.staff.lead].id),
            version: 1,
        });
        agreed
    }
}

fn year_group(work: &Work) -> YearGroup {
    YearGroup::from_number(work.year_group).unwrap_or(YearGroup::Reception)
}
