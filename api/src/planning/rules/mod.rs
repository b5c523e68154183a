//! Rules of planning: no database, no clock.

pub mod terms;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use plumbline_entity::{
    academic_year, adaptation, class, focus, objective, plan, plan_step,
    plan_step::{PlanStepKind, PlanStepOutcome},
    year_group::YearGroup,
};

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use crate::{
    graphql::folded,
    rulebook::{Faults, Ruled, values},
};

/// Most characters of what is written about a plan.
const MOST_OF_A_TEXT: usize = 4_000;
/// Most characters of what is done, found or needed in one step.
const MOST_OF_A_STEP: usize = 1_000;
/// Most objectives of a plan, and of what is recorded at once.
pub const MOST_OBJECTIVES: usize = 100;

impl Ruled<&academic_year::Model> for plan::Model {
    fn rule(&mut self, year: &academic_year::Model, faults: &mut Faults) {
        faults.at("title", values::name(&mut self.title));
        faults.at("lowestYearGroup", values::span(self.lowest_year_group, self.highest_year_group));
        faults.at("outline", values::text(&mut self.outline, "An outline", MOST_OF_A_TEXT));
        faults.at("startsOn", within(self.starts_on, year));
        faults.at("endsOn", within(self.ends_on, year));
        faults.at("endsOn", values::order(Some(self.starts_on), Some(self.ends_on)));
    }
}

/// Refuses a day outside an academic year.
///
/// # Errors
/// It lies outside, in words that name the days of the year.
pub fn within(day: NaiveDate, year: &academic_year::Model) -> Result<(), String> {
    if (year.starts_on..=year.ends_on).contains(&day) {
        return Ok(());
    }
    Err(format!("{day} lies outside the academic year, which runs from {} to {}.", year.starts_on, year.ends_on))
}

impl Ruled for plan_step::Model {
    fn rule(&mut self, (): (), faults: &mut Faults) {
        faults.at("what", values::text(&mut self.what, "What is to be done", MOST_OF_A_STEP));
        faults.at("dueOn", values::if_given(self.due_on, values::day));
        let found = self.found.as_mut();
        faults.at("found", values::if_given(found, |found| values::text(found, "What was found", MOST_OF_A_STEP)));
        if self.outcome.is_none() && self.found.is_some() {
            faults.at("outcome", Err("Say what came of it: nothing is found while it is open.".to_owned()));
        }
        if let Some(outcome) = self.outcome {
            faults.at("outcome", fits(self.kind, outcome));
            if needs_reasons(outcome) && self.found.is_none() {
                faults.at("found", Err(format!("Say why: {} needs its reasons.", outcome.code())));
            }
        }
    }
}

/// What can come of a step.
#[must_use]
pub const fn outcomes_of(kind: PlanStepKind) -> &'static [PlanStepOutcome] {
    use PlanStepOutcome::{Adapted, Approved, AsPlanned, ChangesAsked, Done, Dropped, PassedOver};
    match kind {
        PlanStepKind::Task | PlanStepKind::Conversation => &[Done, Dropped],
        PlanStepKind::Review => &[Approved, ChangesAsked, Dropped],
        PlanStepKind::TakeUp => &[AsPlanned, Adapted, PassedOver],
    }
}

/// Whether whoever says this has to say why.
const fn needs_reasons(outcome: PlanStepOutcome) -> bool {
    matches!(outcome, PlanStepOutcome::ChangesAsked | PlanStepOutcome::PassedOver | PlanStepOutcome::Dropped)
}

fn fits(kind: PlanStepKind, outcome: PlanStepOutcome) -> Result<(), String> {
    let possible = outcomes_of(kind);
    if possible.contains(&outcome) {
        return Ok(());
    }
    let codes: Vec<&str> = possible.iter().map(|outcome| outcome.code()).collect();
    Err(format!("Of a step of this kind comes {}, not {}.", codes.join(" or "), outcome.code()))
}

impl Ruled for adaptation::Model {
    fn rule(&mut self, (): (), faults: &mut Faults) {
        faults.at("pupilGroup", values::if_given(self.pupil_group.as_mut(), values::name));
        faults.at("what", values::text(&mut self.what, "What is done in another way", MOST_OF_A_STEP));
        faults.at("reason", values::text(&mut self.reason, "A reason", MOST_OF_A_STEP));
        let found = self.found.as_mut();
        faults.at("found", values::if_given(found, |found| values::text(found, "What was seen", MOST_OF_A_STEP)));
    }
}

