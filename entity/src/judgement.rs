//! A teacher's judgement of a pupil in a subject and window. Never changed: a later one supersedes it, or it is withdrawn.

use crate::{entity::entity, year_group::YearGroup};

entity! {
    "judgement" {
        /// The school in which it was made.
        pub school_id: Uuid,
        /// The class in which the pupil was taught.
        pub class_id: Uuid,
        /// The pupil.
        pub pupil_id: Uuid,
        /// The pupil's year group at the time.
        pub year_group: YearGroup,
        /// The assessment window.
        pub window_id: Uuid,
        /// The subject.
        pub subject_id: Uuid,
        /// The grade, or the code that is not a grade.
        pub grade_id: Uuid,
        /// The member of staff who judged; none where an import did not say.
        pub judged_by_id: Option<Uuid>,
        /// The day of the judgement.
        pub judged_on: Date,
        /// When it was recorded here.
        pub recorded_at: DateTimeUtc,
        /// The judgement that this one replaces.
        pub supersedes_id: Option<Uuid>,
        /// Whether it was recorded after its window had closed, and its days of grace had passed.
        pub is_late: bool,
        /// Why it was recorded late, or in the place of one that was moderated, in words.
        pub recorded_because: Option<String>,
        /// Whether it is the latest for its pupil, subject and window that was not withdrawn.
        pub is_current: bool,
        /// When it was withdrawn; none if it stands or is superseded.
        pub withdrawn_at: Option<DateTimeUtc>,
        /// The member of staff who withdrew it.
        pub withdrawn_by_id: Option<Uuid>,
        /// Why it was withdrawn, in words.
        pub withdrawn_because: Option<String>,
    }
}
