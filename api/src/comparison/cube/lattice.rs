//! The lattice: the dimensions by which rows can be made, declared once. From it follow the questions that are
//! answered and for whom, the key of a row and the order of keys, the columns of cells that a question needs, and the
//! names in messages.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::{Context, Enum, Object, SimpleObject, resolver_utils::EnumType};
use plumbline_entity::{judgement_cell::GroupAttribute, year_group::YearGroup};
use uuid::Uuid;

use super::gather::Cell;
use crate::{
    error::{Error, Result},
    graphql::{Wraps, load},
    organisation::{Class, Phase, School},
};

/// A dimension by which rows are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Enum)]
#[graphql(name = "AgreementDimension")]
pub enum Dimension {
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

/// The attributes by which pupils are grouped, in the order in which an edition numbers them.
pub const ATTRIBUTES: [GroupAttribute; 4] =
    [GroupAttribute::Sex, GroupAttribute::Disadvantaged, GroupAttribute::Sen, GroupAttribute::Eal];

impl Dimension {
    /// The attribute of pupils that it splits by; `None` for one of places.
    pub const fn attribute(self) -> Option<GroupAttribute> {
        match self {
            Self::School | Self::Phase | Self::YearGroup | Self::Class => None,
            Self::Sex => Some(GroupAttribute::Sex),
            Self::Disadvantaged => Some(GroupAttribute::Disadvantaged),
            Self::Sen => Some(GroupAttribute::Sen),
            Self::Eal => Some(GroupAttribute::Eal),
        }
    }

    /// The dimension in which its places lie. Rows by it are by that dimension too, whether it is asked for or not.
    const fn lies_in(self) -> Option<Self> {
        match self {
            Self::Class => Some(Self::School),
            _ => None,
        }
    }

    /// Its name in the schema.
    fn name(self) -> &'static str {
        Self::items().iter().find(|item| item.value == self).map_or("", |item| item.name)
    }
}

/// Who gets rows by pupil group at a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Groups {
    /// To all.
    ToAll,
    /// Those who see the pupils: nearly every group is small.
    ToThoseWhoSeePupils,
}

/// A level of places at which rows are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Level {
    /// The dimensions of places that make it, as one asks for it.
    by: &'static [Dimension],
    groups: Groups,
}

/// All levels that are answered. Other combinations would give rows of few pupils, so they are refused. Each level
/// except the whole trust must be among the places that disclosure control looks at
/// ([`PLACE_KINDS`](plumbline_disclosure::PLACE_KINDS)); a test compares the two.
pub const LATTICE: [Level; 8] = {
    use Dimension::{Class, Phase, School, YearGroup};
    use Groups::{ToAll, ToThoseWhoSeePupils};
    [
        Level { by: &[], groups: ToAll },
        Level { by: &[School], groups: ToAll },
        Level { by: &[Phase], groups: ToAll },
        Level { by: &[YearGroup], groups: ToAll },
        Level { by: &[School, Phase], groups: ToThoseWhoSeePupils },
        Level { by: &[School, YearGroup], groups: ToThoseWhoSeePupils },
        Level { by: &[Class], groups: ToThoseWhoSeePupils },
        Level { by: &[Class, YearGroup], groups: ToThoseWhoSeePupils },
    ]
};

/// Dimensions, with those that their places lie in.
fn complete(by: impl IntoIterator<Item = Dimension>) -> BTreeSet<Dimension> {
    by.into_iter().flat_map(|by| [Some(by), by.lies_in()]).flatten().collect()
}

impl Level {
    /// Whether its rows are by a dimension, asked for or not.
    fn is_by(self, dimension: Dimension) -> bool {
        self.by.iter().any(|by| *by == dimension || by.lies_in() == Some(dimension))
    }

    /// The names of what makes it, such as `CLASS and YEAR_GROUP`.
    fn name(self) -> String {
        match self.by {
            [] => "nothing (the trust)".to_owned(),
            by => by.iter().map(|by| by.name()).collect::<Vec<_>>().join(" and "),
        }
    }
}

/// What the rows of an answer are made by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Dimensions {
    level: Level,
    attribute: GroupAttribute,
}

impl Dimensions {
    /// Reads the dimensions of a question, in any order.
    ///
    /// # Errors
    /// They are of more than one attribute of pupils, or no level of the lattice.
    pub fn read(asked: &[Dimension]) -> Result<Self> {
        let asked: BTreeSet<Dimension> = asked.iter().copied().collect();
        let attributes: Vec<GroupAttribute> = asked.iter().filter_map(|by| by.attribute()).collect();
        let attribute = match attributes.as_slice() {
            [] => GroupAttribute::All,
            [attribute] => *attribute,
            _ => {
                let names = ATTRIBUTES.map(GroupAttribute::code);
                return Err(Error::bad_input(format!("`by` takes one of {} at a time.", listed(&names, " and "))));
            }
        };
        let places = complete(asked.into_iter().filter(|by| by.attribute().is_none()));
        let level = LATTICE.iter().find(|level| complete(level.by.iter().copied()) == places);
        let level = level.copied().ok_or_else(|| {
            let names = LATTICE.map(Level::name);
            Error::bad_input(format!("`by` cannot be combined so. Rows are made by {}.", listed(&names, ", or ")))
        })?;
        Ok(Self { level, attribute })
    }

