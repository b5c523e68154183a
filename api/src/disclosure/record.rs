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
