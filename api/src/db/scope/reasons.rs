//! All reasons for which rows are read or written past the scope of any viewer. There is no other way past it.
//! `docs/authorization.md` shows the same list; a test compares the two.

use plumbline_entity::{
    academic_year, access_grant, adaptation, agreement_cell, agreement_edition, agreement_edition_cell,
    agreement_edition_work, appointment, assessment_window, audit_entry, audit_segment, class, client_application,
    coverage_cell, curriculum, curriculum_version, demo_fill, enrolment, exercise_step, focus, former_name, former_upn,
    framework, grade, idempotency_key, insecure_pupil, judgement, judgement_cell, moderation_exercise,
    moderation_outcome, objective, objective_link, phase, plan, plan_objective, plan_step, published_outcome, pupil,
    pupil_characteristics, pupil_erasure, pupil_merge, sample_stratum, sampled_work, school, school_predecessor,
    second_judgement, shared_adaptation, staff_member, subject, taught_objective, trust, trusted_document,
};

use super::reason::{Covers, GivesRows, Writes, sealed::Listed};

/// A reason, for the list.
#[derive(Clone, Copy, Debug)]
pub struct ListedReason {
    /// Its name.
    pub name: &'static str,
    /// Why, in words.
    pub why: &'static str,
    /// What it gives: subqueries and figures, rows, or rows and writes.
    pub gives: &'static str,
    /// The tables that it covers.
    pub tables: &'static [&'static str],
}

macro_rules! gives {
    ($name:ident figures) => {};
    ($name:ident rows) => {
        impl GivesRows for $name {}
    };
    ($name:ident writes) => {
        impl GivesRows for $name {}
        impl Writes for $name {}
    };
}

macro_rules! reasons {
    ($($name:ident: $gives:ident of $($table:ident),+; $why:literal;)+) => {
        $(
            #[doc = $why]
            #[derive(Clone, Copy, Debug)]
            pub struct $name;
            impl Listed for $name {}
            $(impl Covers<$table::Entity> for $name {})+
            gives!($name $gives);
        )+

        /// All reasons there are.
        pub const REASONS: &[ListedReason] = &[$(ListedReason {
            name: stringify!($name),
            why: $why,
            gives: stringify!($gives),
            tables: &[$(stringify!($table)),+],
        }),+];
    };
}