    /// One row for all.
    pub const WHOLE: Self = Self { level: LATTICE[0], attribute: GroupAttribute::All };

    /// All levels, without pupil groups.
    pub fn all_of_places() -> impl Iterator<Item = Self> {
        LATTICE.into_iter().map(|level| Self { level, attribute: GroupAttribute::All })
    }

    /// The places that rows are made by, in words that name the level.
    pub fn places(self) -> String {
        self.level.name()
    }

    /// The same dimensions of places, and rows that are not split by pupils.
    pub const fn of_places(self) -> Self {
        Self { attribute: GroupAttribute::All, ..self }
    }

    /// The attribute of pupils that rows are split by; ALL where they are not.
    pub const fn attribute(self) -> GroupAttribute {
        self.attribute
    }

    /// Whether rows are by a dimension of places, asked for or not: a class is of one school.
    pub fn is_by(self, dimension: Dimension) -> bool {
        self.level.is_by(dimension)
    }

    /// Whether those who see no pupils are answered.
    pub fn are_for_those_who_see_no_pupils(self) -> bool {
        self.attribute == GroupAttribute::All || self.level.groups == Groups::ToAll
    }

    /// The key of the row that a cell counts towards. `phases` tells the phase of each year group.
    pub fn key<T>(self, cell: &Cell<T>, phases: &BTreeMap<YearGroup, Uuid>) -> RowKey {
        let phase = || phases.get(&cell.year_group?).copied();
        let group = || PupilGroup { attribute: self.attribute, value: cell.group_value.clone() };
        RowKey {
            school: cell.school_id.filter(|_| self.is_by(Dimension::School)),
            phase: if self.is_by(Dimension::Phase) { phase() } else { None },
            year_group: cell.year_group.filter(|_| self.is_by(Dimension::YearGroup)),
            class: cell.class_id.filter(|_| self.is_by(Dimension::Class)),
            group: (self.attribute != GroupAttribute::All).then(group),
        }
    }
}

/// Names in a sentence, the last after `last`.
fn listed(names: &[impl AsRef<str>], last: &str) -> String {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    names.split_last().map_or_else(String::new, |(end, before)| format!("{}{last}{end}", before.join(", ")))
}

/// The place and the pupil group that a row is about. Rows are answered in the order of their keys: by id of the
/// school and phase, then by age, then by id of the class, then by group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowKey {
    /// The school.
    pub school: Option<Uuid>,
    /// The phase.
    pub phase: Option<Uuid>,
    /// The year group.
    pub year_group: Option<YearGroup>,
    /// The class.
    pub class: Option<Uuid>,
    /// The pupil group.
    pub group: Option<PupilGroup>,
}

/// A group of pupils: those with one value of one attribute.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, SimpleObject)]
pub struct PupilGroup {
    /// The attribute.
    pub attribute: GroupAttribute,
    /// Its value: FEMALE or MALE; YES or NO; NONE, SUPPORT or PLAN; UNKNOWN where it was not recorded.
    pub value: String,
}

/// The row that a key names.
async fn named<T: Wraps>(ctx: &Context<'_>, id: Option<Uuid>) -> async_graphql::Result<Option<T>> {
    match id {
        Some(id) => Ok(load(ctx, id).await?),
        None => Ok(None),
    }
}

