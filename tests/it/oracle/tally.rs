//! What a run has covered, which shows that it was not empty.

use std::collections::{BTreeMap, BTreeSet};

use plumbline_entity::client_application::ClientScope;

use super::rules::{Asker, Who};
use super::shape::Kind;

/// Counts of a run.
#[derive(Debug, Default)]
pub struct Tally {
    pub worlds: usize,
    /// Pairs of a viewer and a question.
    pub pairs: usize,
    /// Requests that they took: a list is read page by page.
    pub requests: usize,
    /// Questions with at least one row in the answer.
    pub answered: usize,
    /// Questions that are about at least one row that does not exist for the viewer.
    pub withholding: usize,
    /// Whether the question that is being asked has, so far, shown or withheld a row.
    shows: bool,
    withholds: bool,
    /// Rows that were compared whole, and rows that had to be left out.
    pub rows_shown: usize,
    pub rows_withheld: usize,
    /// The same for each type, for what a question is about at its root.
    pub by_kind: BTreeMap<Kind, [usize; 2]>,
    /// What of the schema nobody has asked for: fields, filters with each of their operators, orders.
    pub unasked: BTreeSet<String>,
    /// Questions that had to be refused.
    pub refused: usize,
    /// Lists read from the place of somebody else's cursor.
    pub borrowed: usize,
    /// Comparisons, and those with counts in them.
    pub comparisons: usize,
    pub counted: usize,
    /// Rows of tables without a type in the schema that were compared.
    pub table_rows: usize,
    /// Seconds spent on making worlds, and on waiting for the service's answers.
    pub making: f64,
    pub waiting: f64,
    /// Viewers by role, grant and client scope; somebody with several is counted with each.
    pub viewers: BTreeMap<String, usize>,
    /// Viewers with more than one current appointment.
    pub of_several: usize,
    /// Comparisons of an answer, or a part of one, with what was expected.
    pub compared: usize,
    /// After so many differences nothing more is asked.
    pub enough: usize,
    /// Where the service and the document differ: for whom, and how.
    pub differences: Vec<(Asker, String)>,
}

impl Tally {
    /// Nothing yet; to end after so many differences.
    pub fn up_to(enough: usize) -> Self {
        let unasked = Kind::ALL.iter().flat_map(|kind| kind.parts()).collect();
        Self { enough, unasked, ..Self::default() }
    }

    /// Fails where the service and the document differ.
    pub fn assert_alike(&self) {
        let differences: String = self.differences.iter().map(|(_, seen)| seen.as_str()).collect();
        assert!(differences.is_empty(), "The service and the document differ:{differences}");
    }

    /// Whether a row of a type was shown to somebody, and one withheld from somebody.
    pub fn has_met(&self, kind: Kind) -> bool {
        self.by_kind.get(&kind).is_some_and(|[shown, withheld]| *shown > 0 && *withheld > 0)
    }

    /// The next question: one pair more.
    pub fn next(&mut self) {
        self.pairs += 1;
        self.answered += usize::from(std::mem::take(&mut self.shows));
        self.withholding += usize::from(std::mem::take(&mut self.withholds));
    }

    /// Rows were compared, and rows that the question is about had to be left out of the answer.
    pub fn rows(&mut self, shown: usize, withheld: usize) {
        self.rows_shown += shown;
        self.rows_withheld += withheld;
        self.shows |= shown > 0;
        self.withholds |= withheld > 0;
    }

    /// The same, for rows of one type.
    pub fn rows_of(&mut self, kind: Kind, shown: usize, withheld: usize) {
        let [all_shown, all_withheld] = self.by_kind.entry(kind).or_default();
        (*all_shown, *all_withheld) = (*all_shown + shown, *all_withheld + withheld);
        self.rows(shown, withheld);
    }

    /// A thing was asked for by its id.
    pub fn thing(&mut self, kind: Kind, shown: bool) {
        self.rows_of(kind, usize::from(shown), usize::from(!shown));
    }

    /// Notes what of the schema is asked for.
    pub fn asks(&mut self, parts: impl IntoIterator<Item = String>) {
        for part in parts {
            self.unasked.remove(&part);
        }
    }

    /// Somebody asks.
    pub fn met(&mut self, who: &Who<'_, '_>) {
        let mut say = |what: String| *self.viewers.entry(what).or_default() += 1;
        for role in who.held.iter().map(|held| held.role) {
            say(role.code().to_owned());
        }
        for grant in &who.grants {
            say(format!("grant {} names", if grant.with_names { "with" } else { "without" }));
        }
        if let Some(client) = &who.client {
            let by = if who.person.is_some() { "for a person" } else { "by itself" };
            let at = if client.schools.is_some() { ", kept to schools" } else { "" };
            let scopes: Vec<ClientScope> = client.scopes.clone();
            scopes.iter().for_each(|scope| say(format!("client {} {by}{at}", scope.code())));
        }
        if who.person.is_some() && who.held.is_empty() {
            say("nobody".to_owned());
        }
        self.of_several += usize::from(who.held.len() > 1);
    }
}
