//! Who is answered from which source, and which rows have figures: the rules of disclosure and of fair comparison, the
//! same for all measures.

use std::collections::BTreeSet;

use plumbline_entity::judgement_cell::GroupAttribute;
use uuid::Uuid;

use super::lattice::{Dimensions, RowKey};
use super::provenance::{FigurePrecision, NoFigure, NoFigureReason};
use crate::{
    audit::Trail,
    auth::Viewer,
    comparison::policy::{sees_exact_figures, sees_no_groups, sees_whole_trust},
    error::{Error, Result},
};

/// What a viewer is answered from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// True counts, of pupils whom the viewer sees.
    Seen,
    /// True counts of all schools, by a grant of exact figures.
    Granted,
    /// The protected counts of editions.
    Editions,
}

impl Basis {
    /// Decides by the viewer's appointments and grants, whatever they ask.
    pub fn of(viewer: &Viewer) -> Self {
        match (sees_whole_trust(viewer), sees_exact_figures(viewer)) {
            (true, true) => Self::Granted,
            (true, false) => Self::Editions,
            (false, _) => Self::Seen,
        }
    }

    /// What an answer says of its figures.
    pub const fn precision(self) -> FigurePrecision {
        match self {
            Self::Seen | Self::Granted => FigurePrecision::Exact,
            Self::Editions => FigurePrecision::Protected,
        }
    }

    /// Lets a question in. If the answer will be exact figures by a grant, it notes that in the audit.
    ///
    /// # Errors
    /// The question asks for pupil groups in places where those who see no pupils get none, or the viewer gets none anywhere.
    pub fn admit(self, viewer: &Viewer, dimensions: Dimensions, trail: &Trail) -> Result<()> {
        match self {
            Self::Seen if dimensions.attribute() != GroupAttribute::All && sees_no_groups(viewer) => {
                Err(Error::Forbidden(
                    "Subject leaders compare places, not groups of pupils: leave the group out of `by`. Those who lead a \
                     school or a phase, and class teachers, compare groups."
                        .to_owned(),
                ))
            }
            Self::Editions if !dimensions.are_for_those_who_see_no_pupils() => Err(Error::bad_input(
                "Pupil groups are compared by trust, PHASE, YEAR_GROUP or SCHOOL. In a class, or in a year group or phase \
                 of a school, they are for those who see its pupils: nearly every group there is of a few.",
            )),
            Self::Granted => {
                trail.gave_exact_figures();
                Ok(())
            }
            Self::Seen | Self::Editions => Ok(()),
        }
    }
}

/// What keeps rows from having figures.
#[derive(Clone, Debug)]
pub struct Rules {
    threshold: u32,
    /// The schools that cannot be compared with the others.
    apart: BTreeSet<Uuid>,
}

impl Rules {
    /// Rows of fewer than `threshold` pupils are withheld; 0 where the viewer sees them.
    pub const fn withholding(threshold: u32) -> Self {
        Self { threshold, apart: BTreeSet::new() }
    }

    /// Rows of several schools are compared only if the schools are `linked`, because the judges of their work are
    /// part of the figure.
    #[must_use]
    pub fn comparing<'a>(self, linked: &BTreeSet<Uuid>, rows: impl Iterator<Item = &'a RowKey>) -> Self {
        let schools: BTreeSet<Uuid> = rows.filter_map(|key| key.school).collect();
        let apart = if schools.len() > 1 { &schools - linked } else { BTreeSet::new() };
        Self { apart, ..self }
    }

    /// Whether a figure of this many pupils may be shown.
    pub const fn are_enough(&self, pupils: u32) -> bool {
        pupils >= self.threshold
    }

    /// Why a row with this many pupils has no figures; `None` if it has figures.
    pub fn no_figure(&self, key: &RowKey, pupils: u32) -> Option<NoFigure> {
        if !self.are_enough(pupils) {
            Some(NoFigure::withheld(NoFigureReason::SmallCount))
        } else if key.school.is_some_and(|school| self.apart.contains(&school)) {
            Some(NoFigure::not_comparable(NoFigureReason::NoSharedJudge))
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_school(school: Option<u128>) -> RowKey {
        RowKey { school: school.map(Uuid::from_u128), phase: None, year_group: None, class: None, group: None }
    }

    #[test]
    fn few_are_withheld_and_schools_apart_not_compared_where_there_are_several() {
        let [here, apart] = [1, 2].map(|school| of_school(Some(school)));
        let linked = BTreeSet::from([Uuid::from_u128(1)]);
        let both = Rules::withholding(6).comparing(&linked, [&here, &apart].into_iter());
        assert_eq!(both.no_figure(&here, 6), None);
        assert_eq!(both.no_figure(&apart, 5), Some(NoFigure::withheld(NoFigureReason::SmallCount)));
        assert_eq!(both.no_figure(&apart, 6), Some(NoFigure::not_comparable(NoFigureReason::NoSharedJudge)));
        assert_eq!(both.no_figure(&of_school(None), 6), None, "the trust is of no school");
        let alone = Rules::withholding(0).comparing(&linked, [&apart].into_iter());
        assert_eq!(alone.no_figure(&apart, 0), None);
    }
}
