//! How a plan is adapted for a class, a group or a pupil: for which need, why, and whether it helped. The plan stays as it is.

use crate::{entity::entity, vocabulary::text_enum, year_group::YearGroup};

text_enum! {
    /// For whom a plan is adapted.
    AdaptationAudience {
        /// A whole class.
        Class = "CLASS",
        /// A group of a class.
        Group = "GROUP",
        /// One pupil.
        Pupil = "PUPIL",
    }
}

text_enum! {
    /// The need that an adaptation answers: the four areas of need of the SEND code of practice (2015, 6.28 to 6.35), and three more.
    LearningNeed {
        /// Cognition and learning.
        CognitionAndLearning = "COGNITION_AND_LEARNING",
        /// Communication and interaction.
        CommunicationAndInteraction = "COMMUNICATION_AND_INTERACTION",
        /// Social, emotional and mental health.
        SocialEmotionalAndMentalHealth = "SOCIAL_EMOTIONAL_AND_MENTAL_HEALTH",
        /// Sensory and physical.
        SensoryAndPhysical = "SENSORY_AND_PHYSICAL",
        /// English as an additional language.
        EnglishAsAnAdditionalLanguage = "ENGLISH_AS_AN_ADDITIONAL_LANGUAGE",
        /// Something was missed before.
        MissedLearning = "MISSED_LEARNING",
        /// More depth is wanted.
        GreaterDepth = "GREATER_DEPTH",
    }
}

text_enum! {
    /// Whether an adaptation helped.
    AdaptationHelped {
        /// It helped.
        Helped = "HELPED",
        /// It helped in part.
        Partly = "PARTLY",
        /// It did not help.
        DidNotHelp = "DID_NOT_HELP",
    }
}

entity! {
    "adaptation", versioned {
        /// The school.
        pub school_id: Uuid,
        /// The subject.
        pub subject_id: Uuid,
        /// The plan that is adapted.
        pub plan_id: Uuid,
        /// The class.
        pub class_id: Uuid,
        /// The youngest year group of the class.
        pub year_group: YearGroup,
        /// For whom.
        pub audience: AdaptationAudience,
        /// The group, in words; none for a class or a pupil.
        pub pupil_group: Option<String>,
        /// The pupil; none for a class or a group.
        pub pupil_id: Option<Uuid>,
        /// The colleague who made it.
        pub author_id: Uuid,
        /// The need that it answers.
        pub need: LearningNeed,
        /// What is done in another way.
        pub what: String,
        /// Why.
        pub reason: String,
        /// The day on which it was made.
        pub made_on: Date,
        /// Whether it helped; none before that is known.
        pub helped: Option<AdaptationHelped>,
        /// What was seen of whether it helped.
        pub found: Option<String>,
        /// The day on which it was said whether it helped.
        pub found_on: Option<Date>,
    }
}
