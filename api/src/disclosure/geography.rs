//! The dimensions of the lattice: margins, the rows that count towards them, the lines between them.

/// The pupils of one class and year group: all of them, or those with one value of one attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BaseRow {
    /// The school.
    pub school: usize,
    /// The phase the year group belongs to.
    pub phase: usize,
    /// The year group.
    pub year_group: usize,
    /// The class, within the school; a mixed-age class has a row for each of its year groups.
    pub class: usize,
    /// The pupil-group attribute; none for the row that counts all pupils.
    pub attribute: Option<usize>,
    /// The attribute's value; ignored without an attribute.
    pub value: usize,
    /// How many pupils. Rows with the same key are added up.
    pub count: u32,
}

/// A margin of the geography.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the fields are the dimensions the variants name")]
pub enum Geography {
    /// The whole trust.
    Trust,
    /// A school.
    School(usize),
    /// A phase, over all schools.
    Phase(usize),
    /// A year group, over all schools.
    YearGroup(usize),
    /// A phase in a school.
    SchoolPhase { school: usize, phase: usize },
    /// A year group in a school.
    SchoolYear { school: usize, year_group: usize },
    /// A class of a school.
    Class { school: usize, class: usize },
    /// A year group in a class.
    ClassYear { school: usize, class: usize, year_group: usize },
}

/// A pupil group: an attribute and its value; none for all pupils.
pub type Group = Option<(usize, usize)>;

/// Why rows make no lattice. Nothing may be answered from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LatticeFault {
    /// A year group stands under two phases, so phases are no coarsening of year groups.
    YearGroupInTwoPhases(usize),
    /// The values of an attribute do not add up to the pupils of a class and year group. (Pupils whose value is
    /// not known need a value of their own.)
    SplitDoesNotAddUp {
        /// Where.
        geography: Geography,
        /// Which attribute.
        attribute: usize,
    },
    /// Counts too large to add up.
    TooLarge,
}

impl std::fmt::Display for LatticeFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::YearGroupInTwoPhases(year_group) => {
                write!(f, "year group {year_group} is in two phases")
            }
            Self::SplitDoesNotAddUp { geography, attribute } => {
                write!(f, "the values of attribute {attribute} do not add up at {geography:?}")
            }
            Self::TooLarge => write!(f, "the counts are too large to add up"),
        }
    }
}

impl std::error::Error for LatticeFault {}

/// The margins a row counts towards.
pub(super) fn margins(row: &BaseRow) -> [Geography; 8] {
    let &BaseRow { school, phase, year_group, class, .. } = row;
    [
        Geography::Trust,
        Geography::School(school),
        Geography::Phase(phase),
        Geography::YearGroup(year_group),
        Geography::SchoolPhase { school, phase },
        Geography::SchoolYear { school, year_group },
        Geography::Class { school, class },
        Geography::ClassYear { school, class, year_group },
    ]
}

/// The lines a row takes part in: kind, total, part. Lines that follow from these (a trust is the sum of its year
/// groups; a school of its year groups) tell a reader nothing more and are left out.
pub(super) fn steps(row: &BaseRow) -> [(u8, Geography, Geography); 10] {
    let [trust, school, phase, year, school_phase, school_year, class, class_year] = margins(row);
    [
        (0, trust, school),
        (1, trust, phase),
        (2, phase, year),
        (3, phase, school_phase),
        (4, year, school_year),
        (5, school, school_phase),
        (6, school, class),
        (7, school_phase, school_year),
        (8, school_year, class_year),
        (9, class, class_year),
    ]
}
