//! Where in a trust a row lies.

use plumbline_entity::year_group::YearGroup;
use sea_orm::Value;
use uuid::Uuid;

/// A dimension: one way in which the rows of a trust are told apart. Somebody may be kept to a part of a dimension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// The trust.
    Trust,
    /// The school.
    School,
    /// The subject.
    Subject,
    /// The year group.
    YearGroup,
    /// The class.
    Class,
    /// The pupil.
    Pupil,
    /// The member of staff who owns the row: their appointment, their second judgement, their plan.
    Owner,
}

impl Dimension {
    /// All of them, the widest first.
    pub const ALL: [Self; 7] =
        [Self::Trust, Self::School, Self::Subject, Self::YearGroup, Self::Class, Self::Pupil, Self::Owner];
}

/// A pupil, and the sets of pupils to which they are known to belong.
#[derive(Clone, Debug, PartialEq, Eq)]
struct PupilAt {
    id: Uuid,
    among: Vec<&'static str>,
}

/// Where in a trust a row lies. What a place does not name stays open: a place that names a school and no class is the
/// whole school.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    trust: Uuid,
    school: Option<Uuid>,
    subject: Option<Uuid>,
    year_group: Option<YearGroup>,
    class: Option<Uuid>,
    pupil: Option<PupilAt>,
    owner: Option<Uuid>,
    through: Option<Uuid>,
}

impl Place {
    /// The whole of a trust.
    #[must_use]
    pub const fn trust(trust: Uuid) -> Self {
        Self {
            trust,
            school: None,
            subject: None,
            year_group: None,
            class: None,
            pupil: None,
            owner: None,
            through: None,
        }
    }

    /// A school of a trust.
    #[must_use]
    pub const fn school(trust: Uuid, school: Uuid) -> Self {
        let mut place = Self::trust(trust);
        place.school = Some(school);
        place
    }

    /// A class of a school.
    #[must_use]
    pub const fn class(trust: Uuid, school: Uuid, class: Uuid) -> Self {
        let mut place = Self::school(trust, school);
        place.class = Some(class);
        place
    }

    /// The same place, in this class alone.
    #[must_use]
    pub fn in_class(self, class: Uuid) -> Self {
        Self { class: Some(class), ..self }
    }

    /// The same place, in this subject alone.
    #[must_use]
    pub fn in_subject(self, subject: Uuid) -> Self {
        Self { subject: Some(subject), ..self }
    }

    /// The same place, in this year group alone.
    #[must_use]
    pub fn in_year_group(self, year_group: YearGroup) -> Self {
        Self { year_group: Some(year_group), ..self }
    }

    /// The same place, for this pupil alone. `among` names the [sets](super::PupilSet) to which the caller knows the
    /// pupil to belong.
    #[must_use]
    pub fn for_pupil(self, id: Uuid, among: Vec<&'static str>) -> Self {
        Self { pupil: Some(PupilAt { id, among }), ..self }
    }

    /// The same place, for what this member of staff owns.
    #[must_use]
    pub fn owned_by(self, owner: Uuid) -> Self {
        Self { owner: Some(owner), ..self }
    }

    /// The same place, for the rows that hang on this row. It says for them what they do not say themselves. See
    /// [`Location::through`](super::Location::through).
    #[must_use]
    pub fn through(self, row: Uuid) -> Self {
        Self { through: Some(row), ..self }
    }

    /// The trust.
    #[must_use]
    pub const fn trust_id(&self) -> Uuid {
        self.trust
    }

    pub(super) const fn hangs_on(&self) -> Option<Uuid> {
        self.through
    }

    pub(super) const fn year_group_of(&self) -> Option<YearGroup> {
        self.year_group
    }

    pub(super) fn is_among(&self, set: &str) -> bool {
        self.pupil.as_ref().is_some_and(|pupil| pupil.among.contains(&set))
    }

    /// The id that this place names in a dimension; `None` for a year group, or if the dimension is left open.
    pub(super) fn id(&self, dimension: Dimension) -> Option<Uuid> {
        match dimension {
            Dimension::Trust => Some(self.trust),
            Dimension::School => self.school,
            Dimension::Subject => self.subject,
            Dimension::YearGroup => None,
            Dimension::Class => self.class,
            Dimension::Pupil => self.pupil.as_ref().map(|pupil| pupil.id),
            Dimension::Owner => self.owner,
        }
    }

    /// What it names, as it stands in a column.
    pub(super) fn named(&self) -> impl Iterator<Item = (Dimension, Value)> + '_ {
        Dimension::ALL.into_iter().filter_map(|dimension| {
            let value = match dimension {
                Dimension::YearGroup => Value::from(self.year_group?),
                _ => Value::from(self.id(dimension)?),
            };
            Some((dimension, value))
        })
    }
}
