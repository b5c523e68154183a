//! Which part of a trust somebody is kept to, and which of their holds opens it to them.

use plumbline_entity::{appointment::Role, year_group::YearGroup};
use sea_orm::sea_query::SelectStatement;
use sea_orm::{ColumnTrait, Condition};
use uuid::Uuid;

use super::{Dimension, Place};
use crate::viewer::Viewer;

/// A part of a trust that is open to somebody. What is `None` is not bounded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// These schools.
    pub schools: Option<Vec<Uuid>>,
    /// These classes.
    pub classes: Option<Vec<Uuid>>,
    /// This subject.
    pub subject: Option<Uuid>,
    /// These year groups, from the youngest to the oldest.
    pub year_groups: Option<(YearGroup, YearGroup)>,
    /// Only what is their own.
    pub own: bool,
}

/// Pupils who have something in common that their own rows do not say.
#[derive(Clone, Debug)]
pub struct PupilSet {
    /// What they are called.
    pub name: &'static str,
    /// Their ids.
    pub ids: SelectStatement,
}

#[derive(Clone, Debug)]
enum Schools {
    In(Vec<Uuid>),
    Outside(Vec<Uuid>),
}

/// A part of a trust: the rows that lie within all of its bounds. Without bounds it is the whole trust.
///
/// It can be asked in two ways: as a [condition](super::Location::within) in SQL, and about a [`Place`] in memory. A
/// property test holds that the two agree.
#[derive(Clone, Debug)]
pub struct Bounds {
    trust: Uuid,
    schools: Option<Schools>,
    subject: Option<Uuid>,
    year_groups: Option<(YearGroup, YearGroup)>,
    classes: Option<Vec<Uuid>>,
    pupils: Option<PupilSet>,
    owner: Option<Uuid>,
}

impl Bounds {
    /// The whole of a trust.
    #[must_use]
    pub const fn trust(trust: Uuid) -> Self {
        Self { trust, schools: None, subject: None, year_groups: None, classes: None, pupils: None, owner: None }
    }

    /// These schools of a trust.
    #[must_use]
    pub fn schools(trust: Uuid, schools: impl Into<Vec<Uuid>>) -> Self {
        Self { schools: Some(Schools::In(schools.into())), ..Self::trust(trust) }
    }

    /// All of a trust except the rows of these schools and the rows of no school.
    #[must_use]
    pub fn outside(trust: Uuid, schools: impl Into<Vec<Uuid>>) -> Self {
        Self { schools: Some(Schools::Outside(schools.into())), ..Self::trust(trust) }
    }

    /// These classes of a trust.
    #[must_use]
    pub fn classes(trust: Uuid, classes: impl Into<Vec<Uuid>>) -> Self {
        Self { classes: Some(classes.into()), ..Self::trust(trust) }
    }

    /// What is a member of staff's own.
    #[must_use]
    pub const fn own(trust: Uuid, owner: Uuid) -> Self {
        let mut bounds = Self::trust(trust);
        bounds.owner = Some(owner);
        bounds
    }

    /// Of that, what is of this subject.
    #[must_use]
    pub fn in_subject(self, subject: Uuid) -> Self {
        Self { subject: Some(subject), ..self }
    }

    /// Narrows these bounds to some year groups, from the youngest to the oldest.
    #[must_use]
    pub fn in_year_groups(self, youngest: YearGroup, oldest: YearGroup) -> Self {
        Self { year_groups: Some((youngest, oldest)), ..self }
    }

    /// Of that, what is of these pupils.
    #[must_use]
    pub fn for_pupils(self, pupils: PupilSet) -> Self {
        Self { pupils: Some(pupils), ..self }
    }

    /// Of that, what is this member of staff's own.
    #[must_use]
    pub fn owned_by(self, owner: Uuid) -> Self {
        Self { owner: Some(owner), ..self }
    }

    /// The classes that it is kept to.
    #[must_use]
    pub fn class_ids(&self) -> &[Uuid] {
        self.classes.as_deref().unwrap_or_default()
    }

    /// What they open, for whoever wants to know what they may do.
    pub(super) fn opened(self) -> Opened {
        let schools = self.schools.and_then(|schools| match schools {
            Schools::In(schools) => Some(schools),
            Schools::Outside(_) => None,
        });
        let (classes, subject, year_groups) = (self.classes, self.subject, self.year_groups);
        Opened { schools, classes, subject, year_groups, own: self.owner.is_some() }
    }

    /// Whether these bounds name nothing that belongs to one trust alone, such as a school. Then the trust itself must
    /// be compared too.
    pub(super) const fn spans_the_trust(&self) -> bool {
        matches!(self.schools, None | Some(Schools::Outside(_)))
            && self.classes.is_none()
            && self.pupils.is_none()
            && self.owner.is_none()
    }

