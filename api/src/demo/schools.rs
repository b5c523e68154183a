//! The schools of the demo: how large, and how they differ.

use uuid::Uuid;

use super::{
    chance::{Chance, Ids, Purpose},
    names,
};

/// How many forms a school takes in each year, and so how it makes its classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Size {
    /// Half a form: four classes, all of mixed age.
    Half,
    /// One class for each year group.
    One,
    /// One and a half: two classes in Reception, then three for each two year groups.
    OneAndHalf,
    /// Two classes for each year group.
    Two,
}

/// Year groups that are taught together, and in how many classes.
pub(super) struct TeachingGroup {
    pub(super) lowest: i16,
    pub(super) highest: i16,
    pub(super) classes: usize,
}

impl Size {
    /// Places in each year group.
    pub(super) const fn places(self) -> usize {
        match self {
            Self::Half => 15,
            Self::One => 30,
            Self::OneAndHalf => 45,
            Self::Two => 60,
        }
    }

    /// How the year groups are taught.
    pub(super) fn teaching_groups(self) -> Vec<TeachingGroup> {
        let group = |lowest, highest, classes| TeachingGroup { lowest, highest, classes };
        match self {
            Self::Half => vec![group(0, 6, 4)],
            Self::One => (0..=6).map(|year_group| group(year_group, year_group, 1)).collect(),
            Self::OneAndHalf => vec![group(0, 0, 2), group(1, 2, 3), group(3, 4, 3), group(5, 6, 3)],
            Self::Two => (0..=6).map(|year_group| group(year_group, year_group, 2)).collect(),
        }
    }
}

/// The sizes of the first schools: a demo of three has two of two forms and another, a demo of six has every size.
const FIRST: [Size; 8] =
    [Size::Two, Size::One, Size::Two, Size::Half, Size::One, Size::OneAndHalf, Size::Two, Size::One];

/// A school of the demo.
#[derive(Debug)]
pub(super) struct School {
    pub(super) id: Uuid,
    pub(super) urn: i32,
    pub(super) la_code: i16,
    pub(super) establishment_number: i16,
    pub(super) name: String,
    /// The word that stands for it in email addresses.
    pub(super) slug: String,
    pub(super) size: Size,
    /// Share of families that ever get free school meals.
    pub(super) free_meals: f64,
    /// Share of pupils whose first language is not English.
    pub(super) other_language: f64,
    /// How much more its pupils attain in each subject, in standard deviations.
    pub(super) attainment: [f64; 3],
}

/// The schools of a demo.
pub(super) fn schools(seed: u64, count: usize, ids: &mut Ids) -> Vec<School> {
    (0..count).map(|number| school(seed, number, ids.next())).collect()
}

fn school(seed: u64, number: usize, id: Uuid) -> School {
    let mut chance = Chance::new(seed, Purpose::School, number as u64);
    let (name, slug) = names::school(number);
    // Drawn even where `FIRST` gives the size, so that the school's other numbers do not depend on where its size
    // comes from.
    let size = size(chance.share());
    let all = 0.10 * chance.normal();
    School {
        id,
        // No real school has such a number, and no real authority the code 97x: nobody can mistake a demo school for
        // one.
        urn: 900_101 + number as i32,
        la_code: 971 + (number % 3) as i16,
        establishment_number: 2_001 + number as i16,
        name,
        slug,
        size: FIRST.get(number).copied().unwrap_or(size),
        free_meals: chance.between(0.10, 0.40),
        other_language: chance.between(0.04, 0.36),
        attainment: [(); 3].map(|()| (all + 0.06 * chance.normal()).clamp(-0.3, 0.3)),
    }
}

fn size(share: f64) -> Size {
    match share {
        share if share < 0.08 => Size::Half,
        share if share < 0.36 => Size::One,
        share if share < 0.48 => Size::OneAndHalf,
        _ => Size::Two,
    }
}
