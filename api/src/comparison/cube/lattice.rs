//! By what agreement is compared: a fixed lattice of dimensions, and the key of a row.

use std::collections::BTreeSet;

use async_graphql::Enum;
use plumbline_entity::{judgement_cell::GroupAttribute, year_group::YearGroup};
use uuid::Uuid;

use crate::error::{Error, Result};

/// A dimension by which rows are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Enum)]
pub enum AgreementDimension {
    /// By school.
    School,
    /// By phase, over all schools or with SCHOOL.
    Phase,
    /// By year group, over all schools or with SCHOOL or CLASS.
    YearGroup,
    /// By class, which is of one school.
    Class,
    /// By sex.
    Sex,
    /// By disadvantage.
    Disadvantaged,
    /// By provision for special educational needs.
    Sen,
    /// By English as an additional language.
    Eal,
}

/// Which level of the geography.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Level {
    Trust,
    School,
    Phase,
    YearGroup,
    SchoolPhase,
    SchoolYear,
    Class,
    ClassYear,
}

/// What the rows of an answer are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Dimensions {
    pub level: Level,
    pub attribute: GroupAttribute,
}

/// The key of a row: the place and pupil group that it is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct RowKey {
    pub school: Option<Uuid>,
    pub phase: Option<Uuid>,
    pub year_group: Option<YearGroup>,
    pub class: Option<Uuid>,
    pub group: Option<String>,
}

/// A cell's place and group, from which the keys of all levels follow.
#[derive(Clone, Debug)]
pub(super) struct Place<'a> {
    pub school: Uuid,
    pub class: Uuid,
    pub year_group: YearGroup,
    pub phase: Option<Uuid>,
    pub group: &'a str,
}

impl Dimensions {
    /// Reads the dimensions of a question; those that are no level of the lattice are refused.
    ///
    /// Only the lattice is answered: with other combinations rows would be of few.
    pub fn read(by: &[AgreementDimension]) -> Result<Self> {
        use AgreementDimension as By;
        let by: BTreeSet<By> = by.iter().copied().collect();
        let groups: Vec<By> = by.iter().copied().filter(|by| *by >= By::Sex).collect();
        let attribute = match groups.as_slice() {
            [] => GroupAttribute::All,
            [By::Sex] => GroupAttribute::Sex,
            [By::Disadvantaged] => GroupAttribute::Disadvantaged,
            [By::Sen] => GroupAttribute::Sen,
            [By::Eal] => GroupAttribute::Eal,
            _ => return Err(Error::bad_input("`by` takes one of SEX, DISADVANTAGED, SEN and EAL at a time.")),
        };
        let places: Vec<By> = by.into_iter().filter(|by| *by < By::Sex).collect();
        let level = match places.as_slice() {
            [] => Level::Trust,
            [By::School] => Level::School,
            [By::Phase] => Level::Phase,
            [By::YearGroup] => Level::YearGroup,
            [By::School, By::Phase] => Level::SchoolPhase,
            [By::School, By::YearGroup] => Level::SchoolYear,
            [By::Class] | [By::School, By::Class] => Level::Class,
            [By::YearGroup, By::Class] | [By::School, By::YearGroup, By::Class] => Level::ClassYear,
            _ => {
                return Err(Error::bad_input(
                    "`by` cannot be combined so. Rows are made by nothing (the trust), SCHOOL, PHASE, YEAR_GROUP, \
                     SCHOOL and PHASE, SCHOOL and YEAR_GROUP, CLASS, or CLASS and YEAR_GROUP.",
                ));
            }
        };
        Ok(Self { level, attribute })
    }

    /// Whether those who see no pupils are answered: pupil groups are theirs by trust, phase, year group and school.
    /// In a class, or a year group of a school, nearly every group is of a few.
    pub fn are_for_those_who_see_no_pupils(&self) -> bool {
        let coarse = matches!(self.level, Level::Trust | Level::Phase | Level::YearGroup | Level::School);
        self.attribute == GroupAttribute::All || coarse
    }

    /// The key of the row that a place counts towards.
    pub fn key(&self, place: &Place<'_>) -> RowKey {
        use Level::{Class, ClassYear, Phase, School, SchoolPhase, SchoolYear, YearGroup};
        let keep = |levels: &[Level]| levels.contains(&self.level);
        RowKey {
            school: keep(&[School, SchoolPhase, SchoolYear, Class, ClassYear]).then_some(place.school),
            phase: if keep(&[Phase, SchoolPhase]) { place.phase } else { None },
            year_group: keep(&[YearGroup, SchoolYear, ClassYear]).then_some(place.year_group),
            class: keep(&[Class, ClassYear]).then_some(place.class),
            group: (self.attribute != GroupAttribute::All).then(|| place.group.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_lattice_is_answered() {
        use AgreementDimension as By;
        assert_eq!(Dimensions::read(&[]).map(|d| d.level).ok(), Some(Level::Trust));
        assert_eq!(Dimensions::read(&[By::YearGroup, By::School]).map(|d| d.level).ok(), Some(Level::SchoolYear));
        assert_eq!(Dimensions::read(&[By::Class, By::Sen]).map(|d| d.attribute).ok(), Some(GroupAttribute::Sen));
        for refused in [vec![By::Sex, By::Sen], vec![By::Phase, By::YearGroup], vec![By::Phase, By::Class]] {
            assert!(Dimensions::read(&refused).is_err(), "{refused:?}");
        }
    }
}