    /// The dimensions that these bounds limit, besides the trust.
    pub(super) fn dimensions(&self) -> Vec<Dimension> {
        let bounded = |dimension: &Dimension| match dimension {
            Dimension::Trust => false,
            Dimension::School => self.schools.is_some(),
            Dimension::Subject => self.subject.is_some(),
            Dimension::YearGroup => self.year_groups.is_some(),
            Dimension::Class => self.classes.is_some(),
            Dimension::Pupil => self.pupils.is_some(),
            Dimension::Owner => self.owner.is_some(),
        };
        Dimension::ALL.into_iter().filter(bounded).collect()
    }

    /// The same, bounded in these dimensions alone.
    pub(super) fn only(&self, dimensions: &[Dimension]) -> Self {
        let keep = |dimension| dimensions.contains(&dimension);
        Self {
            trust: self.trust,
            schools: self.schools.clone().filter(|_| keep(Dimension::School)),
            subject: self.subject.filter(|_| keep(Dimension::Subject)),
            year_groups: self.year_groups.filter(|_| keep(Dimension::YearGroup)),
            classes: self.classes.clone().filter(|_| keep(Dimension::Class)),
            pupils: self.pupils.clone().filter(|_| keep(Dimension::Pupil)),
            owner: self.owner.filter(|_| keep(Dimension::Owner)),
        }
    }

    /// The condition that these bounds put on `column`, which says where a row lies in one dimension.
    pub(super) fn on(&self, dimension: Dimension, column: impl ColumnTrait) -> Condition {
        let mut rows = Condition::all();
        match dimension {
            Dimension::Trust => rows = rows.add(column.eq(self.trust)),
            Dimension::School => match &self.schools {
                Some(Schools::In(schools)) => rows = rows.add(column.is_in(schools.iter().copied())),
                Some(Schools::Outside(schools)) => {
                    rows = rows.add(column.is_not_null()).add(column.is_not_in(schools.iter().copied()));
                }
                None => {}
            },
            Dimension::Subject => rows = rows.add_option(self.subject.map(|subject| column.eq(subject))),
            Dimension::YearGroup => {
                if let Some((youngest, oldest)) = self.year_groups {
                    rows = rows.add(column.gte(youngest)).add(column.lte(oldest));
                }
            }
            Dimension::Class => {
                rows = rows.add_option(self.classes.as_ref().map(|ids| column.is_in(ids.iter().copied())));
            }
            Dimension::Pupil => {
                rows = rows.add_option(self.pupils.as_ref().map(|set| column.in_subquery(set.ids.clone())));
            }
            Dimension::Owner => rows = rows.add_option(self.owner.map(|owner| column.eq(owner))),
        }
        rows
    }

    /// Whether all of a place lies within them.
    pub(super) fn contains(&self, place: &Place) -> bool {
        let within = |dimension, allowed: &dyn Fn(Uuid) -> bool| place.id(dimension).is_some_and(allowed);
        place.trust_id() == self.trust
            && self.schools.as_ref().is_none_or(|schools| {
                within(Dimension::School, &|id| match schools {
                    Schools::In(schools) => schools.contains(&id),
                    Schools::Outside(schools) => !schools.contains(&id),
                })
            })
            && self.subject.is_none_or(|subject| within(Dimension::Subject, &|id| id == subject))
            && self.year_groups.is_none_or(|(youngest, oldest)| {
                place.year_group_of().is_some_and(|at| (youngest..=oldest).contains(&at))
            })
            && self.classes.as_ref().is_none_or(|classes| within(Dimension::Class, &|id| classes.contains(&id)))
            && self.pupils.as_ref().is_none_or(|set| place.is_among(set.name))
            && self.owner.is_none_or(|owner| within(Dimension::Owner, &|id| id == owner))
    }
}

/// How the second wall lets a [`Hold`] through. The wall knows less than the scope.
#[derive(Clone, Copy, Debug)]
pub enum Side {
    /// To all that is of the trust.
    Trust,
    /// It opens everything of the trust if the viewer has one of these roles anywhere.
    Roles(&'static [Role]),
    /// It opens the schools of the viewer's appointments, grants and client application.
    Schools,
    /// To what is the viewer's own.
    Own,
}

/// What entitles somebody to read or write: an appointment, a grant, or that the row is their own.
#[derive(Debug)]
pub struct Hold {
    /// Who, and where, in words.
    pub who: &'static str,
    /// The parts of the trust that it opens to a viewer. Empty if they do not have it.
    pub bounds: fn(&Viewer) -> Vec<Bounds>,
    /// How the second wall lets it through.
    pub wall: Side,
}
