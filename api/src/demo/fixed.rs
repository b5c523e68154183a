//! What each demo has, whatever its seed.

/// The subjects in which is judged, by code and name.
pub(super) const SUBJECTS: [(&str, &str); 3] =
    [("reading", "Reading"), ("writing", "Writing"), ("mathematics", "Mathematics")];
/// The other subjects of the primary curriculum, in which nothing is judged here.
pub(super) const FOUNDATION: [(&str, &str); 9] = [
    ("science", "Science"),
    ("art-and-design", "Art and design"),
    ("computing", "Computing"),
    ("design-and-technology", "Design and technology"),
    ("geography", "Geography"),
    ("history", "History"),
    ("languages", "Languages"),
    ("music", "Music"),
    ("physical-education", "Physical education"),
];
/// The place of reading in [`SUBJECTS`].
pub(super) const READING: usize = 0;
/// As above, of writing.
pub(super) const WRITING: usize = 1;
/// As above, of mathematics.
pub(super) const MATHEMATICS: usize = 2;

/// The phases: name, youngest and oldest year group.
pub(super) const PHASES: [(&str, i16, i16); 4] =
    [("Early years", 0, 0), ("Key Stage 1", 1, 2), ("Lower Key Stage 2", 3, 4), ("Upper Key Stage 2", 5, 6)];

/// Grades in order, then the codes that are no grades: code, name, rank.
pub(super) const GRADES: [(&str, &str, Option<i16>); 7] = [
    ("BLW", "Below the standard of the curriculum", Some(0)),
    ("WTS", "Working towards the expected standard", Some(1)),
    ("EXS", "Working at the expected standard", Some(2)),
    ("GDS", "Working at greater depth", Some(3)),
    ("A", "Absent", None),
    ("L", "Left", None),
    ("N", "Not assessed", None),
];
/// The place of the expected standard in [`GRADES`].
pub(super) const EXPECTED: usize = 2;
/// The place of the code for absence in [`GRADES`].
pub(super) const ABSENT: usize = 4;
/// As above, for a pupil who left.
pub(super) const LEFT: usize = 5;
/// As above, for a pupil who was not assessed.
pub(super) const NOT_ASSESSED: usize = 6;

/// The client applications of the demo: the id under which each signs in, and what it is.
pub(super) const CLIENTS: [(&str, &str); 2] = [
    ("demo-reports", "Trust reports, which compares all schools"),
    ("demo-mis", "Larkfield's MIS, which keeps its roll"),
];
