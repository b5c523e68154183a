//! A pupil's judgement, as disclosure control knows it: places, groups and outcomes by number.

/// Where a moderated judgement was made, the groups of its pupil, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The school.
    pub school: usize,
    /// The class.
    pub class: usize,
    /// The year group.
    pub year_group: usize,
    /// The phase that the year group belongs to.
    pub phase: usize,
    /// The value of each attribute by which pupils are grouped.
    pub groups: [usize; Record::ATTRIBUTES],
    /// What came of it.
    pub outcome: Outcome,
}

impl Record {
    /// How many attributes pupils are grouped by: sex, disadvantage, SEN, EAL.
    pub const ATTRIBUTES: usize = 4;
}

/// What came of a judgement: its rank, and that of the moderated one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Outcome {
    /// The rank of the first grade.
    pub first: usize,
    /// The rank of the moderated grade.
    pub moderated: usize,
}

impl Outcome {
    /// By how many grades it was raised or lowered.
    pub(super) const fn step(self) -> isize {
        self.moderated.cast_signed() - self.first.cast_signed()
    }
}

/// A kind of place: which fields of a record tell one such place from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaceKind {
    /// By school.
    pub school: bool,
    /// By class.
    pub class: bool,
    /// By year group.
    pub year_group: bool,
    /// By phase.
    pub phase: bool,
}

impl PlaceKind {
    /// The place of this kind in which a record lies.
    pub(super) fn of(self, record: &Record) -> [Option<usize>; 4] {
        [
            self.school.then_some(record.school),
            self.class.then_some(record.class),
            self.year_group.then_some(record.year_group),
            self.phase.then_some(record.phase),
        ]
    }
}
