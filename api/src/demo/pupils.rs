//! The pupils of the demo: who they are, what is recorded of them, and what they can do.

use chrono::{Days, NaiveDate};
use plumbline_entity::{
    pupil::Sex,
    pupil_characteristics::{FirstLanguage, SenProvision},
};
use uuid::Uuid;

use super::{calendar::day, chance::Chance, names, schools::School};
use crate::organisation::rules::upn_of;

/// A pupil, with what stays the same through the years.
#[derive(Debug)]
pub(super) struct Pupil {
    pub(super) id: Uuid,
    pub(super) upn: String,
    pub(super) given_name: &'static str,
    pub(super) family_name: &'static str,
    pub(super) born_on: NaiveDate,
    pub(super) sex: Sex,
    /// The academic year in which the pupil was in Reception.
    pub(super) reception: i16,
    /// Decides which of the parallel classes: a pupil mostly stays with the same classmates.
    pub(super) lot: u64,
    pub(super) circumstances: Circumstances,
    /// What the pupil can do in each subject, in standard deviations, before anything else counts.
    pub(super) ability: [f64; 3],
    /// What the pupil gains on others in a year.
    pub(super) growth: f64,
}

/// The facts from which each year's records of a pupil follow.
#[derive(Debug)]
pub(super) struct Circumstances {
    /// Year groups from and until which free school meals are given.
    free_meals: Option<(i16, i16)>,
    ever_in_care: bool,
    service_child: bool,
    /// Year groups from and until which there is SEN support.
    support: Option<(i16, i16)>,
    /// The year group from which there is a plan.
    plan: Option<i16>,
    pub(super) first_language: FirstLanguage,
}

/// What is recorded of a pupil for a year group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Recorded {
    pub(super) free_school_meals: bool,
    pub(super) ever_six: bool,
    pub(super) ever_in_care: bool,
    pub(super) service_child: bool,
    pub(super) sen: SenProvision,
}

impl Recorded {
    /// Disadvantaged in the sense of the performance tables.
    pub(super) const fn disadvantaged(self) -> bool {
        self.ever_six || self.ever_in_care
    }

    /// The premium is paid for disadvantaged pupils and for the children of those who serve in the armed forces.
    pub(super) const fn pupil_premium(self) -> bool {
        self.disadvantaged() || self.service_child
    }
}

impl Pupil {
    /// A pupil of a school who was in Reception in the academic year `reception`; `digits` are
    /// those of the unique pupil number.
    pub(super) fn new(id: Uuid, digits: &str, reception: i16, school: &School, chance: &mut Chance) -> Self {
        let sex = if chance.hits(0.512) { Sex::Male } else { Sex::Female };
        let circumstances = Circumstances::new(school, chance);
        let other_language = circumstances.first_language == FirstLanguage::Other;
        let (given_name, family_name) = names::person(chance, sex, other_language);
        let general = 0.82 * chance.normal();
        Self {
            id,
            upn: upn_of(digits).unwrap_or_default(),
            given_name,
            family_name,
            // Reception is the academic year in which a child turns five.
            born_on: day(reception - 5, 9, 1) + Days::new(chance.below(365) as u64),
            sex,
            reception,
            lot: chance.bits(),
            circumstances,
            ability: [(); 3].map(|()| general + 0.36 * chance.normal()),
            growth: 0.05 * chance.normal(),
        }
    }

    /// The year group in an academic year; below 0 before school.
    pub(super) const fn year_group(&self, year: i16) -> i16 {
        year - self.reception
    }
}

impl Circumstances {
    fn new(school: &School, chance: &mut Chance) -> Self {
        let free_meals = chance.hits(school.free_meals).then(|| {
            let from = if chance.hits(0.8) { 0 } else { chance.below(6) as i16 };
            let until = if chance.hits(0.75) { 6 } else { from + chance.below(4) as i16 };
            (from, until)
        });
        // Need goes with disadvantage, as it does in the country.
        let more = if free_meals.is_some() { 1.5 } else { 0.85 };
        let plan = chance.hits(0.045 * more).then(|| chance.below(4) as i16);
        let support = chance.hits(0.185 * more).then(|| {
            let from = if chance.hits(0.6) { 0 } else { chance.below(5) as i16 };
            (from, if chance.hits(0.85) { 6 } else { from + 2 })
        });
        Self {
            free_meals,
            ever_in_care: chance.hits(0.012),
            service_child: chance.hits(0.008),
            support,
            plan,
            first_language: match chance.share() {
                share if share < school.other_language => FirstLanguage::Other,
                share if share > 0.996 => FirstLanguage::Unclassified,
                _ => FirstLanguage::English,
            },
        }
    }

    /// What is recorded in a year group.
    pub(super) fn recorded(&self, year_group: i16) -> Recorded {
        let within = |span: Option<(i16, i16)>| span.is_some_and(|(from, to)| (from..=to).contains(&year_group));
        // At any time in the last six years: from the year in which it began to five years after its end.
        let ever_six = self.free_meals.map(|(from, until)| (from, until + 5));
        let sen = match (self.plan.is_some_and(|from| year_group >= from), within(self.support)) {
            (true, _) => SenProvision::Plan,
            // Before a plan comes support.
            (false, support) if support || self.plan.is_some() => SenProvision::Support,
            _ => SenProvision::None,
        };
        Recorded {
            free_school_meals: within(self.free_meals),
            ever_six: within(ever_six),
            ever_in_care: self.ever_in_care,
            service_child: self.service_child,
            sen,
        }
    }

    /// How much less a pupil attains because of special needs, whether or not they are met yet.
    pub(super) fn need(&self) -> f64 {
        match (self.plan, self.support) {
            (Some(_), _) => -1.35,
            (None, Some(_)) => -0.75,
            (None, None) => 0.0,
        }
    }
}
