//! A role that a member of staff holds: a whole tuple of role, place and time, never to be mixed with another.

use crate::{entity::entity, vocabulary::text_enum};

text_enum! {
    /// What a member of staff is appointed as.
    Role {
        /// Teaches a class: sees its pupils.
        ClassTeacher = "CLASS_TEACHER",
        /// Leads a subject in a school.
        SubjectLeader = "SUBJECT_LEADER",
        /// Leads a phase in a school.
        PhaseLeader = "PHASE_LEADER",
        /// Special educational needs co-ordinator of a school.
        Senco = "SENCO",
        /// Leads a school: sees all of it.
        SeniorLeader = "SENIOR_LEADER",
        /// Judges other schools' work a second time, by code.
        Moderator = "MODERATOR",
        /// Runs moderation over all schools and sets up the trust.
        TrustLead = "TRUST_LEAD",
        /// Compares schools by aggregates; sees no pupil.
        TrustAnalyst = "TRUST_ANALYST",
    }
}

entity! {
    "appointment", versioned {
        /// Who holds it.
        pub staff_member_id: Uuid,
        /// What they are.
        pub role: Role,
        /// Where; none for a role of the whole trust.
        pub school_id: Option<Uuid>,
        /// For a phase leader: the phase.
        pub phase_id: Option<Uuid>,
        /// For a subject leader: the subject.
        pub subject_id: Option<Uuid>,
        /// For a class teacher: the class.
        pub class_id: Option<Uuid>,
        /// First day.
        pub starts_on: Date,
        /// Last day, inclusive; none while it runs. The day before the first where it was taken back.
        pub ends_on: Option<Date>,
    }
}
