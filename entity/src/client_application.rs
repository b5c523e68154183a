//! A client application of the trust: a front end that acts for people, or a system that acts by itself.

use crate::{entity::entity, vocabulary::text_enum};

text_enum! {
    /// What a client application may be used for. For a person it never gives more than that person may.
    ClientScope {
        /// By itself: keep the classes, pupils and enrolments of its schools in step with their own system (MIS).
        Synchronise = "SYNCHRONISE",
        /// Compare all schools under disclosure control: by itself as a trust analyst would, or for a person.
        Compare = "COMPARE",
        /// For a person: read rows of pupils, their enrolments, characteristics and judgements.
        ReadPupils = "READ_PUPILS",
        /// For a person: read staff, appointments, clients and grants.
        ReadStaff = "READ_STAFF",
        /// For a person: read sampled work, second judgements and outcomes.
        Moderate = "MODERATE",
        /// For a person: change what that person may change, but for who may see and do what.
        Write = "WRITE",
        /// For a person: change staff, appointments, clients and grants, as far as that person may. Whoever
        /// holds it can give themselves, or another application, all that the person may give.
        WriteStaff = "WRITE_STAFF",
    }
}

entity! {
    /// A client application of the trust: a front end that acts for people, or a system that acts by itself.
    /// It holds no secret: it signs in at its issuer.
    "client_application", versioned {
        /// What people call it.
        pub name: String,
        /// The issuer at which it signs in; `development` for the key of the machine.
        pub issuer: String,
        /// The `client_id` by which the issuer knows it; among those in use, unique in the trust for its issuer.
        pub client_id: String,
        /// What it may be used for: a list of [`ClientScope`].
        pub scopes: Json,
        /// The ids of the schools that it is kept to; none where it is kept to none.
        pub school_ids: Option<Json>,
        /// Whether it may send none but its trusted documents.
        pub trusted_documents_only: bool,
        /// When it was registered.
        pub registered_at: DateTimeUtc,
        /// Who registered it; none for the console.
        pub registered_by_id: Option<Uuid>,
        /// When it was revoked; none while it may be used.
        pub revoked_at: Option<DateTimeUtc>,
    }
}
