//! Which holds entitle to read the rows of a table.

use sea_orm::EntityTrait;

use super::{Bounds, Hold, Policy, Way};
use crate::viewer::Viewer;

/// The ways that lead to what is opened by some bounds.
type OfBounds<E> = fn(&Bounds) -> Vec<Way<E>>;
/// The way to which a viewer is kept.
type OfViewer<E> = fn(&Viewer) -> Way<E>;

/// Some holds, and the rows that they open.
struct Rule<E: EntityTrait> {
    holds: &'static [&'static Hold],
    rows: Option<OfBounds<E>>,
    when: Option<OfViewer<E>>,
}

/// The holds that entitle to read the rows of a table. Rows that no hold opens are read by nobody.
pub struct Readers<E: EntityTrait> {
    rules: Vec<Rule<E>>,
    whole_trust: bool,
}

impl<E: EntityTrait> Readers<E> {
    /// No viewer: what the service keeps for itself.
    #[must_use]
    pub const fn nobody() -> Self {
        Self { rules: Vec::new(), whole_trust: false }
    }

    /// Whoever has one of these holds reads the rows within its bounds.
    #[must_use]
    pub fn of(holds: &'static [&'static Hold]) -> Self {
        Self::nobody().or(holds)
    }

    /// And whoever has one of these.
    #[must_use]
    pub fn or(self, holds: &'static [&'static Hold]) -> Self {
        self.rule(holds, None, None)
    }

    /// Adds: whoever has one of these holds reads the rows within its bounds to which `when` leads as well.
    #[must_use]
    pub fn or_when(self, when: OfViewer<E>, holds: &'static [&'static Hold]) -> Self {
        self.rule(holds, None, Some(when))
    }

    /// Adds: whoever has one of these holds reads the rows to which the ways lead that `rows` makes of its bounds, instead of the
    /// rows within them.
    #[must_use]
    pub fn or_by(self, rows: OfBounds<E>, holds: &'static [&'static Hold]) -> Self {
        self.rule(holds, Some(rows), None)
    }

    /// Tells the second wall to let the whole trust through. Viewers do not see all of these rows, but the rows decide
    /// what viewers read of other tables.
    #[must_use]
    pub fn with_whole_trust_within_the_wall(self) -> Self {
        Self { whole_trust: true, ..self }
    }

    fn rule(mut self, holds: &'static [&'static Hold], rows: Option<OfBounds<E>>, when: Option<OfViewer<E>>) -> Self {
        self.rules.push(Rule { holds, rows, when });
        self
    }

    pub(super) const fn needs_the_whole_trust(&self) -> bool {
        self.whole_trust
    }

    /// Each hold that entitles to read.
    pub(super) fn holds(&self) -> impl Iterator<Item = &'static Hold> + '_ {
        self.rules.iter().flat_map(|rule| rule.holds.iter().copied())
    }

    /// Whether some hold opens rows by another rule than the place where they lie.
    pub(super) fn is_beside_bounds(&self) -> bool {
        self.rules.iter().any(|rule| rule.rows.is_some())
    }
}

impl<E: Policy> Readers<E> {
    /// Each way in which rows exist for a viewer. A row exists for them if it does in one of these ways; if there is none,
    /// no row does.
    pub(super) fn ways(&self, viewer: &Viewer) -> Vec<Way<E>> {
        let location = E::location();
        let mut ways = Vec::new();
        for rule in &self.rules {
            for bounds in rule.holds.iter().flat_map(|hold| (hold.bounds)(viewer)) {
                let opened = rule.rows.map_or_else(|| vec![location.way(&bounds)], |rows| rows(&bounds));
                ways.extend(opened.into_iter().map(|way| match rule.when {
                    Some(when) => way.and(when(viewer)),
                    None => way,
                }));
            }
        }
        ways
    }
}
