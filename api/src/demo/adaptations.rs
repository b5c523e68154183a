//! How the plans of the demo are adapted: for a class, a group or a pupil, for each need; whether it helped; and what colleagues of all
//! schools are told of what did.

use chrono::{Days, NaiveDate};
use plumbline_entity::{
    adaptation,
    adaptation::{AdaptationAudience, AdaptationHelped, LearningNeed},
    plan_step::PlanStepOutcome,
    pupil_characteristics::{FirstLanguage, SenProvision},
    shared_adaptation,
};
use uuid::Uuid;

use super::{
    calendar::{present, weekday},
    planning::{Making, Unit},
    pupils::Pupil,
    rows::year_group,
};

/// What is done for a need: in another way; why; and as colleagues are told of it who know neither class nor pupil.
type Answer = [&'static str; 3];

/// For each need, what is done for it.
const ANSWERS: [(LearningNeed, [Answer; 2]); 7] = [
    (
        LearningNeed::CognitionAndLearning,
        [
            [
                "Each task comes in three steps on cards, with a worked example beside it.",
                "Many steps at once are lost on the way.",
                "Tasks cut into three steps on cards, with a worked example that stays in sight.",
            ],
            [
                "Ten minutes before the lesson, the words and the first example are met with an adult.",
                "What is met for the second time is followed more easily.",
                "A short meeting before the lesson, in which words and the first example are met already.",
            ],
        ],
    ),
    (
        LearningNeed::CommunicationAndInteraction,
        [
            [
                "Talk partners stay the same, with sentence starters on the table.",
                "Answers stay short where the form of a sentence is not at hand.",
                "Fixed talk partners, and sentence starters that are taken away one by one.",
            ],
            [
                "A picture timetable of the lesson, crossed off as it goes.",
                "What comes next is a worry, and takes attention.",
                "A picture timetable of the lesson, crossed off part by part.",
            ],
        ],
    ),
    (
        LearningNeed::SocialEmotionalAndMentalHealth,
        [
            [
                "The first task can be done alone, the second with a partner of one's choice.",
                "Work before the whole class is refused at present.",
                "First a task for oneself, then one with a chosen partner, and only then the class.",
            ],
            [
                "A break is agreed beforehand, and taken by showing a card.",
                "Long lessons end in upset.",
                "A break that is agreed beforehand and taken by showing a card, without words.",
            ],
        ],
    ),
    (
        LearningNeed::SensoryAndPhysical,
        [
            [
                "Print is enlarged and one question stands on each page.",
                "Crowded pages are hard to see.",
                "Large print, and one question to a page.",
            ],
            [
                "Models to touch take the place of drawing.",
                "Drawing takes the time that is meant for thinking.",
                "Models to touch and move instead of drawing, so that time goes into the idea.",
            ],
        ],
    ),
    (
        LearningNeed::EnglishAsAnAdditionalLanguage,
        [
            [
                "A word mat with pictures, and a partner who reads the question aloud.",
                "The idea is there; the words for it are not yet.",
                "Word mats with pictures, and a partner who reads aloud.",
            ],
            [
                "New words are said together three times, and used in a sentence, before they are read.",
                "Words that were never heard are not read with meaning.",
                "New words are said together and used in a sentence before anybody reads them.",
            ],
        ],
    ),
    (
        LearningNeed::MissedLearning,
        [
            [
                "The unit begins with four lessons on what it builds on.",
                "The task at the beginning showed that part of last year is not there.",
                "Four lessons on what the unit builds on, chosen by a short task, before it begins.",
            ],
            [
                "Five minutes at the start of each lesson go to last year's part of it.",
                "Some were away, or at another school, when it was taught.",
                "Five minutes of last year's part at the start of each lesson, for as long as it takes.",
            ],
        ],
    ),
    (
        LearningNeed::GreaterDepth,
        [
            [
                "After the second lesson they write questions of their own, with answers and reasons.",
                "Practice of the same kind tells them nothing new.",
                "Pupils who have it write questions of their own, with answers and the reasons for them.",
            ],
            [
                "They work on one open problem through the week, and tell the class on Friday.",
                "They need something that cannot be finished in a lesson.",
                "One open problem for a week, told to the class at its end.",
            ],
        ],
    ),
];

/// What was seen, of each of whether it helped.
const SEEN: [(AdaptationHelped, [&str; 2]); 3] = [
    (
        AdaptationHelped::Helped,
        ["They did the task that ends the unit without help.", "Books show it by the second week, and it has stayed."],
    ),
    (
        AdaptationHelped::Partly,
        ["It goes well with an adult near, not yet without.", "The first part is there, the last is not."],
    ),
    (
        AdaptationHelped::DidNotHelp,
        ["Nothing changed in three weeks; we try something else.", "It took more time than it gave."],
    ),
];

/// Groups, in words.
const GROUPS: [&str; 4] =
    ["Five who sit by the window", "The red table", "Six who had it already", "The morning group"];

impl Making<'_> {
    /// How a class that teaches by a plan, adapted, does so.
    pub(super) fn adapt(&mut self, unit: &Unit<'_>, class: usize, taken_up: PlanStepOutcome) {
        let made_on = weekday(unit.plan.starts_on + Days::new(2 + self.adapting.below(10) as u64));
        if taken_up != PlanStepOutcome::Adapted || made_on > present() {
            return;
        }
        let pupil = self.pupil_in_need(class, made_on);
        let (audience, need, pupil) = match (self.adapting.share(), pupil) {
            (share, Some((pupil, need))) if share < 0.35 => (AdaptationAudience::Pupil, need, Some(pupil)),
            (share, _) if share < 0.75 => (AdaptationAudience::Group, self.any_need(), None),
            _ => {
                let of_class = [LearningNeed::MissedLearning, LearningNeed::GreaterDepth];
                (AdaptationAudience::Class, self.adapting.pick(&of_class), None)
            }
        };
        let world = self.world;
        let of_class = &world.rolls.classes[class];
        let answers = ANSWERS.iter().find(|(of, _)| *of == need).map_or(ANSWERS[0].1, |(_, answers)| *answers);
        let [what, reason, told] = self.adapting.pick(&answers);
        let group = self.adapting.pick(&GROUPS);
        let row = adaptation::Model {
            id: self.ids.next(),
            trust_id: world.trust,
            school_id: unit.plan.school_id,
            subject_id: unit.plan.subject_id,
            plan_id: unit.plan.id,
            class_id: of_class.id,
            year_group: year_group(of_class.lowest),
            audience,
            pupil_group: (audience == AdaptationAudience::Group).then(|| group.to_owned()),
            pupil_id: pupil,
            author_id: world.staff.people[of_class.teacher].id,
            need,
            what: what.to_owned(),
            reason: reason.to_owned(),
            made_on,
            helped: None,
            found: None,
            found_on: None,
            version: 1,
        };
        let row = self.seen(row);
        self.share(unit, &row, told);
        self.made.adaptations.push(row);
    }

    fn any_need(&mut self) -> LearningNeed {
        let at = self.adapting.below(ANSWERS.len());
        ANSWERS[at].0
    }

    /// Some weeks later it is known of most whether they helped.
    fn seen(&mut self, row: adaptation::Model) -> adaptation::Model {
        let day = weekday(row.made_on + Days::new(14 + self.adapting.below(21) as u64));
        let which = match self.adapting.share() {
            share if share < 0.55 => 0,
            share if share < 0.85 => 1,
            _ => 2,
        };
        let (helped, seen) = SEEN[which];
        let found = self.adapting.pick(&seen);
        if self.adapting.hits(0.2) || day > present() {
            return row;
        }
        adaptation::Model { helped: Some(helped), found: Some(found.to_owned()), found_on: Some(day), ..row }
    }

    /// About half of what helped is told to colleagues of all schools.
    fn share(&mut self, unit: &Unit<'_>, row: &adaptation::Model, told: &str) {
        let told_on = self.adapting.hits(0.5).then_some(row.found_on).flatten();
        let (Some(helped @ (AdaptationHelped::Helped | AdaptationHelped::Partly)), Some(day)) = (row.helped, told_on)
        else {
            return;
        };
        let id = self.ids.next();
        self.made.shared.push(shared_adaptation::Model {
            id,
            trust_id: row.trust_id,
            subject_id: row.subject_id,
            adaptation_id: row.id,
            need: row.need,
            audience: row.audience,
            lowest_year_group: unit.plan.lowest_year_group,
            highest_year_group: unit.plan.highest_year_group,
            what: told.to_owned(),
            helped,
            shared_on: day,
        });
    }

    /// A pupil of the class of whom a need is recorded. The same pupil has the same need in all years.
    fn pupil_in_need(&mut self, class: usize, day: NaiveDate) -> Option<(Uuid, LearningNeed)> {
        let seats = self.seats.get(&class).map(Vec::as_slice).unwrap_or_default();
        let there = seats.iter().filter(|seat| seat.taken_on(day));
        let pupils = &self.world.rolls.pupils;
        let needs: Vec<(Uuid, LearningNeed)> = there
            .filter_map(|seat| {
                let pupil = &pupils[seat.pupil];
                need_of(pupil, seat.year_group).map(|need| (pupil.id, need))
            })
            .collect();
        if needs.is_empty() { None } else { Some(self.adapting.pick(&needs)) }
    }
}

/// What is recorded of a pupil's need in a year group.
fn need_of(pupil: &Pupil, year_group: i16) -> Option<LearningNeed> {
    let areas = [
        LearningNeed::CognitionAndLearning,
        LearningNeed::CommunicationAndInteraction,
        LearningNeed::SocialEmotionalAndMentalHealth,
        LearningNeed::SensoryAndPhysical,
    ];
    if pupil.circumstances.recorded(year_group).sen != SenProvision::None {
        return Some(areas[(pupil.lot % 4) as usize]);
    }
    let other = pupil.circumstances.first_language == FirstLanguage::Other;
    other.then_some(LearningNeed::EnglishAsAnAdditionalLanguage)
}