reasons! {
    WhoAsks: figures of staff_member, appointment, phase, access_grant;
    "Who somebody is must be known before what they may see.";
    WhichClientAsks: rows of client_application;
    "Which client application asks must be known before what it may see.";
    TrustOfToken: rows of trust;
    "A token names its trust; whether it is the caller's is checked before they are let in.";
    Oneself: rows of staff_member, client_application, access_grant, appointment;
    "What somebody is themselves they may know, whatever they ask through.";
    EverAppointed: figures of appointment;
    "A senior leader appoints whoever was never appointed anywhere; appointments elsewhere are out of their sight.";
    WithSpecialNeeds: figures of academic_year, pupil_characteristics;
    "A SENCO sees the pupils for whom provision is recorded, before they may see what is recorded.";
    YearsOfPlaces: figures of academic_year, class, enrolment, assessment_window;
    "What is recorded of a pupil is seen up to the year of the place by which the pupil is seen.";
    WhateverAskedThrough: figures of judgement;
    "A moderator stays blind to the judgements that they can read without the client application by which they ask.";
    PlacesOfPupil: rows of enrolment, academic_year;
    "Which school answers for a pupil, and whether a new place overlaps, depends on places out of sight.";
    WhatElseIsHeld: rows of appointment;
    "Whether somebody holds what is not the viewer's to give, or leads a phase that they would change.";
    FirstJudgement: rows of judgement, grade;
    "Whether a decision of a discussion fits the first grade, which whoever records it does not read.";
    WhetherItWasDrawn: figures of sampled_work;
    "A judgement that was drawn for moderation is not withdrawn, and whoever would withdraw it reads no work by it.";
    WhetherItWasModerated: figures of judgement, sampled_work, moderation_outcome;
    "A judgement that was moderated is not superseded by its teacher, who need not see the outcome yet.";
    NameBefore: rows of pupil;
    "A name that is corrected is kept, also where whoever corrects it does not read it.";
    WhatHangsOnIt: figures of academic_year, access_grant, adaptation, appointment, assessment_window, class, client_application, curriculum, curriculum_version, enrolment, focus, former_name, former_upn, grade, insecure_pupil, judgement, moderation_exercise, moderation_outcome, plan, plan_objective, plan_step, pupil_characteristics, pupil_erasure, pupil_merge, sample_stratum, sampled_work, school_predecessor, second_judgement, taught_objective;
    "What was made by mistake is corrected or removed while nothing stands against it, seen or unseen.";
    DrawingASample: rows of judgement, grade, moderation_exercise;
    "A sample is drawn from all judgements of the trust, by a seed, for somebody who reads neither.";
    PreviewingASample: figures of judgement_cell;
    "How much will be drawn depends on how many are judged, and is told to whoever will draw it, by school.";
    WholeStrata: figures of sample_stratum, agreement_cell;
    "A judgement is weighted by its whole stratum, of which the viewer sees a part.";
    ModeratorsInCommon: figures of second_judgement, sampled_work;
    "Schools are compared where the same moderators judged work of both; who that was is not told.";
    HowModeratorsDiffer: figures of agreement_edition;
    "How far moderators differ is in the interval of every class, and told over all schools alone.";
    ProgressOfExercises: figures of sampled_work, second_judgement;
    "How far an exercise has come is told over all of its schools.";
    MakingEditions: writes of agreement_edition, agreement_edition_cell, agreement_edition_work, moderation_exercise, sample_stratum, sampled_work, phase, grade;
    "An edition of an exercise is made of all of its works.";
    SharingWhatHelped: writes of shared_adaptation;
    "What helped is told to all schools by whoever may write the adaptation, in a row that says neither school nor class.";
    NamesOfTheClass: rows of enrolment, pupil;
    "What is told to all schools names no pupil of the class, whoever of those who may write it sees them.";
    WhoTookItUp: rows of plan_step;
    "A plan covers nothing where a class passed it over, and is not taken from one that took it up, whoever asks; why it was is not told.";
    WhatPupilsMet: rows of enrolment, taught_objective, insecure_pupil;
    "What pupils met is counted wherever they were, and of other schools no place is told.";
    WhoWasNamed: rows of insecure_pupil, pupil;
    "Who was named as not yet secure stays named where a record is corrected through an application that reads no pupils.";
    Erasing: writes of adaptation, insecure_pupil, pupil, pupil_characteristics, enrolment, former_upn, judgement, sampled_work, second_judgement, moderation_outcome, academic_year, pupil_erasure, former_name, pupil_merge;
    "All that is held of a pupil is erased or moved, wherever it lies; whoever asks for it sees a part.";
    SubjectAccess: rows of audit_entry, pupil_erasure, pupil_merge, school, class, subject, grade, academic_year, assessment_window, moderation_exercise;
    "Whoever asks what is held of them is given all of it, by whoever has the machine.";
    AuditChain: rows of audit_entry, audit_segment;
    "The chain of the audit is checked entry by entry, whoever's they are.";
    RepeatedKeys: writes of idempotency_key;
    "What came of a key before is the service's own note.";
    TrustedDocuments: writes of trusted_document;
    "The documents of client applications are kept by the console, and looked up before anybody is let in.";
    Console: writes of trust, school, staff_member, appointment, client_application;
    "Whoever has the machine sets up the first of a trust's staff and applications.";
    Importing: writes of curriculum, curriculum_version, objective, objective_link, phase, published_outcome, school, school_predecessor, subject, trust;
    "An import at the console compares what is there with its file.";
    Filling: writes of academic_year, access_grant, adaptation, agreement_cell, agreement_edition, agreement_edition_cell, agreement_edition_work, appointment, assessment_window, class, client_application, coverage_cell, curriculum, curriculum_version, demo_fill, enrolment, exercise_step, focus, framework, grade, insecure_pupil, judgement, judgement_cell, moderation_exercise, moderation_outcome, objective, objective_link, phase, plan, plan_objective, plan_step, published_outcome, pupil, pupil_characteristics, sample_stratum, sampled_work, school, second_judgement, shared_adaptation, staff_member, subject, taught_objective, trust;
    "A made-up trust is written as a whole, by the demo and by tests.";
}
