//! What is recorded of a pupil for one academic year: eligibility, needs and language change from year to year.

use crate::{entity::entity, vocabulary::text_enum};

text_enum! {
    /// Provision for special educational needs, in the codes of the school census.
    SenProvision {
        /// None (N).
        None = "NONE",
        /// SEN support (K).
        Support = "SUPPORT",
        /// Education, health and care plan (E).
        Plan = "PLAN",
    }
}

text_enum! {
    /// First language of a pupil.
    FirstLanguage {
        /// English, or believed to be English.
        English = "ENGLISH",
        /// Other than English: an additional-language learner (EAL).
        Other = "OTHER",
        /// Not known or refused.
        Unclassified = "UNCLASSIFIED",
    }
}

entity! {
    /// What is recorded of a pupil for one academic year: eligibility, needs and language change from year to year.
    /// All of it is always recorded; it is none where it was read for somebody who may not see it.
    "pupil_characteristics", versioned {
        /// The pupil.
        pub pupil_id: Uuid,
        /// The academic year for which it holds.
        pub academic_year_id: Uuid,
        /// Eligible for free school meals now.
        pub free_school_meals: Option<bool>,
        /// Eligible for free school meals at any time in the last six years.
        pub ever_six_free_school_meals: Option<bool>,
        /// Looked after, or left care by adoption or another order.
        pub ever_in_care: Option<bool>,
        /// A parent serves in the armed forces.
        pub service_child: Option<bool>,
        /// Disadvantaged in the sense of the school performance tables: Ever 6 FSM or ever in care.
        pub disadvantaged: Option<bool>,
        /// Attracts the pupil premium.
        pub pupil_premium: Option<bool>,
        /// Provision for special educational needs.
        pub sen: Option<SenProvision>,
        /// First language.
        pub first_language: Option<FirstLanguage>,
    }
}
