//! What subject leaders of the demo have in focus this year, in our own words.

use plumbline_entity::{focus, objective::ObjectiveCategory};

use super::{calendar::half_terms, fixed::SUBJECTS, planning::Making, rows::year_group};

/// A focus: the subject, what it is called, why, the strand, knowledge or skill, the youngest and the oldest year group.
type FocusLine = (usize, &'static str, &'static str, &'static str, Option<ObjectiveCategory>, i16, i16);

/// What leaders of reading, writing and mathematics have in focus.
const FOCUSES: [FocusLine; 6] = [
    (
        0,
        "Every pupil reads aloud each day",
        "Pupils who fell short last summer read slowly.",
        "Word reading",
        None,
        1,
        3,
    ),
    (
        0,
        "What a text means without saying it",
        "Answers find what is stated, and seldom what is meant.",
        "Understanding",
        Some(ObjectiveCategory::Skill),
        3,
        6,
    ),
    (
        1,
        "Sentences that join ideas",
        "Moderation found clauses that stand side by side and are not joined.",
        "Grammar and punctuation",
        Some(ObjectiveCategory::Knowledge),
        3,
        6,
    ),
    (1, "Writing that somebody reads", "Pupils write for their teacher alone.", "Composition", None, 1, 6),
    (
        2,
        "Fractions on a number line",
        "Pupils shade parts of shapes, and do not see a number.",
        "Fractions",
        None,
        3,
        6,
    ),
    (
        2,
        "Tables by heart in Year 4",
        "Long methods fail where facts are worked out anew.",
        "Calculation",
        Some(ObjectiveCategory::Skill),
        2,
        4,
    ),
];

impl Making<'_> {
    /// What those who lead a subject have in focus this year: one matter in the summer, and in some schools another before.
    pub(super) fn focus(&mut self) {
        let world = self.world;
        for subject in 0..SUBJECTS.len() {
            let lines: Vec<&FocusLine> = FOCUSES.iter().filter(|line| line.0 == subject).collect();
            let before = self.planning.hits(0.5).then_some(0..4);
            for (at, times) in [Some(4..6), before].into_iter().flatten().enumerate() {
                let line = lines[(self.school + at) % lines.len()];
                let times = &half_terms(world.calendar.years[self.year].year)[times];
                let id = self.ids.next();
                self.made.focuses.push(focus::Model {
                    id,
                    trust_id: world.trust,
                    school_id: world.schools[self.school].id,
                    subject_id: world.subjects[subject],
                    title: line.1.to_owned(),
                    reason: line.2.to_owned(),
                    strand: Some(line.3.to_owned()),
                    category: line.4,
                    lowest_year_group: year_group(line.5),
                    highest_year_group: year_group(line.6),
                    starts_on: times[0].0,
                    ends_on: times[times.len() - 1].1,
                    version: 1,
                });
            }
        }
    }
}