/// The words of a text as a reader takes them in: without case, accents, marks and letters that cannot be seen.
fn words(text: &str) -> Vec<String> {
    let seen = text.nfkd().filter(|letter| !is_combining_mark(*letter) && !values::shows_nothing(*letter));
    let seen = folded(&seen.collect::<String>()).to_lowercase();
    seen.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// What colleagues read who do not see the pupils of a class: none of its words is a name of a pupil who is or was in it, whatever its
/// case and accents, or is a pupil number.
///
/// # Errors
/// A word of it does, in words that say which.
pub fn names_nobody(text: &str, names: &[String]) -> Result<(), String> {
    let named: BTreeSet<String> =
        names.iter().flat_map(|name| words(name)).filter(|name| name.chars().count() > 1).collect();
    let is_name =
        |word: &&String| named.contains(*word) || word.strip_suffix('s').is_some_and(|bare| named.contains(bare));
    let said = words(text);
    match said.iter().find(|word| is_name(word) || values::upn(&mut word.to_string()).is_ok()) {
        None => Ok(()),
        Some(word) => Err(format!(
            "`{word}` is a name of a pupil of the class, or a pupil number. Colleagues who do not see the pupils \
             read this: say it in words that name nobody."
        )),
    }
}

/// What is told to colleagues of all schools of an adaptation that helped.
///
/// # Errors
/// It is no text, or it names a pupil of the class ([`names_nobody`]).
pub fn shared_words(text: &mut String, names: &[String]) -> Result<(), String> {
    values::text(text, "What colleagues are told", MOST_OF_A_STEP)?;
    names_nobody(text, names)
}

impl Ruled for focus::Model {
    fn rule(&mut self, (): (), faults: &mut Faults) {
        faults.at("title", values::name(&mut self.title));
        faults.at("reason", values::text(&mut self.reason, "A reason", MOST_OF_A_STEP));
        faults.at("strand", values::if_given(self.strand.as_mut(), values::name));
        faults.at("lowestYearGroup", values::span(self.lowest_year_group, self.highest_year_group));
        faults.at("startsOn", values::day(self.starts_on));
        faults.at("endsOn", values::day(self.ends_on).and(values::order(Some(self.starts_on), Some(self.ends_on))));
    }
}

/// Whether two runs of year groups have one in common.
#[must_use]
pub fn overlap(one: (YearGroup, YearGroup), other: (YearGroup, YearGroup)) -> bool {
    one.0 <= other.1 && other.0 <= one.1
}

/// The year groups of a class.
#[must_use]
pub const fn span_of(class: &class::Model) -> (YearGroup, YearGroup) {
    (class.lowest_year_group, class.highest_year_group)
}

/// The year groups of a plan.
#[must_use]
pub const fn span_of_plan(plan: &plan::Model) -> (YearGroup, YearGroup) {
    (plan.lowest_year_group, plan.highest_year_group)
}

/// The key by which an objective is known over schools: that of the trust's objective for which it stands, or its own.
#[must_use]
pub fn core_key(objective: &objective::Model) -> uuid::Uuid {
    objective.stands_for.unwrap_or(objective.key)
}

/// Whether what names an objective by its key, and by that of the trust's for which it stood, is about this objective: it names it; or the
/// trust's for which this one stands, from when the school followed that; or it stood for this one, from when the school had its own.
#[must_use]
pub fn names(objective: &objective::Model, key: uuid::Uuid, core: uuid::Uuid) -> bool {
    objective.key == key || objective.stands_for == Some(key) || (objective.key == core && core != key)
}

/// Refuses an objective that is only taught later than in these year groups. What was to be taught earlier may be planned and taught
/// again.
///
/// # Errors
/// It comes later, in words that say when.
pub fn not_later(objective: &objective::Model, highest: YearGroup) -> Result<(), String> {
    if objective.lowest_year_group <= highest {
        return Ok(());
    }
    let (first, code) = (objective.lowest_year_group, &objective.code);
    Err(format!("`{code}` is first taught in {first}: the oldest year group here is {highest}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shared_names_no_pupil_of_the_class() {
        let names =
            ["Zoë".to_owned(), "Søren".to_owned(), "O'Neill".to_owned(), "de Souza".to_owned(), "Zayn".to_owned()];
        let said = |words: &str| shared_words(&mut words.to_owned(), &names).is_ok();
        assert!(said("Word mats with pictures, and a partner who reads aloud."));
        assert!(said("Zones of the table, and a place of one's own."));
        for told in [
            "Zoe read with a partner.",
            "With soren beside them",
            "ZAYN wrote",
            "We sat beside Zayn's table",
            "zayn-like",
            "'Zayn'",
            "the Zayns",
            "Za\u{200b}yn",
            "Ｚａｙｎ",
            "Zayn\u{301} read",
            "Once (Souza) had pictures",
            "As with O'Neill, pictures first",
            &format!("{} reads well", values::upn_of("936209225001").expect("a number")),
            "  ",
        ] {
            assert!(!said(told), "{told}");
        }
    }

    #[test]
    fn every_kind_of_step_has_its_outcomes() {
        assert_eq!(
            fits(PlanStepKind::Review, PlanStepOutcome::Done).expect_err("no outcome of a review"),
            "Of a step of this kind comes APPROVED or CHANGES_ASKED or DROPPED, not DONE."
        );
        assert!(fits(PlanStepKind::Task, PlanStepOutcome::Dropped).is_ok());
        assert!(fits(PlanStepKind::TakeUp, PlanStepOutcome::Approved).is_err());
    }
}