/// What a row is about; null for the dimensions that were not asked for.
#[Object(name = "AgreementKey")]
impl RowKey {
    /// The school.
    async fn school(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<School>> {
        named(ctx, self.school).await
    }

    /// The phase; null too for year groups that the trust has put into none.
    async fn phase(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Phase>> {
        named(ctx, self.phase).await
    }

    /// The year group.
    async fn year_group(&self) -> Option<YearGroup> {
        self.year_group
    }

    /// The class.
    async fn class(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Class>> {
        named(ctx, self.class).await
    }

    /// The pupil group.
    async fn group(&self) -> Option<&PupilGroup> {
        self.group.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use Dimension::{Class, Disadvantaged, Eal, Phase, School, Sen, Sex, YearGroup};

    use sea_orm::Iterable as _;

    use super::*;
    use plumbline_disclosure::{PLACE_KINDS, PLACE_KINDS_OF_GROUPS, PlaceKind};

    fn read(by: &[Dimension]) -> Dimensions {
        Dimensions::read(by).unwrap_or_else(|refused| panic!("{by:?}: {refused:?}"))
    }

    #[test]
    fn only_the_lattice_is_answered() {
        assert_eq!(read(&[]).level.by, &[]);
        assert_eq!(read(&[YearGroup, School]).level.by, &[School, YearGroup]);
        assert_eq!(read(&[Class, Sen]).attribute, GroupAttribute::Sen);
        let by = [School, Phase, YearGroup, Class];
        let answered = (0..16_u8).filter(|set| {
            let some: Vec<_> =
                by.into_iter().enumerate().filter(|(at, _)| set & (1 << at) != 0).map(|(_, by)| by).collect();
            Dimensions::read(&some).is_ok()
        });
        // Eight levels, and the two of classes with SCHOOL as well.
        assert_eq!(answered.count(), LATTICE.len() + 2);
        assert_eq!(read(&[School, Class]), read(&[Class]), "a class is of one school");
    }

    #[test]
    fn what_is_refused_is_told_what_there_is() {
        let told = |by: &[Dimension]| Dimensions::read(by).map_err(|refused| refused.to_string());
        assert_eq!(told(&[Sex, Sen]), Err("`by` takes one of SEX, DISADVANTAGED, SEN and EAL at a time.".to_owned()));
        let levels = "`by` cannot be combined so. Rows are made by nothing (the trust), SCHOOL, PHASE, YEAR_GROUP, SCHOOL \
                      and PHASE, SCHOOL and YEAR_GROUP, CLASS, or CLASS and YEAR_GROUP.";
        assert_eq!(told(&[Phase, YearGroup]), Err(levels.to_owned()));
    }

    #[test]
    fn pupil_groups_of_a_part_of_a_school_are_for_those_who_see_its_pupils() {
        for place in LATTICE {
            let by: Vec<Dimension> = place.by.iter().copied().chain([Disadvantaged]).collect();
            let coarse = complete(place.by.iter().copied()).len() <= 1;
            assert_eq!(read(&by).are_for_those_who_see_no_pupils(), coarse, "{}", place.name());
            assert!(read(place.by).are_for_those_who_see_no_pupils());
        }
    }

    /// A level that disclosure control does not look at would show what a few have.
    #[test]
    fn disclosure_control_looks_at_every_level_that_is_shown() {
        for level in LATTICE.iter().filter(|level| !level.by.is_empty()) {
            let is_level = |place: &PlaceKind| {
                let by =
                    [(School, place.school), (Phase, place.phase), (YearGroup, place.year_group), (Class, place.class)];
                by.iter().all(|(dimension, is_by)| level.is_by(*dimension) == *is_by)
            };
            assert!(PLACE_KINDS.iter().any(is_level), "{}", level.name());
            let with_groups = PLACE_KINDS_OF_GROUPS.iter().any(is_level);
            assert_eq!(with_groups, level.groups == Groups::ToAll, "{} with pupil groups", level.name());
        }
    }

    #[test]
    fn each_attribute_of_pupils_is_a_dimension() {
        let of_dimensions: Vec<_> = Dimension::items().iter().filter_map(|item| item.value.attribute()).collect();
        assert_eq!(of_dimensions, ATTRIBUTES);
        let there_are: Vec<_> = GroupAttribute::iter().filter(|attribute| *attribute != GroupAttribute::All).collect();
        assert_eq!(there_are, ATTRIBUTES);
    }

    #[test]
    fn a_key_holds_what_was_asked_for_and_nothing_else() {
        let [school, class, phase] = [1, 2, 3].map(Uuid::from_u128);
        let phases = BTreeMap::from([(YEAR, phase)]);
        let cell = Cell {
            school_id: Some(school),
            class_id: Some(class),
            year_group: Some(YEAR),
            group_value: "YES".to_owned(),
            pupils: 1,
            of: (),
        };
        let key = |by: &[Dimension]| read(by).key(&cell, &phases);
        let none = RowKey { school: None, phase: None, year_group: None, class: None, group: None };
        assert_eq!(key(&[]), none);
        assert_eq!(key(&[Phase]), RowKey { phase: Some(phase), ..none.clone() });
        let of_class = RowKey { school: Some(school), class: Some(class), ..none.clone() };
        assert_eq!(key(&[Class]), of_class);
        let group = PupilGroup { attribute: GroupAttribute::Eal, value: "YES".to_owned() };
        assert_eq!(key(&[YearGroup, Eal]), RowKey { year_group: Some(YEAR), group: Some(group), ..none });
    }

    const YEAR: plumbline_entity::year_group::YearGroup = plumbline_entity::year_group::YearGroup::Year4;
}
