//! What becomes of each table of the database when a pupil is erased.

/// What becomes of the rows of a table when a pupil is erased, and whether they are given to a person who asks what is held
/// of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holding {
    /// Rows of the pupil are given to whoever asks, and erased.
    Erased,
    /// Rows that name the pupil by id alone are given to whoever asks, and stay; why.
    Stays(&'static str),
    /// Counts of pupils, which are made anew without the pupil.
    CountedAnew,
    /// Notes of the service that are erased with the pupil and tell a person nothing.
    Dropped(&'static str),
    /// Nothing in it is of a pupil, or of no pupil who could be told; why.
    NotOfPupils(&'static str),
}

use Holding::{CountedAnew, Dropped, Erased, NotOfPupils, Stays};

const FRAME: Holding = NotOfPupils("the frame of the trust");
const STAFF: Holding = NotOfPupils("staff and applications");

/// Every table of the database. A test holds this list against the database: a new table has to say what it holds.
pub const TABLES: &[(&str, Holding)] = &[
    ("academic_year", FRAME),
    ("access_grant", STAFF),
    ("adaptation", Erased),
    ("agreement_cell", CountedAnew),
    ("agreement_edition", NotOfPupils("protected counts, from which no pupil is known")),
    ("agreement_edition_cell", NotOfPupils("protected counts, from which no pupil is known")),
    ("agreement_edition_work", Dropped("from which works the first edition was made")),
    ("appointment", STAFF),
    ("assessment_window", FRAME),
    ("audit_entry", Stays("the chain would break, and who read and changed what must be accounted for")),
    ("audit_segment", NotOfPupils("which entries of the audit were archived, by number and hash")),
    // On PostgreSQL alone.
    ("caller_cost", STAFF),
    ("class", FRAME),
    ("client_application", STAFF),
    ("coverage_cell", NotOfPupils("counts of objectives that were taught")),
    ("curriculum", FRAME),
    ("curriculum_version", FRAME),
    ("demo_fill", NotOfPupils("how a demo was made")),
    ("enrolment", Erased),
    ("exercise_step", FRAME),
    ("focus", FRAME),
    ("former_name", Erased),
    ("former_upn", Erased),
    ("framework", FRAME),
    ("grade", FRAME),
    ("idempotency_key", Dropped("ids of what a mutation changed, and a hash of its input")),
    ("insecure_pupil", Erased),
    ("judgement", Erased),
    ("judgement_cell", CountedAnew),
    ("moderation_exercise", FRAME),
    ("moderation_outcome", Erased),
    ("objective", FRAME),
    ("objective_link", FRAME),
    ("phase", FRAME),
    ("plan", FRAME),
    ("plan_objective", FRAME),
    ("plan_step", FRAME),
    ("published_outcome", NotOfPupils("figures that the Department for Education publishes")),
    ("pupil", Erased),
    ("pupil_characteristics", Erased),
    ("pupil_erasure", Stays("that it was done, when, by whom and why; of the pupil the former id alone")),
    ("pupil_merge", Stays("under which ids the audit knows the pupil")),
    ("sample_stratum", NotOfPupils("how large a stratum was when it was drawn from")),
    ("sampled_work", Erased),
    ("school", FRAME),
    ("school_predecessor", FRAME),
    ("second_judgement", Erased),
    ("shared_adaptation", NotOfPupils("words that name no pupil, of what helped")),
    ("staff_member", STAFF),
    ("subject", FRAME),
    ("taught_objective", FRAME),
    ("trust", FRAME),
    ("trusted_document", NotOfPupils("documents of client applications")),
];
